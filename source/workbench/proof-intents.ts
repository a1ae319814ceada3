/** The round trip as a proof: choosing its way, starting it, keeping what it showed. */
import {toErrorRecord} from '../domain/errors.ts';
import {parseReference} from '../domain/reference.ts';
import {parseMount, parsePort, parseVariable, splitWords} from '../operations/container-spec.ts';
import {proofJson, proofMarkdown} from '../operations/proof-report.ts';
import {runKey} from '../operations/run-memory.ts';
import type {ContainerWishes} from '../operations/run.ts';
import type {RunMemory} from '../settings/schema.ts';
import type {Intents} from './intents.ts';
import {whyNotRun} from './run-selectors.ts';
import {selectCurrentTagRow, selectDefaultTarget, selectSubjectRows} from './selectors.ts';
import type {Workbench} from './workbench.ts';

type ProofIntents = Pick<Intents, 'openProve' | 'confirmProve' | 'saveProof'>;

export function createProofIntents(workbench: Workbench): ProofIntents {
	const {store, engine, settings, surroundings} = workbench;
	const {dispatch, getState} = store;

	/** A container that runs from the image would only be named when half of the proof is done. */
	const tellHolder = async (source: string) => {
		const options = {signal: surroundings.signal};
		try {
			const {id} = await engine.inspect(source, options);
			const [use] = await engine.containersUsing(id, options);
			const {dialog} = getState();
			if (!use || dialog?.kind !== 'prove' || dialog.source !== source) return;
			dispatch({type: 'dialogChanged', dialog: {...dialog, usedBy: use.name || use.id}});
		} catch {
			// The proof itself asks again, and tells what is wrong.
		}
	};

	return {
		openProve() {
			const state = getState();
			const row = state.focus === 'tags' ? selectCurrentTagRow(state) : selectSubjectRows(state)[0];
			const source = row?.references[0];
			if (!row || source === undefined) {
				return workbench.notify('warning', 'This image has no tag: press t to give it one.');
			}
			const places = state.targets.flatMap(({id}) => row.remote[id] ?? []);
			if (places.length === 0) {
				return workbench.notify(
					'warning',
					'No registry to go through yet: press 3, then a to add one.',
				);
			}
			const preferred = row.remote[selectDefaultTarget(state)?.id ?? ''] ?? '';
			dispatch({
				type: 'dialogChanged',
				dialog: {
					kind: 'prove',
					source,
					references: places,
					choice: Math.max(0, places.indexOf(preferred)),
					notRun: whyNotRun(state),
				},
			});
			void tellHolder(source);
		},
		confirmProve() {
			const {dialog} = getState();
			if (dialog?.kind !== 'prove') return;
			const reference = dialog.references[dialog.choice];
			dispatch({type: 'dialogChanged', dialog: undefined});
			if (reference === undefined) return;
			const memory = settings.get().runs?.[runKey(dialog.source)];
			workbench.run({
				operation: 'prove',
				source: dialog.source,
				reference,
				...wishesOf(memory),
				...(memory?.probePath ? {probePath: memory.probePath} : {}),
			});
		},
		saveProof() {
			const {overlay} = getState();
			if (overlay?.kind !== 'proof') return;
			const {proof} = overlay;
			const day = new Date(surroundings.now()).toISOString().slice(0, 19).replace(/[T:]/g, '-');
			const name = parseReference(proof.reference).path.replaceAll('/', '-');
			const file = `regbench-proof-${name}-${day}`;
			void (async () => {
				try {
					await surroundings.saveText(`${file}.md`, proofMarkdown(proof));
					await surroundings.saveText(`${file}.json`, proofJson(proof));
					workbench.notify('success', `The proof was saved to ${file}.md and .json.`);
				} catch (thrown) {
					const {message, hint} = toErrorRecord(thrown);
					workbench.notify('error', `${message}. ${hint}`);
				}
			})();
		},
	};
}

/** As it was run last; a remembered secret has no value, so that its variable is left out. */
function wishesOf(memory: RunMemory | undefined): ContainerWishes {
	if (!memory) return {};
	return {
		// The host's port may be taken now: any will do.
		...(memory.ports ? {ports: memory.ports.map(text => ({...parsePort(text), hostPort: 0}))} : {}),
		environment: memory.environment
			.filter(text => text.includes('='))
			.map(text => parseVariable(text)),
		command: splitWords(memory.command),
		mounts: memory.mounts.map(parseMount),
	};
}
