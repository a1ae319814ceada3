/** Finds out how the tags of an image stand on every target, in the background and only once each. */
import {RegbenchError, toErrorRecord} from '../domain/errors.ts';
import type {LocalImage} from '../domain/image.ts';
import {parseManifest} from '../domain/manifest.ts';
import {parseReference} from '../domain/reference.ts';
import type {RegistryClient} from '../registry/registry-client.ts';
import {tagRowsOf} from './tag-rows.ts';
import type {TagStatus} from './state.ts';
import type {Workbench} from './workbench.ts';

/** Asks the registries about every tag of the image that is not known yet. */
export async function checkTags(workbench: Workbench, image: LocalImage): Promise<void> {
	const {store, surroundings} = workbench;
	const {targets, tagStatus} = store.getState();
	const references = tagRowsOf(image, targets)
		.flatMap(row => Object.values(row.remote))
		.filter(reference => (tagStatus[reference]?.phase ?? 'unknown') === 'unknown');
	if (references.length === 0) return;
	const checking = Object.fromEntries(
		references.map(reference => [reference, {phase: 'checking'} as const]),
	);
	store.dispatch({type: 'tagStatusChanged', entries: checking});
	await Promise.all(
		references.map(async reference => {
			const status = await checkTag(workbench.registry, image, reference, surroundings.signal);
			store.dispatch({type: 'tagStatusChanged', entries: {[reference]: status}});
		}),
	);
}

async function checkTag(
	registry: RegistryClient,
	image: LocalImage,
	text: string,
	signal: AbortSignal,
): Promise<TagStatus> {
	try {
		const {domain, path, tag} = parseReference(text);
		const repository = registry.repository(domain, path);
		const remote = await repository.resolve(tag ?? 'latest', {signal});
		if (!remote) return {phase: 'absent'};
		const digests = [image.id, ...image.digests.map(digest => digest.split('@')[1])];
		if (digests.includes(remote.digest)) {
			return {phase: 'known', standing: 'same', digest: remote.digest};
		}
		// An engine that never pushed or pulled the image there knows it by its config alone.
		const manifest = parseManifest(await repository.manifest(remote.digest, {signal}));
		const same = manifest.kind === 'manifest' && manifest.config.digest === image.id;
		return {phase: 'known', standing: same ? 'same' : 'different', digest: remote.digest};
	} catch (thrown) {
		// A registry that hides what is absent behind a refusal is asked again after a login.
		if (thrown instanceof RegbenchError && thrown.code === 'TAG_NOT_FOUND')
			return {phase: 'absent'};
		return {phase: 'failed', error: toErrorRecord(thrown)};
	}
}
