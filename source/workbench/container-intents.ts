/** The containers that were made here: listing them, asking one again, ending it, a shell in it. */
import {setTimeout as delay} from 'node:timers/promises';
import {toErrorRecord} from '../domain/errors.ts';
import {compareAnswers, describeAnswer, isWorking} from '../domain/probe.ts';
import {probeContainer, whyOutOfReach} from '../operations/probe.ts';
import {keptAnswer, runKey} from '../operations/run-memory.ts';
import type {Intents} from './intents.ts';
import {selectCurrentRun} from './run-selectors.ts';
import type {Overlay} from './state.ts';
import type {Workbench} from './workbench.ts';

type ContainerIntents = Pick<
	Intents,
	'openRuns' | 'probeRun' | 'stopRun' | 'removeRun' | 'openShell'
>;

type RunsOverlay = Overlay & {readonly kind: 'runs'};

/** How often the list of containers is looked at while it is open. */
const listEveryMs = 1000;
/** How long a container that is asked once more may be silent. */
const askAgainMs = 5000;

/** The best shell that the container has. */
const shell = ['/bin/sh', '-c', 'if command -v bash >/dev/null; then exec bash; fi; exec /bin/sh'];

export function createContainerIntents(workbench: Workbench): ContainerIntents {
	const {store, engine, settings, surroundings} = workbench;
	const {dispatch, getState} = store;

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
		probeRun() {
			const run = selectCurrentRun(getState());
			if (!run) return;
			const memory = settings.get().runs?.[runKey(run.image)];
			const probePath = memory?.probePath ?? '';
			const before = keptAnswer(memory, run.image, probePath);
			void (async () => {
				try {
					const {signal} = surroundings;
					const [containers, info] = await Promise.all([
						engine.containers({signal}),
						engine.info({signal}),
					]);
					if (!containers) return;
					const answer = await probeContainer(containers, run.id, {
						path: probePath === '' ? undefined : probePath,
						unreachable: whyOutOfReach(info),
						timeoutMs: askAgainMs,
						signal,
					});
					workbench.log(isWorking(answer) ? 'success' : 'warning', describeAnswer(answer));
					const differences = before ? compareAnswers(before, answer) : undefined;
					if (!differences) workbench.notify('info', `${run.name}: ${describeAnswer(answer)}`);
					else if (differences.length === 0) {
						workbench.notify('success', `${run.name} answers exactly as before.`);
					} else workbench.notify('warning', `Not as before: ${differences.join(' ')}`);
				} catch (thrown) {
					workbench.notify('error', toErrorRecord(thrown).message);
				}
			})();
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
