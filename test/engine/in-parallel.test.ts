import {describe, expect, test} from 'vitest';
import {inParallel} from '../../source/engine/in-parallel.ts';

function gates(count: number) {
	return Array.from({length: count}, () => {
		let open = () => {};
		const opened = new Promise<void>(resolve => {
			open = resolve;
		});
		return {open, opened};
	});
}

/** Lets everything happen that waits for nothing but its turn. */
const turn = async () => new Promise<void>(resolve => setImmediate(resolve));

describe('work on many items', () => {
	test('no more than the limit are under way, in order', async () => {
		const doors = gates(5);
		const begun: number[] = [];
		const all = inParallel([0, 1, 2, 3, 4], 2, async item => {
			begun.push(item);
			await doors[item]?.opened;
		});
		await turn();
		expect(begun).toEqual([0, 1]);
		doors[1]?.open();
		await turn();
		expect(begun).toEqual([0, 1, 2]);
		for (const {open} of doors) open();
		await all;
		expect(begun).toEqual([0, 1, 2, 3, 4]);
	});

	test('an item that only waits lets another begin, and is waited for all the same', async () => {
		const doors = gates(3);
		const begun: number[] = [];
		let isDone = false;
		const all = inParallel([0, 1, 2], 1, async (item, _, next) => {
			begun.push(item);
			next();
			await doors[item]?.opened;
		}).then(() => {
			isDone = true;
		});
		await turn();
		expect(begun).toEqual([0, 1, 2]);
		expect(isDone).toBe(false);
		for (const {open} of doors) open();
		await all;
	});

	test('a failure of one that let others begin stops those and is thrown when they have ended', async () => {
		const doors = gates(1);
		const seen: string[] = [];
		const all = inParallel([0, 1], 1, async (item, signal, next) => {
			if (item === 0) {
				next();
				await doors[0]?.opened;
				throw new Error('the disk is full');
			}
			await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()));
			seen.push('stopped');
		});
		await turn();
		doors[0]?.open();
		await expect(all).rejects.toThrow('the disk is full');
		expect(seen).toEqual(['stopped']);
	});

	test('nothing new begins after a failure', async () => {
		const begun: number[] = [];
		const all = inParallel([0, 1, 2], 1, async item => {
			begun.push(item);
			throw new Error('no');
		});
		await expect(all).rejects.toThrow('no');
		expect(begun).toEqual([0]);
	});
});
