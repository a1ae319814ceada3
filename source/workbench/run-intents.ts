/** Running images: from the cursor to a form, and from there to a job. */
import {toErrorRecord} from '../domain/errors.ts';
import type {PortMapping} from '../engine/containers.ts';
import {
	formatPort,
	offerPorts,
	parseMount,
	parsePort,
	parseVariable,
	splitWords,
} from '../operations/container-spec.ts';
import {shellWord} from '../operations/docker-command.ts';
import {keptAnswer, rememberRun, runKey} from '../operations/run-memory.ts';
import type {ContainerWishes} from '../operations/run.ts';
import {isFreePort} from '../engine/loopback.ts';
import {runFields, type RunDialog} from './dialog.ts';
import type {Intents} from './intents.ts';
import {selectCurrentImage, selectCurrentTagRow} from './selectors.ts';
import type {State} from './state.ts';
import type {Workbench} from './workbench.ts';

type RunIntents = Pick<
	Intents,
	'openRun' | 'changeRunField' | 'focusRunField' | 'forgetAnswer' | 'submitRun'
>;

export function createRunIntents(workbench: Workbench): RunIntents {
	const {store, engine, settings, surroundings} = workbench;
	const {dispatch, getState} = store;
	const show = (dialog: RunDialog | undefined) => dispatch({type: 'dialogChanged', dialog});
	const current = () => {
		const {dialog} = getState();
		return dialog?.kind === 'run' ? dialog : undefined;
	};
	const report = (error: unknown) => workbench.log('warning', toErrorRecord(error).message);

	const lookAtImage = async (reference: string, remembered: readonly string[] | undefined) => {
		try {
			const {command, entrypoint, exposedPorts} = await engine.inspect(reference, {
				signal: surroundings.signal,
			});
			const ports = remembered
				? await freed(remembered.map(parsePort))
				: await offerPorts(exposedPorts, isFreePort);
			const dialog = current();
			if (dialog?.reference !== reference) return;
			const isUntouched = dialog.values.ports === (remembered?.join(' ') ?? '');
			show({
				...dialog,
				image: {
					phase: 'ready',
					value: {command: [...entrypoint, ...command].map(shellWord).join(' '), exposedPorts},
				},
				values: isUntouched
					? {...dialog.values, ports: ports.map(formatPort).join(' ')}
					: dialog.values,
			});
		} catch (thrown) {
			const dialog = current();
			if (dialog) show({...dialog, image: {phase: 'failed', error: toErrorRecord(thrown)}});
		}
	};

	return {
		openRun() {
			const reference = referenceToRun(getState());
			if (reference === undefined) {
				return workbench.notify('warning', 'There is no image here yet: press p to pull one.');
			}
			const memory = settings.get().runs?.[runKey(reference)];
			const before = keptAnswer(memory, reference, memory?.probePath ?? '/');
			show({
				kind: 'run',
				reference,
				field: 'ports',
				values: {
					ports: memory?.ports?.join(' ') ?? '',
					environment: memory?.environment.map(shellWord).join(' ') ?? '',
					command: memory?.command ?? '',
					mounts: memory?.mounts.map(shellWord).join(' ') ?? '',
					probe: memory?.probePath ?? '/',
				},
				image: {phase: 'loading'},
				...(before ? {before} : {}),
			});
			void lookAtImage(reference, memory?.ports);
		},
		changeRunField(field, value) {
			const dialog = current();
			if (!dialog) return;
			const {problem: _, ...rest} = dialog;
			show({...rest, values: {...dialog.values, [field]: value}});
		},
		focusRunField(step) {
			const dialog = current();
			if (!dialog) return;
			const place = runFields.indexOf(dialog.field) + step + runFields.length;
			show({...dialog, field: runFields[place % runFields.length] ?? 'ports'});
		},
		forgetAnswer() {
			const dialog = current();
			if (!dialog?.before) return;
			const {before: _, ...rest} = dialog;
			show(rest);
			const key = runKey(dialog.reference);
			settings
				.update(saved => {
					const {answer: _answer, ...memory} = saved.runs?.[key] ?? {};
					return 'probePath' in memory ? {...saved, runs: {...saved.runs, [key]: memory}} : saved;
				})
				.catch(report);
		},
		submitRun() {
			const dialog = current();
			if (!dialog) return;
			const {reference, values} = dialog;
			const probePath = values.probe.trim();
			let wishes: ContainerWishes;
			try {
				wishes = wishesFrom(values);
			} catch (thrown) {
				const {message, hint} = toErrorRecord(thrown);
				return show({...dialog, problem: `${message}. ${hint}`});
			}
			const saved = settings.get().runs?.[runKey(reference)];
			const before = dialog.before && keptAnswer(saved, reference, probePath);
			settings
				.update(state => ({
					...state,
					runs: rememberRun(state.runs, reference, {
						...(wishes.ports ? {ports: wishes.ports.map(formatPort)} : {}),
						environment: wishes.environment ?? [],
						command: values.command,
						mounts: splitWords(values.mounts),
						probePath,
						...(before && saved?.answer !== undefined ? {answer: saved.answer} : {}),
					}),
				}))
				.catch(report);
			show(undefined);
			workbench.run({
				operation: 'run',
				reference,
				...wishes,
				...(probePath === '' ? {} : {probePath}),
				...(before ? {before} : {}),
				remove: false,
			});
		},
	};
}

/** What a form says, for the operation; throws `USAGE`. Empty ports publish none. */
export function wishesFrom(values: RunDialog['values']): ContainerWishes {
	return {
		ports: splitWords(values.ports).map(parsePort),
		environment: splitWords(values.environment).map(text => parseVariable(text)),
		command: splitWords(values.command),
		mounts: splitWords(values.mounts).map(parseMount),
	};
}

/** The same ports; where something listens already, any other of the host. */
async function freed(ports: readonly PortMapping[]): Promise<readonly PortMapping[]> {
	return Promise.all(
		ports.map(async port =>
			port.hostPort === 0 || (await isFreePort(port.hostPort)) ? port : {...port, hostPort: 0},
		),
	);
}

/** The tag under the cursor, or the image's first name, or its ID. */
function referenceToRun(state: State): string | undefined {
	const tag = state.focus === 'tags' ? selectCurrentTagRow(state)?.references[0] : undefined;
	const image = selectCurrentImage(state);
	return tag ?? image?.references[0] ?? image?.id;
}
