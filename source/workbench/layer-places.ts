/** Where on the person's targets an image's layers are looked for. Pure. */
import {formatReference, tryParseReference} from '../domain/reference.ts';
import type {Target} from '../domain/target.ts';
import type {LayerPlace} from '../operations/find-layers.ts';
import {targetReference} from '../registry/providers/table.ts';
import {bareName} from './tag-rows.ts';

/**
 * The image's name and tag on each target, and the registry in its own name where no target is that one;
 * nowhere for an image without a name.
 */
export function layerPlaces(image: string, targets: readonly Target[]): readonly LayerPlace[] {
	const reference = tryParseReference(image);
	if (!reference || /^(?:sha256:)?[\da-f]{64}$/.test(image)) return [];
	const name = bareName(reference, targets);
	const places = targets.map(target => ({
		id: target.id,
		reference: targetReference(target, name, reference.tag ?? 'latest'),
	}));
	const {domain, path} = reference;
	// A name without a host is what was built here; Docker Hub is not asked about it.
	const isElsewhere =
		domain !== 'docker.io' &&
		!places.some(place => place.reference.domain === domain && place.reference.path === path);
	return [...places, ...(isElsewhere ? [{id: `${domain}/${path}`, reference}] : [])].map(place => ({
		...place,
		reference: formatReference(place.reference),
	}));
}
