/** Plays a script on a running workbench. */
import {RegbenchError} from '../../domain/errors.ts';
import type {Condition, Script, Step} from './script.ts';

export type EndedJob = {
	readonly id: string;
	/** Why it did not do what was asked; undefined when it did. */
	readonly problem: string | undefined;
};

/** What the player sees and does. */
export type PlayedWorkbench = {
	/** What can be seen, line by line. */
	screen(): string;
	/** How long nothing was drawn, in ms. */
	quietMs(): number;
	jobs(): {readonly active: number; readonly ended: readonly EndedJob[]};
	/** Calls back whenever one of these may have changed; answers how to stop. */
	onChange(listener: () => void): () => void;
	/** What a key sends. */
	press(bytes: string): void;
	caption(text: string): void;
	mark(label: string): void;
	quit(): void;
	/** Rejects when the signal aborts. */
	sleep(ms: number, signal: AbortSignal): Promise<void>;
};

/** Between two keys, in ms, until the script says otherwise. */
const defaultPaceMs = 40;

/** Programs tell Esc from the start of a sequence by the pause that follows. */
const escapePaceMs = 150;

/** Nothing drawn for so long is an end of drawing. */
const idleMs = 300;

/** The name of a marker in a recording at which a picture is wanted. */
export function pictureLabel(name: string, description: string): string {
	return `picture ${name}: ${description}`;
}

/**
 * Resolves after the last step. Rejects with `SCRIPT_FAILED`, naming the line and what was on the screen,
 * when something that is waited for does not come; with an abort error when the signal aborts.
 */
export async function playScript(
	script: Script,
	workbench: PlayedWorkbench,
	options: {
		readonly signal: AbortSignal;
		/** Told of each step before it is done. */
		readonly onStep?: (step: Step) => void;
	},
): Promise<void> {
	const {signal, onStep} = options;
	const counted = new Set<string>();
	let paceMs = defaultPaceMs;
	const fail = ({line}: Step, problem: string): never => {
		throw new RegbenchError('SCRIPT_FAILED', `${script.name}:${line}: ${problem}`, {
			hint: `The screen showed:\n${workbench.screen()}`,
		});
	};
	for (const step of script.steps) {
		signal.throwIfAborted();
		onStep?.(step);
		switch (step.do) {
			case 'press':
				for (const key of step.keys) {
					workbench.press(key);
					await workbench.sleep(key === '\u{1B}' ? Math.max(paceMs, escapePaceMs) : paceMs, signal);
				}
				break;
			case 'wait': {
				const {until, withinMs} = step;
				const came = await waitUntil(until, {workbench, withinMs, counted, signal});
				if (!came) fail(step, `after ${withinMs / 1000} s ${complaint(until)}`);
				if (until.kind === 'job') {
					const job = nextEnded(workbench, counted)!;
					counted.add(job.id);
					if (job.problem !== undefined) fail(step, `the job did not go well: ${job.problem}`);
				}
				break;
			}
			case 'caption':
				workbench.caption(step.text);
				if (step.text !== '') workbench.mark(step.text);
				break;
			case 'pause':
				await workbench.sleep(step.ms, signal);
				break;
			case 'pace':
				paceMs = step.ms;
				break;
			case 'picture': {
				const asked = {workbench, withinMs: 10_000, counted, signal};
				if (!(await waitUntil({kind: 'idle'}, asked))) {
					fail(step, `after 10 s ${complaint({kind: 'idle'})}`);
				}
				workbench.mark(pictureLabel(step.name, step.description));
				break;
			}
			case 'quit':
				workbench.quit();
				break;
		}
	}
}

type Asked = {
	readonly workbench: PlayedWorkbench;
	readonly withinMs: number;
	/** IDs of ended jobs that an earlier step has waited for. */
	readonly counted: ReadonlySet<string>;
	readonly signal: AbortSignal;
};

/** Whether it came true in time. */
async function waitUntil(condition: Condition, asked: Asked): Promise<boolean> {
	const {workbench, withinMs, counted, signal} = asked;
	const holds = () => isTrue(condition, workbench, counted);
	if (holds()) return true;
	const settled = new AbortController();
	const either = AbortSignal.any([signal, settled.signal]);
	let look: (() => void) | undefined;
	const came = new Promise<boolean>(resolve => {
		look = () => {
			if (holds()) resolve(true);
		};
	});
	const stop = workbench.onChange(() => look?.());
	const late = workbench.sleep(withinMs, either).then(holds);
	const outcomes = [came, late];
	// Quiet is the one thing that comes by itself.
	if (condition.kind === 'idle') outcomes.push(untilQuiet(holds, workbench, either));
	try {
		return await Promise.race(outcomes);
	} finally {
		stop();
		settled.abort();
	}
}

async function untilQuiet(
	holds: () => boolean,
	workbench: PlayedWorkbench,
	signal: AbortSignal,
): Promise<boolean> {
	while (!holds()) await workbench.sleep(Math.max(20, idleMs - workbench.quietMs()), signal);
	return true;
}

function isTrue(
	condition: Condition,
	workbench: PlayedWorkbench,
	counted: ReadonlySet<string>,
): boolean {
	switch (condition.kind) {
		case 'text':
			return workbench.screen().includes(condition.text) !== condition.absent;
		case 'pattern':
			return condition.pattern.test(workbench.screen()) !== condition.absent;
		case 'job':
			return nextEnded(workbench, counted) !== undefined;
		case 'jobs':
			return workbench.jobs().active === 0;
		case 'idle':
			return workbench.jobs().active === 0 && workbench.quietMs() >= idleMs;
	}
}

function nextEnded(workbench: PlayedWorkbench, counted: ReadonlySet<string>): EndedJob | undefined {
	return workbench.jobs().ended.find(({id}) => !counted.has(id));
}

function complaint(condition: Condition): string {
	switch (condition.kind) {
		case 'text':
		case 'pattern': {
			const wanted =
				condition.kind === 'text' ? JSON.stringify(condition.text) : String(condition.pattern);
			return condition.absent ? `${wanted} was still there` : `there was no ${wanted}`;
		}
		case 'job':
			return 'no job had come to its end';
		case 'jobs':
			return 'a job was still running';
		case 'idle':
			return 'it was not quiet yet';
	}
}
