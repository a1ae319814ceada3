/** Sets the stage before the workbench is drawn: its recording, its script, its line for the audience. */
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ReactNode} from 'react';
import type {Secret} from '../../domain/credential.ts';
import {RegbenchError} from '../../domain/errors.ts';
import {sanitise} from '../../domain/sanitise.ts';
import type {Stroke} from '../../ui/key-dispatch.ts';
import {createStageBoard} from '../../ui/stage/stage-board.ts';
import {StageFrame, stageRows} from '../../ui/stage/stage-frame.tsx';
import {strokeLabel} from '../../ui/stage/stage-line.ts';
import type {Theme} from '../../ui/theme.ts';
import type {Store} from '../../workbench/create-store.ts';
import type {Intents} from '../../workbench/intents.ts';
import type {State} from '../../workbench/state.ts';
import {demandTerminal, type HeldTerminal} from '../hold-terminal.ts';
import {playScript, type EndedJob} from './player.ts';
import {createPlayedInput, type PlayedInput} from './played-input.ts';
import {openRecording} from './recording.ts';
import {parseScript, type Script, type Step} from './script.ts';
import type {StageOptions} from './stage-options.ts';
import {tapOutput} from './tap-output.ts';
import {watchScreen, type WatchedScreen} from './watch-screen.ts';

export type Stage = {
	/** Rows at the bottom that are not the workbench's. */
	readonly rows: number;
	/** Whether it is recorded: only what is drawn whole can be searched for secrets. */
	readonly isRecorded: boolean;
	/** The terminal with the script's keys in its input. */
	readonly hold: (terminal: HeldTerminal) => HeldTerminal;
	/** Puts the stage around the screen. */
	readonly frame: (app: ReactNode, theme: Theme) => ReactNode;
	/** Told of every stroke before it acts. */
	readonly onStroke: (stroke: Stroke, state: State, theme: Theme) => void;
	/** The same intents; a secret that goes through them is kept out of the recording. */
	readonly watch: (intents: Intents) => Intents;
	/** Begins to play. `leave` ends the workbench, by an error where there is one. */
	readonly begin: (store: Store, leave: (error?: unknown) => void) => void;
	/** Rejects when the script was not played to its end, or the recording is not whole. */
	readonly judge: () => void;
	/** May be called again. */
	readonly close: () => void;
};

/** Ctrl-C, as a terminal sends it. */
const interrupt = 3;

const clock = () => performance.now();

