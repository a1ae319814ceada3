import path from 'node:path';
import {asDigest, isDigest, type Digest} from '../domain/digest.ts';

/** Where a blob lies (OCI image-layout.md). Checks the digest, so nothing can lead out of the folder. */
export function blobPath(folder: string, digest: Digest): string {
	const [algorithm = '', hex = ''] = asDigest(digest).split(':');
	return path.join(folder, 'blobs', algorithm, hex);
}

/** The digest a file in `blobs/ALGORITHM/` is named after; undefined for foreign files. */
export function digestOfBlobName(algorithm: string, name: string): Digest | undefined {
	const digest = `${algorithm}:${name}`;
	return isDigest(digest) ? digest : undefined;
}

/** What regbench keeps beside the layout's own files: the lock, holds and blobs still being written. */
export function privatePath(folder: string, ...names: readonly string[]): string {
	return path.join(folder, '.regbench', ...names);
}

/** Where a download that was cut waits to be continued. */
export function partialPath(folder: string, digest: Digest): string {
	return privatePath(folder, 'ingest', `${asDigest(digest).replace(':', '-')}.partial`);
}
