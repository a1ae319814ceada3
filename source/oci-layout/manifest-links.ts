import {isDigest, type Digest} from '../domain/digest.ts';

/** A blob that a manifest or index names. */
export type Link = {
	readonly digest: Digest;
	readonly mediaType: string;
	readonly size: number;
	readonly role: 'manifest' | 'config' | 'layer' | 'subject';
	/** Content that registries need not hold: non-distributable layers with URLs of their own. */
	readonly foreign: boolean;
};

/**
 * All blobs that manifest bytes name (OCI manifest.md and image-index.md); undefined when the bytes
 * are no JSON object. Descriptors that are not well-formed are left out.
 */
export function linksOf(bytes: Uint8Array): readonly Link[] | undefined {
	let document: unknown;
	try {
		document = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
	} catch {
		return undefined;
	}
	if (typeof document !== 'object' || document === null || Array.isArray(document))
		return undefined;
	const {manifests, config, layers, blobs, subject} = document as Record<string, unknown>;
	return [
		...all(manifests, 'manifest'),
		...all([config], 'config'),
		...all(layers, 'layer'),
		// Artifact manifests of the withdrawn OCI 1.1 drafts.
		...all(blobs, 'layer'),
		...all([subject], 'subject'),
	];
}

function all(value: unknown, role: Link['role']): Link[] {
	if (!Array.isArray(value)) return [];
	return value.flatMap((item: unknown) => {
		if (typeof item !== 'object' || item === null) return [];
		const {digest, mediaType, size, urls} = item as Record<string, unknown>;
		if (typeof digest !== 'string' || !isDigest(digest)) return [];
		const type = typeof mediaType === 'string' ? mediaType : '';
		return [
			{
				digest,
				mediaType: type,
				size: typeof size === 'number' ? size : -1,
				role,
				foreign: Array.isArray(urls) && urls.length > 0 && /foreign|nondistributable/.test(type),
			},
		];
	});
}
