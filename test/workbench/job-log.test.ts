import {describe, expect, test} from 'vitest';
import type {JobEvent, TransferEvent} from '../../source/domain/events.ts';
import {initialState, reduce} from '../../source/workbench/reducer.ts';
import {logCapacity} from '../../source/workbench/job-log.ts';
import type {State} from '../../source/workbench/state.ts';

const time = '2026-11-25T12:01:03.000Z';
const reference = 'ghcr.io/octocat/hello:1.0.0';

function stateWithJob(): State {
	return reduce(initialState({now: Date.parse(time)}), {
		type: 'jobQueued',
		id: '1',
		operation: 'push',
		subject: reference,
		request: {operation: 'push', destinations: [{source: 'hello:1.0.0', reference}]},
		now: Date.parse(time),
	});
}

function after(state: State, ...events: ReadonlyArray<Omit<JobEvent, 'time' | 'job'>>): State {
	const stamped = events.map(event => ({...event, time, job: '1'}) as JobEvent);
	return reduce(state, {type: 'jobEventsArrived', events: stamped});
}

function transfer(
	layer: string,
	doneBytes: number,
	extra: Partial<TransferEvent> = {},
): TransferEvent {
	return {
		type: 'transfer',
		direction: 'push',
		reference,
		layer,
		state: 'active',
		doneBytes,
		totalBytes: 100,
		...extra,
	};
}

describe('the log', () => {
	test('shows the docker command of a step above its words', () => {
		const state = after(stateWithJob(), {
			type: 'step',
			message: 'Pushing hello',
			command: 'docker push hello',
		} as never);
		expect(state.log.lines.map(({level, text}) => [level, text])).toEqual([
			['command', '$ docker push hello'],
			['info', 'Pushing hello'],
		]);
	});

	test('keeps one progress line for a reference, however many layers report', () => {
		const state = after(
			stateWithJob(),
			{type: 'started', operation: 'push', subject: reference} as never,
			transfer('aaa', 10) as never,
			transfer('bbb', 20) as never,
			transfer('aaa', 60) as never,
		);
		const progress = state.log.lines.filter(line => line.level === 'progress');
		expect(progress).toHaveLength(1);
		expect(progress[0]?.progress).toMatchObject({doneBytes: 80, totalBytes: 200, layersTotal: 2});
	});

	test('tells no total while a layer has not told its size', () => {
		const {totalBytes: _, ...unknown} = transfer('bbb', 5);
		const state = after(stateWithJob(), transfer('aaa', 10) as never, unknown as never);
		expect(state.jobs[0]?.progress?.totalBytes).toBeUndefined();
	});

	test('counts layers that were there already as done without bytes', () => {
		const state = after(
			stateWithJob(),
			transfer('aaa', 0, {state: 'exists'}) as never,
			transfer('bbb', 100, {state: 'done'}) as never,
		);
		expect(state.jobs[0]?.progress).toMatchObject({
			doneBytes: 100,
			totalBytes: 100,
			layersDone: 2,
			layersTotal: 2,
		});
	});

	test('says what failed and what to do, with the code', () => {
		const state = after(stateWithJob(), {
			type: 'failed',
			error: {code: 'UNAUTHORIZED', message: 'ghcr.io wants a login', hint: 'Log in first.'},
		} as never);
		expect(state.log.lines.map(line => line.text)).toEqual([
			'ghcr.io wants a login (UNAUTHORIZED)',
			'Log in first.',
		]);
		expect(state.jobs[0]).toMatchObject({phase: 'failed', error: {code: 'UNAUTHORIZED'}});
	});

	test('a flood of output pushes out its own lines, not what was done', () => {
		const lines = (text: string) => Array.from({length: 100}, () => text);
		let state = after(stateWithJob(), {type: 'step', message: 'Running it'} as never);
		for (let batch = 0; batch < 80; batch++) {
			const flood = {type: 'output', stream: 'stdout', lines: lines('again'), skipped: 7};
			state = after(state, flood as never);
		}
		expect(state.log.lines.length).toBeLessThanOrEqual(logCapacity);
		expect(state.log.lines[0]?.text).toBe('Running it');
		expect(state.log.lines.at(-1)?.text).toBe('again');
		expect(state.jobs[0]?.skippedLines).toBe(560);
	});

	test.each([
		[0, 'success', 'all went well, by its own account'],
		[3, 'warning', 'it failed, see what it printed last'],
		[127, 'warning', 'its command was not found'],
		[143, 'info', 'it followed a stop'],
	])(
		'a container that ended with %d is told as %s, with what that means',
		(exitCode, level, meaning) => {
			const result = {
				...{operation: 'run', reference: 'hello:1', imageId: 'sha256:1', removed: false},
				...{container: {name: 'regbench-hello-1'}, exitCode, differences: [], durationMs: 1100},
			};
			const line = after(stateWithJob(), {type: 'finished', result} as never).log.lines.at(-1);
			expect(line).toMatchObject({
				level,
				text: `regbench-hello-1 ended with exit code ${exitCode} after 1.1 s: ${meaning}`,
			});
		},
	);

	test('lets the oldest lines fall out when it is full', () => {
		const entries = Array.from({length: logCapacity + 10}, (_, index) => ({
			level: 'info' as const,
			text: `line ${index}`,
		}));
		const state = reduce(stateWithJob(), {type: 'logged', entries, time});
		expect(state.log.lines).toHaveLength(logCapacity);
		expect(state.log.lines[0]?.text).toBe('line 10');
		expect(new Set(state.log.lines.map(line => line.id)).size).toBe(logCapacity);
	});
});
