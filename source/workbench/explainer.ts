/** Opens an explanation. */
import type {TopicId} from '../explain/topics.ts';
import {readImageFacts, remoteFacts} from '../operations/gather-facts.ts';
import {inspectRemote} from '../operations/inspect-remote.ts';
import type {Subject} from './explain.ts';
import type {GatheredFacts} from './explain-facts.ts';
import type {Workbench} from './workbench.ts';

/** Opens with what is known; what has to be read comes in while it is read. */
export type Explainer = (subject: Omit<Subject, 'topics'>, topics: readonly TopicId[]) => void;

export function createExplainer({
	store,
	engine,
	registry,
	credentials,
	surroundings,
}: Workbench): Explainer {
	const {dispatch, getState} = store;
	return (subject, topics) => {
		const {name, image, reference} = subject;
		dispatch({
			type: 'dialogChanged',
			dialog: {kind: 'explain', name, topics, page: 0, gathered: {}, offset: 0},
		});
		const add = (facts: GatheredFacts) => {
			const {dialog} = getState();
			if (dialog?.kind !== 'explain' || dialog.name !== name) return;
			const gathered = {...dialog.gathered, ...facts};
			dispatch({type: 'dialogChanged', dialog: {...dialog, gathered}});
		};
		const {signal} = surroundings;
		// Where it cannot be read, what is known is all that is said.
		if (image !== undefined) {
			readImageFacts(engine, image, signal).then(
				facts => add({image: facts}),
				() => undefined,
			);
		}
		if (reference !== undefined) {
			inspectRemote(reference, {registry, credentials, signal}).then(
				details => add({remote: remoteFacts(details)}),
				() => undefined,
			);
		}
	};
}
