import {describe, expect, test} from 'vitest';
import type {PushResult, RemoveResult} from '../../source/domain/events.ts';
import {noticeOf} from '../../source/workbench/job-notice.ts';
import type {Job} from '../../source/workbench/state.ts';

const digest = `sha256:${'a'.repeat(64)}`;

function push(id: string, host: string, end: Pick<Job, 'phase' | 'error'>, group?: string): Job {
	const reference = `${host}/octocat/hello:1.0.0`;
	const result: PushResult = {
		operation: 'push',
		reference,
		digest,
		bytesTotal: 10,
		bytesUploaded: 10,
		layersTotal: 1,
		layersReused: 0,
		durationMs: 5,
	};
	return {
		id,
		operation: 'push',
		subject: reference,
		request: {operation: 'push', destinations: [{source: 'hello:1.0.0', reference}]},
		queuedAt: 0,
		transfers: {},
		...(group === undefined ? {} : {group}),
		...(end.phase === 'finished' ? {result} : {}),
		...end,
	};
}

function remove(result: Partial<RemoveResult>): Job {
	return {
		id: '1',
		operation: 'remove',
		subject: 'hello',
		request: {operation: 'remove', items: ['hello:1.0.0'], force: false},
		queuedAt: 0,
		transfers: {},
		phase: 'finished',
		result: {operation: 'remove', untagged: [], deleted: [], freedBytes: 0, ...result},
	};
}

const refusal = {
	phase: 'failed',
	error: {code: 'FORBIDDEN', message: 'No right to push', hint: 'Ask the owner.', retryable: false},
} as const;

describe('the footer after pushes to several registries', () => {
	test('names all of them', () => {
		const jobs = [
			push('1', 'ghcr.io', {phase: 'finished'}, '1'),
			push('2', 'coursereg.azurecr.io', {phase: 'finished'}, '1'),
			push('3', 'quay.io', {phase: 'finished'}),
		];
		expect(noticeOf({jobs}, '2')).toEqual({
			level: 'success',
			text: 'Pushed hello:1.0.0 to ghcr.io and coursereg.azurecr.io (aaaaaaaaaaaa).',
		});
	});

	test('keeps telling of the one that failed when the other comes through', () => {
		const jobs = [
			push('1', 'ghcr.io', refusal, '1'),
			push('2', 'coursereg.azurecr.io', {phase: 'finished'}, '1'),
		];
		for (const id of ['1', '2']) {
			expect(noticeOf({jobs}, id)).toEqual({
				level: 'error',
				text: 'Pushed to coursereg.azurecr.io, but not to ghcr.io: No right to push. Ask the owner.',
			});
		}
	});

	test('of a push alone says just that', () => {
		expect(noticeOf({jobs: [push('1', 'ghcr.io', refusal)]}, '1')?.text).toBe(
			'No right to push. Ask the owner.',
		);
		expect(noticeOf({jobs: [push('1', 'ghcr.io', {phase: 'finished'})]}, '1')?.text).toBe(
			'Pushed ghcr.io/octocat/hello:1.0.0 (aaaaaaaaaaaa).',
		);
	});
});

test.each([
	[{untagged: ['hello:1.0.0']}, 'Untagged hello:1.0.0; the image is still here.'],
	[{untagged: ['a:1', 'b:1']}, 'Untagged 2 names; the image is still here.'],
	[
		{untagged: ['hello:1.0.0'], deleted: [digest], freedBytes: 2_500_000},
		'Deleted hello:1.0.0, 2.5 MB freed.',
	],
	[{deleted: [digest]}, 'Deleted the image.'],
] as const)('after a deletion it says what is gone and what is still here: %o', (result, text) => {
	expect(noticeOf({jobs: [remove(result)]}, '1')).toEqual({level: 'success', text});
});
