import {describe, expect, test} from 'vitest';
import {playScript, type EndedJob, type PlayedWorkbench} from '../../../source/cli/stage/player.ts';
import {parseScript} from '../../../source/cli/stage/script.ts';

/** A workbench with a clock that runs as fast as nobody waits for anything. */
function createWorld() {
	let now = 0;
	let screen = '';
	let drawnAt = 0;
	let active = 0;
	let sleepers: {readonly at: number; readonly wake: () => void}[] = [];
	const ended: EndedJob[] = [];
	const done: string[] = [];
	const listeners = new Set<() => void>();
	const notify = () => {
		for (const listener of listeners) listener();
	};
	const workbench: PlayedWorkbench = {
		screen: () => screen,
		quietMs: () => now - drawnAt,
		jobs: () => ({active, ended}),
		onChange(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		press: bytes => done.push(`press ${JSON.stringify(bytes)}`),
		caption: text => done.push(`caption ${text}`),
		mark: label => done.push(`mark ${label}`),
		quit: () => done.push('quit'),
		sleep: (ms, signal) =>
			new Promise((resolve, reject) => {
				signal.throwIfAborted();
				const onAbort = () => {
					sleepers = sleepers.filter(other => other !== sleeper);
					reject(signal.reason as Error);
				};
				const wake = () => {
					signal.removeEventListener('abort', onAbort);
					resolve();
				};
				const sleeper = {at: now + ms, wake};
				sleepers.push(sleeper);
				signal.addEventListener('abort', onAbort);
			}),
	};
	return {
		workbench,
		done,
		now: () => now,
		draw(text: string) {
			screen = text;
			drawnAt = now;
			notify();
		},
		work(count: number) {
			active = count;
			notify();
		},
		end(job: EndedJob) {
			ended.push(job);
			notify();
		},
		/** Lets time go on to the next sleeper, until nobody sleeps. */
		async run(atEach: (now: number) => void = () => {}) {
			for (;;) {
				await tick();
				const next = sleepers.toSorted((one, other) => one.at - other.at)[0];
				if (!next) return;
				sleepers = sleepers.filter(sleeper => sleeper !== next);
				now = next.at;
				atEach(now);
				next.wake();
			}
		},
		listeners,
	};
}

async function tick(): Promise<void> {
	await new Promise(resolve => {
		setImmediate(resolve);
	});
}

function play(lines: readonly string[], world: ReturnType<typeof createWorld>) {
	const {signal} = new AbortController();
	return playScript(parseScript(lines.join('\n'), 'demo.keys'), world.workbench, {signal});
}

test('keys are pressed in order, each after a pause', async () => {
	const world = createWorld();
	const playing = play(['pace 100ms', 'key j', 'type ab', 'pause 2s', 'quit'], world);
	await world.run();
	await playing;
	expect(world.done).toEqual(['press "j"', 'press "a"', 'press "b"', 'quit']);
	expect(world.now()).toBe(2300);
});

test('a caption is shown and marked in the recording', async () => {
	const world = createWorld();
	await play(['caption Look', 'caption'], world);
	expect(world.done).toEqual(['caption Look', 'mark Look', 'caption ']);
});

test('what is waited for is seen as soon as it is there', async () => {
	const world = createWorld();
	const playing = play(['wait "web/api"', 'wait /✓ +\\d/', 'wait no "web"', 'quit'], world);
	// A change is what makes it look: no time passes.
	for (const screen of ['web/api', '✓  5 web', '✓  5']) {
		world.draw(screen);
		await tick();
	}
	await playing;
	expect(world.done).toEqual(['quit']);
	expect(world.listeners.size).toBe(0);
});

test('what does not come in time ends the script, with its line and the screen', async () => {
	const world = createWorld();
	world.draw('╭─ nothing ─╮');
	const playing = play(['# first', 'wait "Pushed" within 3s', 'quit'], world);
	const failed = expect(playing).rejects.toMatchObject({
		code: 'SCRIPT_FAILED',
		message: 'demo.keys:2: after 3 s there was no "Pushed"',
		hint: 'The screen showed:\n╭─ nothing ─╮',
	});
	await world.run();
	await failed;
	expect(world.now()).toBe(3000);
	expect(world.done).toEqual([]);
});

describe('jobs', () => {
	test('each wait is for one job more', async () => {
		const world = createWorld();
		const playing = play(['wait job', 'caption one', 'wait job', 'caption two'], world);
		world.end({id: '1', problem: undefined});
		await tick();
		expect(world.done).toEqual(['caption one', 'mark one']);
		world.end({id: '2', problem: undefined});
		await playing;
		expect(world.done).toContain('caption two');
	});

	test('one that fails ends the script', async () => {
		const world = createWorld();
		world.end({id: '1', problem: 'refused'});
		await expect(play(['wait job'], world)).rejects.toThrow(
			'demo.keys:1: the job did not go well: refused',
		);
	});

	test('it is idle when none runs and nothing is drawn any more', async () => {
		const world = createWorld();
		world.work(1);
		const playing = play(['wait idle', 'quit'], world);
		await world.run(now => {
			if (now < 1000) world.draw(String(now));
			if (now > 2000) world.work(0);
		});
		await playing;
		expect(world.now()).toBeGreaterThan(2000);
		expect(world.done).toEqual(['quit']);
	});
});

test('a picture waits until all is drawn, and is marked', async () => {
	const world = createWorld();
	world.draw('x');
	const playing = play(['picture push The dialog'], world);
	await world.run();
	await playing;
	expect(world.done).toEqual(['mark picture push: The dialog']);
	expect(world.now()).toBe(300);
});

test('a script that is stopped stops at once', async () => {
	const world = createWorld();
	const controller = new AbortController();
	const script = parseScript('wait "never"\nquit', 'x');
	const playing = playScript(script, world.workbench, {signal: controller.signal});
	controller.abort();
	await expect(playing).rejects.toThrow();
	expect(world.done).toEqual([]);
	expect(world.listeners.size).toBe(0);
});
