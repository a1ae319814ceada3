/** How a tag on a registry stands to a local image: derived from what each says of itself. Pure. */
import type {LocalImage} from '../domain/image.ts';
import type {RemoteTag, TagStatus} from './state.ts';

/** Reproducible builds set a time that tells nothing, in 1970 or 1980. */
const earliestRealTime = Date.UTC(1990, 0);

/** Same or different, and which side is newer where both tell. */
export function standingOf(
	remote: RemoteTag | undefined,
	image: LocalImage | undefined,
): TagStatus {
	if (!remote) return {phase: 'unknown'};
	if (remote.phase !== 'known') return remote;
	const {digest, identities, createdAt} = remote;
	if (image && isSameImage(image, [digest, ...identities])) {
		return {phase: 'known', standing: 'same', digest};
	}
	const newer = newerOf(image?.createdAt, createdAt);
	return {phase: 'known', standing: 'different', digest, ...(newer ? {newer} : {})};
}

/** Whether one of the digests is one that the engine knows the image by. */
export function isSameImage(image: LocalImage, digests: readonly string[]): boolean {
	const here = [image.id, ...image.digests.map(known => known.split('@')[1])];
	return digests.some(digest => here.includes(digest));
}

function newerOf(
	local: string | undefined,
	remote: string | undefined,
): 'local' | 'remote' | undefined {
	const [here, there] = [Date.parse(local ?? ''), Date.parse(remote ?? '')];
	if (!(here > earliestRealTime && there > earliestRealTime) || here === there) return undefined;
	return here > there ? 'local' : 'remote';
}
