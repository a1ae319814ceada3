/** Which names of the layout are known to be on their registry: what a pull could bring back. */
import type {Descriptor} from '../domain/manifest.ts';
import {entryOf} from '../oci-layout/layout-index.ts';
import type {ImageLayout} from '../oci-layout/open-layout.ts';

/** On an entry: its registry had these very bytes under this name when it was last pushed or pulled. */
const copyAnnotation = 'dev.regbench.on-registry';

/** Whether the registry named by this entry was seen to hold it. */
export function isOnRegistry({annotations}: Descriptor): boolean {
	return annotations?.[copyAnnotation] === 'true';
}

/** The descriptor without what was known of its registry: another name is another place. */
export function withoutCopy(descriptor: Descriptor): Descriptor {
	const {annotations, ...bare} = descriptor;
	const {[copyAnnotation]: _, ...others} = {...annotations};
	return Object.keys(others).length === 0 ? bare : {...bare, annotations: others};
}

/** Remembers that the registry holds what `fullName` points at. */
export async function rememberCopy(
	layout: ImageLayout,
	fullName: string,
	signal: AbortSignal | undefined,
): Promise<void> {
	const entry = await layout.find(fullName, {signal});
	if (entry === undefined || isOnRegistry(entry.descriptor)) return;
	await layout.change(
		descriptors =>
			descriptors.map(descriptor =>
				entryOf(descriptor).reference === fullName && descriptor.digest === entry.descriptor.digest
					? {...descriptor, annotations: {...descriptor.annotations, [copyAnnotation]: 'true'}}
					: descriptor,
			),
		{signal},
	);
}
