/** Runs the workbench on a terminal until it is left. */
import {render, type Instance} from 'ink';
import {toErrorRecord} from '../domain/errors.ts';
import {sanitiseLines} from '../domain/sanitise.ts';
import {App, type LendTerminal} from '../ui/app.tsx';
import type {Store} from '../workbench/create-store.ts';
import type {Intents} from '../workbench/intents.ts';
import type {Job} from '../workbench/state.ts';
import {exitCodes} from './exit-codes.ts';
import type {OpenScreen} from './open-screen.ts';
import type {Stage} from './stage/open-stage.tsx';
import {suspendProcess} from './suspend-process.ts';

export type WorkbenchScreen = {
	exit?: () => void;
	/** Takes the screen away while some work has the terminal, and draws it anew. */
	lend?: LendTerminal;
};

export type WorkbenchRun = OpenScreen & {
	readonly store: Store;
	readonly intents: Intents;
	/** Gets its members while the workbench is on screen. */
	readonly screen: WorkbenchScreen;
	/** Where it is shown to others. */
	readonly stage?: Stage | undefined;
	readonly stderr?: NodeJS.WritableStream;
};

/**
 * Draws until the person leaves; answers the exit code: 0, 1 after an error (told on standard error once
 * the screen is back), 128 + n after signal n. The terminal is released.
 */
export async function runWorkbench(run: WorkbenchRun): Promise<number> {
	const {terminal, stderr = process.stderr} = run;
	let instance: Instance | undefined;
	try {
		instance = draw(run);
		run.screen.exit = () => instance?.unmount();
		terminal.onEnd(() => instance?.unmount());
		run.stage?.begin(run.store, error => {
			if (error !== undefined) terminal.fail(error);
			instance?.unmount();
		});
		await instance.waitUntilExit();
	} catch (error) {
		terminal.fail(error);
		instance?.unmount();
	} finally {
		delete run.screen.exit;
		delete run.screen.lend;
		terminal.release();
	}
	const {code, error} = terminal.outcome();
	if (error !== undefined) stderr.write(errorText(error));
	else if (code !== exitCodes.hungUp) terminal.stdout.write(summaryText(run.store.getState().jobs));
	return code;
}

function draw(run: WorkbenchRun): Instance {
	const {store, intents, terminal, theme, bindings, proportions, isSpoken, stage} = run;
	const {stdin, stdout} = terminal;
	// scripts/quick-ink.mjs lets Ink begin with what is on screen already.
	const begun = {painted: terminal.handOver()};
	const app = (
		<App
			store={store}
			intents={stage?.watch(intents) ?? intents}
			theme={theme}
			bindings={bindings}
			proportions={proportions}
			suspend={process.platform === 'win32' ? undefined : suspendProcess}
			onLend={lend => {
				run.screen.lend = lend;
			}}
			onStroke={stage && ((stroke, state) => stage.onStroke(stroke, state, theme))}
		/>
	);
	return render(stage?.frame(app, theme) ?? app, {
		...begun,
		stdin,
		stdout,
		// Ink takes CI=true for a place without a terminal; that there is one is known here.
		interactive: true,
		alternateScreen: !isSpoken,
		incrementalRendering: stage?.isRecorded !== true,
		// Lines of the log arrive in batches; this only bounds how long a key waits behind one of them.
		maxFps: 120,
		exitOnCtrlC: false,
		patchConsole: false,
		isScreenReaderEnabled: isSpoken,
	});
}

function errorText(error: unknown): string {
	const {code, message, hint} = toErrorRecord(error);
	const lines = [`regbench: ${message} (${code})`, `          ${hint}`];
	if (code === 'INTERNAL' && error instanceof Error) lines.push(error.stack ?? '');
	return `${lines.flatMap(line => sanitiseLines(line)).join('\n')}\n`;
}

/** One line on what was done; empty when nothing was. */
function summaryText(jobs: readonly Job[]): string {
	const count = (phase: Job['phase']) => jobs.filter(job => job.phase === phase).length;
	const parts = [
		[count('finished'), 'done'],
		[count('failed'), 'failed'],
		[count('cancelled') + count('running') + count('queued'), 'cancelled'],
	]
		.filter(([number]) => number !== 0)
		.map(([number, word]) => `${number} ${word}`);
	const total = `${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'}`;
	const [only] = parts;
	if (only === undefined) return '';
	if (parts.length === 1) return `regbench: ${total} ${only.replace(/^\d+ /, '')}\n`;
	return `regbench: ${total}: ${parts.join(', ')}\n`;
}
