/** What is to be explained where the cursor is: the thing's name and its topics. Pure. */
import {shortDigest} from '../domain/digest.ts';
import type {Paragraph} from '../explain/paragraph.ts';
import {findTopic, topicsOf, type TopicId} from '../explain/topics.ts';
import type {Dialog} from './dialog.ts';
import {selectFacts} from './explain-facts.ts';
import {
	selectRemoteLevel,
	selectRemoteReference,
	selectRemoteRepository,
} from './remote-selectors.ts';
import {selectCurrentImage, selectCurrentTagRow, selectCurrentTargetRow} from './selectors.ts';
import type {Job, State} from './state.ts';

export type Subject = {
	/** What the frame is titled with. */
	readonly name: string;
	readonly topics: readonly TopicId[];
	/** Image to be read for more facts. */
	readonly image?: string;
	/** Remote tag to be read for more facts. */
	readonly reference?: string;
};

/** What has the cursor: in what lies over the panes, else in the pane in use. */
export function selectSubject(state: State): Subject {
	const image = selectCurrentImage(state);
	const {overlay} = state;
	switch (overlay?.kind) {
		case 'remote':
			return remoteSubject(state);
		case 'layers':
			return {
				name: shortName(overlay.request.image),
				topics: topicsOf.layers,
				...(overlay.request.from === 'engine'
					? {image: overlay.request.image}
					: {reference: overlay.request.image}),
			};
		case 'safety': {
			const {image: checked, from} = overlay.request;
			return {
				name: shortName(checked),
				topics: topicsOf.safety,
				...(from === 'engine' ? {image: checked} : {reference: checked}),
			};
		}
		case 'runs':
			return {name: 'Containers', topics: topicsOf.containers, ...(image ? {image: image.id} : {})};
		case 'jobs':
		case 'proof':
			return {name: 'Jobs', topics: topicsOfJob(state.jobs.at(-1))};
		default:
			break;
	}
	switch (state.focus) {
		case 'images':
			return {
				name: image ? `Image ${image.references[0] ?? shortDigest(image.id)}` : 'Images',
				topics: topicsOf.image,
				...(image ? {image: image.id} : {}),
			};
		case 'tags': {
			const row = selectCurrentTagRow(state);
			const there = state.targets
				.map(({id}) => row?.remote[id])
				.find(name => name !== undefined && state.remoteTags[name]?.phase === 'known');
			return {
				name: row ? `Tag ${row.key}` : 'Tags',
				topics: topicsOf.tag,
				...(image ? {image: image.id} : {}),
				...(there === undefined ? {} : {reference: there}),
			};
		}
		case 'registries':
			return {
				name: selectCurrentTargetRow(state)?.target.id ?? 'Registries',
				topics: topicsOf.registry,
			};
		case 'log':
			return {name: 'Log', topics: topicsOfJob(state.jobs.at(-1))};
	}
}

function remoteSubject(state: State): Subject {
	const level = selectRemoteLevel(state);
	const reference = selectRemoteReference(state);
	const repository = selectRemoteRepository(state);
	if (level?.at === 'repositories' || reference === undefined) {
		return {name: repository ?? 'Repositories', topics: topicsOf.repository};
	}
	return {name: reference, topics: topicsOf.remote, reference};
}

function topicsOfJob(job: Job | undefined): readonly TopicId[] {
	switch (job?.operation) {
		case 'push':
		case 'copy':
		case 'prove':
			return topicsOf.moved;
		case 'pull':
		case 'repull':
			return topicsOf.fetched;
		case 'remove':
		case 'remove-remote':
		case 'cleanup':
			return topicsOf.cleaned;
		default:
			return topicsOf.log;
	}
}

function shortName(image: string): string {
	return image.startsWith('sha256:') ? shortDigest(image) : image;
}

/** The open page of an explanation. */
export function selectExplanation(
	state: State,
	dialog: Dialog & {readonly kind: 'explain'},
): {readonly topic: TopicId; readonly title: string; readonly paragraphs: readonly Paragraph[]} {
	const id = dialog.topics[dialog.page] ?? dialog.topics[0] ?? 'image';
	const topic = findTopic(id);
	return {
		topic: id,
		title: topic?.title ?? '',
		paragraphs: topic?.about(selectFacts(state, dialog.gathered)) ?? [],
	};
}
