/** Running images: from the cursor to a form, from there to a job, and to the containers that came of it. */
import {setTimeout as delay} from 'node:timers/promises';
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
import {selectCurrentRun} from './run-selectors.ts';
import {selectCurrentImage, selectCurrentTagRow} from './selectors.ts';
import type {Overlay, State} from './state.ts';
import type {Workbench} from './workbench.ts';

type RunIntents = Pick<
	Intents,
	| 'openRun'
	| 'changeRunField'
	| 'focusRunField'
	| 'forgetAnswer'
	| 'submitRun'
	| 'openRuns'
	| 'stopRun'
	| 'removeRun'
	| 'openShell'
>;

type RunsOverlay = Overlay & {readonly kind: 'runs'};

/** How often the list of containers is looked at while it is open. */
const listEveryMs = 1000;

/** The best shell that the container has. */
const shell = ['/bin/sh', '-c', 'if command -v bash >/dev/null; then exec bash; fi; exec /bin/sh'];

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

	const isListOpen = () => getState().overlay?.kind === 'runs';

	const list = async () => {
		const containers = await engine.containers({signal: surroundings.signal});
		while (isListOpen() && !surroundings.signal.aborted) {
			let listing: RunsOverlay['listing'];
			try {
				const value = (await containers?.list({signal: surroundings.signal})) ?? [];
				listing = {phase: 'ready', value};
			} catch (thrown) {
				listing = {phase: 'failed', error: toErrorRecord(thrown)};
			}
			const {overlay} = getState();
			if (overlay?.kind !== 'runs') return;
			// Nothing is drawn anew while nothing changes.
			if (JSON.stringify(overlay.listing) !== JSON.stringify(listing)) {
				dispatch({type: 'overlayChanged', overlay: {...overlay, listing}});
			}
			await delay(listEveryMs, undefined, {signal: surroundings.signal}).catch(() => {});
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

		openRuns() {
			if (isListOpen()) {
				return dispatch({type: 'overlayChanged', overlay: undefined});
			}
			const cursor = {key: undefined, index: 0};
			dispatch({
				type: 'overlayChanged',
				overlay: {kind: 'runs', listing: {phase: 'loading'}, cursor},
			});
			list().catch((error: unknown) => {
				const {overlay} = getState();
				if (overlay?.kind !== 'runs') return;
				const listing = {phase: 'failed', error: toErrorRecord(error)} as const;
				dispatch({type: 'overlayChanged', overlay: {...overlay, listing}});
			});
		},
		stopRun() {
			const run = selectCurrentRun(getState());
			if (!run) return;
			workbench.run({operation: 'stop', container: run.id, name: run.name, remove: false});
		},
		removeRun() {
			const run = selectCurrentRun(getState());
			if (!run) return;
			workbench.run({operation: 'stop', container: run.id, name: run.name, remove: true});
		},
		openShell() {
			const run = selectCurrentRun(getState());
			const {lendTerminal, signal} = surroundings;
			if (!run || !lendTerminal) return;
			void (async () => {
				try {
					const containers = await engine.containers({signal});
					if (!containers) return;
					let code = 0;
					workbench.log('command', `$ docker exec --interactive --tty ${run.name} sh`);
					await lendTerminal(async size => {
						const session = await containers.shell(run.id, shell, {...size, signal});
						return {
							...session,
							async exitCode() {
								code = await session.exitCode();
								return code;
							},
						};
					});
					// What engines answer where there is no such program in the image.
					if (code === 126 || code === 127) {
						workbench.notify('warning', `${run.image} has no shell (/bin/sh) to open.`);
					} else workbench.notify('info', `The shell in ${run.name} ended with ${code}.`);
				} catch (thrown) {
					const {message, hint} = toErrorRecord(thrown);
					workbench.notify('error', `${message}. ${hint}`);
				}
			})();
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
