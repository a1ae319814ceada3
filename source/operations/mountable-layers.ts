/** Which layers a registry could take over from a repository of its own, instead of being sent them. */
import type {Digest} from '../domain/digest.ts';
import type {ImageDetails, LocalImage} from '../domain/image.ts';
import {tryParseReference, type Reference} from '../domain/reference.ts';
import {inParallel} from '../engine/in-parallel.ts';
import type {RegistryClient} from '../registry/registry-client.ts';

/** As many as are tried at a push. */
const mostSiblings = 3;
const askedAtOnce = 4;

/** Other repositories on the reference's registry that local images are known to be in, the image's own first. */
export function siblingRepositories(
	reference: Reference,
	image: ImageDetails,
	images: readonly LocalImage[],
): readonly string[] {
	const names = [image, ...images].flatMap(({references, digests}) => [...digests, ...references]);
	const paths = new Set<string>();
	for (const name of names) {
		const other = tryParseReference(name);
		if (other?.domain === reference.domain && other.path !== reference.path) paths.add(other.path);
		if (paths.size === mostSiblings) break;
	}
	return [...paths];
}

/** Those of the digests that a sibling holds. A sibling that cannot be read has none. */
export async function mountableLayers(
	digests: readonly Digest[],
	siblings: readonly string[],
	{domain}: Reference,
	{registry, signal}: {readonly registry: RegistryClient; readonly signal: AbortSignal},
): Promise<ReadonlySet<string>> {
	const mountable = new Set<string>();
	await inParallel(
		digests,
		askedAtOnce,
		async (digest, inner) => {
			for (const path of siblings) {
				const held = await registry
					.repository(domain, path)
					.hasBlob(digest, {signal: inner})
					.catch(() => false);
				if (held) {
					mountable.add(digest);
					return;
				}
			}
		},
		signal,
	);
	return mountable;
}
