/** Paths of the distribution API (distribution-spec "Endpoints"). Slashes in names stay as they are. */

export function manifestPath(path: string, reference: string): string {
	return `/v2/${path}/manifests/${reference}`;
}

export function blobPath(path: string, digest: string): string {
	return `/v2/${path}/blobs/${digest}`;
}

export function uploadsPath(path: string): string {
	return `/v2/${path}/blobs/uploads/`;
}

export function tagsPath(path: string, pageSize: number): string {
	return `/v2/${path}/tags/list?n=${pageSize}`;
}

export function referrersPath(path: string, digest: string, artifactType?: string): string {
	const query =
		artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`;
	return `/v2/${path}/referrers/${digest}${query}`;
}