/** Rejects with `USAGE` for what is wrong with a script or a file, with `NOT_A_TERMINAL`; nothing is drawn then. */
export async function openStage(
	options: StageOptions,
	stdin: NodeJS.ReadStream = process.stdin,
	stdout: NodeJS.WriteStream = process.stdout,
): Promise<Stage> {
	const script = options.play === undefined ? undefined : await readScript(options.play);
	await demandTerminal(stdin, stdout);
	const {columns, rows} = stdout;
	if (script?.size && (columns < script.size.columns || rows < script.size.rows)) {
		const wanted = `${script.size.columns}×${script.size.rows}`;
		throw new RegbenchError(
			'USAGE',
			`${script.name} needs a terminal of ${wanted}; this one is ${columns}×${rows}`,
			{hint: 'Make the window larger, or its letters smaller.'},
		);
	}
	const size = {columns, rows};
	const changed = new Set<() => void>();
	const notify = () => {
		for (const listener of changed) listener();
	};
	const watched: WatchedScreen | undefined =
		script && (await watchScreen({...size, clock, onDrawn: notify}));
	const recording =
		options.record === undefined
			? undefined
			: openRecording({
					...size,
					file: options.record,
					overwrite: options.overwrite,
					environment: process.env,
					now: Date.now(),
					clock,
				});
	const untap = tapOutput(stdout, chunk => {
		recording?.output(chunk);
		watched?.write(chunk);
	});
	const onResize = () => {
		recording?.resize(stdout.columns, stdout.rows);
		watched?.resize(stdout.columns, stdout.rows);
	};
	// The programs that draw listen as well: the event stands before what they draw for it.
	stdout.prependListener('resize', onResize);

	const board = options.showKeys || script ? createStageBoard() : undefined;
	const ended = new AbortController();
	let input: PlayedInput | undefined;
	let step: Step | undefined;
	let playing = script !== undefined;
	const handOver = (caption: string) => {
		playing = false;
		board?.caption(caption);
	};
	/** While a script plays the person's keys would come between its own; Ctrl-C takes the keyboard back. */
	const admits = (chunk: Buffer): boolean => {
		if (!playing) return true;
		if (chunk.includes(interrupt)) {
			handOver('Stopped: the keyboard is yours');
			ended.abort();
		}
		return false;
	};
	const play = async (playable: Script, store: Store, leave: (error?: unknown) => void) => {
		const {signal} = ended;
		const unsubscribe = store.subscribe(notify);
		try {
			await playScript(
				playable,
				{
					screen: () => watched?.text() ?? '',
					quietMs: () => clock() - (watched?.drawnAt() ?? 0),
					jobs: () => playedJobs(store.getState()),
					onChange(listener) {
						changed.add(listener);
						return () => changed.delete(listener);
					},
					press: bytes => input?.press(bytes),
					caption: text => board?.caption(text),
					mark: label => recording?.mark(label),
					quit() {
						playing = false;
						leave();
					},
					sleep: async (ms, either) => sleep(ms, undefined, {signal: either}),
				},
				{signal, onStep: next => (step = next)},
			);
			handOver('');
		} catch (error) {
			if (signal.aborted) return;
			playing = false;
			leave(error);
		} finally {
			unsubscribe();
		}
	};
	let isOpen = true;
	const close = () => {
		if (!isOpen) return;
		isOpen = false;
		ended.abort();
		stdout.off('resize', onResize);
		process.off('exit', close);
		untap();
		input?.release();
		board?.close();
		watched?.close();
		recording?.close();
	};
	process.once('exit', close);
	return {
		rows: board ? stageRows : 0,
		isRecorded: recording !== undefined,
		hold(terminal) {
			if (!script) return terminal;
			input = createPlayedInput(stdin, admits);
			return {...terminal, stdin: input.stdin};
		},
		frame: (app, theme) =>
			board ? (
				<StageFrame board={board} theme={theme}>
					{app}
				</StageFrame>
			) : (
				app
			),
		onStroke(stroke, state, theme) {
			const label = strokeLabel(stroke, state, theme);
			if (options.showKeys && label !== undefined) board?.press(label);
		},
		watch: intents =>
			recording
				? {
						...intents,
						submitLogin(password: Secret) {
							recording.conceal(password);
							intents.submitLogin(password);
						},
						submitKeyPassword(password: Secret) {
							recording.conceal(password);
							intents.submitKeyPassword(password);
						},
					}
				: intents,
		begin(store, leave) {
			if (script) setImmediate(() => void play(script, store, leave));
		},
		judge() {
			const problem = recording?.problem();
			if (problem) throw problem;
			const isLast = step === script?.steps.at(-1);
			if (!script || !playing || isLast) return;
			throw new RegbenchError(
				'SCRIPT_FAILED',
				`${script.name}:${step?.line ?? 1}: the workbench was left before the script ended`,
				{hint: 'End the script with the line that leaves it.'},
			);
		},
		close,
	};
}

async function readScript(file: string): Promise<Script> {
	try {
		return parseScript(await readFile(file, 'utf8'), sanitise(path.basename(file)));
	} catch (error) {
		if (error instanceof RegbenchError) throw error;
		const {code = ''} = error as NodeJS.ErrnoException;
		throw new RegbenchError('USAGE', `${sanitise(file)} cannot be read (${code})`, {cause: error});
	}
}

function playedJobs({jobs}: State) {
	const ended = jobs
		.filter(({phase}) => phase !== 'queued' && phase !== 'running')
		.map(({id, phase, error}): EndedJob => {
			const isGood = phase === 'finished';
			return {id, problem: isGood ? undefined : (error?.message ?? phase)};
		});
	return {active: jobs.length - ended.length, ended};
}
