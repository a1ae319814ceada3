import {expect, test} from 'vitest';
import {createLimiter} from '../../source/registry/limiter.ts';

test('no more than the places are given out, and they are given on in order', async () => {
	const limiter = createLimiter(2);
	const order: number[] = [];
	const first = await limiter.acquire();
	const second = await limiter.acquire();
	const third = limiter.acquire().then(release => (order.push(3), release));
	const fourth = limiter.acquire().then(release => (order.push(4), release));
	expect(order).toEqual([]);

	first();
	first();
	const release = await third;
	expect(order).toEqual([3]);
	second();
	release();
	(await fourth)();
	expect(order).toEqual([3, 4]);
});

test('who gives up while waiting takes no place', async () => {
	const limiter = createLimiter(1);
	const release = await limiter.acquire();
	const controller = new AbortController();
	const waiting = limiter.acquire(controller.signal);
	controller.abort();
	await expect(waiting).rejects.toMatchObject({code: 'CANCELLED'});
	await expect(limiter.acquire(controller.signal)).rejects.toMatchObject({code: 'CANCELLED'});
	release();
	(await limiter.acquire())();
});
