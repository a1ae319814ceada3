/** Whole processes, timed from the outside, and regbench's own report from the inside. */
import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import process from 'node:process';
import type {JobEvent} from '../../source/domain/events.ts';
import {bareEnvironment, entry} from './program.ts';

export type TimedCommand = {
	/** From start to end of the process. */
	readonly wholeMs: number;
	readonly output: string;
	/** Most memory it held at once; NaN where the system does not tell. */
	readonly peakMegabytes: number;
};

/** Runs a program to its end; rejects with what it said when it fails. */
export async function timeCommand(
	program: string,
	args: readonly string[],
	environment: Readonly<Record<string, string>>,
): Promise<TimedCommand> {
	const begun = performance.now();
	const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe'], env: environment});
	let peakMegabytes = Number.NaN;
	const watch = setInterval(() => {
		peakMegabytes = readPeak(child.pid) ?? peakMegabytes;
	}, 10);
	let output = '';
	let complaint = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	}).finally(() => clearInterval(watch));
	const wholeMs = performance.now() - begun;
	if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${output}${complaint}`);
	return {wholeMs, output, peakMegabytes};
}

/** Runs regbench to its end. `operationMs` is how long its job took, as somebody in a running workbench waits. */
export async function timeRegbench(
	home: string,
	args: readonly string[],
): Promise<TimedCommand & {readonly operationMs: number}> {
	const words = [entry, ...args, '--json'];
	const timed = await timeCommand(process.execPath, words, bareEnvironment(home));
	const events = timed.output
		.split('\n')
		.filter(line => line.startsWith('{'))
		.map(line => JSON.parse(line) as JobEvent);
	const at = (type: JobEvent['type']) =>
		Date.parse(events.find(event => event.type === type)?.time ?? '');
	return {...timed, operationMs: at('finished') - at('started')};
}

function readPeak(pid: number | undefined): number | undefined {
	try {
		const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
		return match ? Number(match[1]) / 1000 : undefined;
	} catch {
		// It has ended, or this is not Linux.
		return undefined;
	}
}
