/** Where headless commands write: results to standard output, progress and words for people to standard error. */
import {toErrorRecord} from '../domain/errors.ts';
import type {JobEvent, RunningContainer, TransferEvent} from '../domain/events.ts';
import {describeAnswer} from '../domain/probe.ts';
import {formatBytes} from '../domain/size.ts';
import {countOf, describeResult} from '../workbench/job-log.ts';

export type Output = {
	readonly json: boolean;
	/** One result: an object a line with `--json`, `text` for people otherwise. */
	record(value: object, text: string): void;
	/** Something that goes on: standard error, for people only. */
	progress(text: string): void;
	/** A failure that no event carried: what happened and what to do. */
	failure(thrown: unknown): void;
	/** One event of an operation: as it is with `--json`, in words otherwise. */
	event(event: JobEvent): void;
};

export type Streams = {
	readonly out: {write(text: string): unknown};
	readonly error: {write(text: string): unknown};
};

export function createOutput({out, error}: Streams, json: boolean): Output {
	const finishedLayers = new Set<string>();
	const say = (text: string) => error.write(`${text}\n`);
	return {
		json,
		record(value, text) {
			out.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`);
		},
		progress(text) {
			if (!json) say(text);
		},
		failure(thrown) {
			const record = toErrorRecord(thrown);
			if (json) out.write(`${JSON.stringify({type: 'failed', error: record})}\n`);
			else say(`regbench: ${record.message} (${record.code})\n          ${record.hint}`);
		},
		event(event) {
			if (json) {
				out.write(`${JSON.stringify(event)}\n`);
				return;
			}
			switch (event.type) {
				case 'started':
					return;
				case 'step':
					if (event.command) say(`$ ${event.command}`);
					say(event.message);
					return;
				case 'transfer': {
					const settled = ['done', 'exists', 'mounted'].includes(event.state);
					const key = `${event.reference} ${event.layer}`;
					if (!settled || finishedLayers.has(key)) return;
					finishedLayers.add(key);
					const arrow = {push: '↑', pull: '↓', copy: '→'}[event.direction];
					const size = settledText(event);
					say(`  ${arrow} ${event.layer.replace(/^sha\d+:/, '').slice(0, 12)}  ${size}`);
					return;
				}
				case 'output': {
					if (event.skipped > 0) say(`(${countOf(event.skipped, 'line')} left out)`);
					const text = event.lines.map(line => `${line}\n`).join('');
					(event.stream === 'stdout' ? out : error).write(text);
					return;
				}
				case 'container':
				case 'probed':
					say(event.type === 'probed' ? describeAnswer(event.answer) : reached(event.container));
					return;
				case 'warned':
					say(`! ${sentence(event.message, event.hint)}`);
					return;
				case 'finished':
					for (const text of describeResult(event.result)) out.write(`${text}\n`);
					return;
				case 'failed':
					say(
						`regbench: ${event.error.message} (${event.error.code})\n          ${event.error.hint}`,
					);
					return;
				case 'cancelled':
					say('Cancelled.');
			}
		},
	};
}

/** A message with its hint behind it. */
function sentence(message: string, hint: string | undefined): string {
	return hint ? `${message}${/[.!?…]$/.test(message) ? '' : '.'} ${hint}` : message;
}

function settledText({state, doneBytes}: TransferEvent): string {
	if (state === 'done') return formatBytes(doneBytes);
	return state === 'mounted' ? 'linked from another repository there' : 'already there';
}

function reached({name, ports}: RunningContainer): string {
	return ports.length > 0 ? `${name}: ${ports.join(', ')}` : name;
}
