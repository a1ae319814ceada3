/** A container's output as events: in batches, and of a flood the newest lines only. */
import {setTimeout as delay} from 'node:timers/promises';
import type {OperationEvent} from '../domain/events.ts';
import type {LogLines} from '../engine/containers.ts';

/** How often there is a batch. */
const batchMs = 100;
/** Most lines of one stream in a batch; older ones are left out and counted. */
const mostLines = 100;
/** After so many lines the rest of the time is waited out, so that a flood does not keep the machine busy. */
const pauseAfter = 5000;

/** Reads to the end of `logs`, or until it throws. Nothing is held but the lines of one batch. */
export async function gatherOutput(
	logs: AsyncIterable<LogLines>,
	emit: (event: OperationEvent) => void,
): Promise<void> {
	const streams = {
		stdout: {lines: [] as string[], skipped: 0},
		stderr: {lines: [] as string[], skipped: 0},
	};
	let read = 0;
	let timer: NodeJS.Timeout | undefined;
	const flush = () => {
		clearTimeout(timer);
		timer = undefined;
		read = 0;
		for (const stream of ['stdout', 'stderr'] as const) {
			const {lines, skipped} = streams[stream];
			if (lines.length > 0) emit({type: 'output', stream, lines, skipped});
			streams[stream] = {lines: [], skipped: 0};
		}
	};
	try {
		for await (const {stream, lines} of logs) {
			const gathered = streams[stream];
			gathered.lines.push(...lines);
			if (gathered.lines.length > mostLines) {
				gathered.skipped += gathered.lines.length - mostLines;
				gathered.lines = gathered.lines.slice(-mostLines);
			}
			read += lines.length;
			timer ??= setTimeout(flush, batchMs);
			if (read > pauseAfter) await delay(batchMs);
		}
	} finally {
		flush();
	}
}
