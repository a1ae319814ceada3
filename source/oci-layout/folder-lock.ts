/** A lock file that only one process in the world holds; one left behind by a crash is taken over. */
import {mkdir, open, readFile, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {RegbenchError} from '../domain/errors.ts';
import {isMissing, systemCode, throwIfCancelled, withFileErrors} from './file-errors.ts';
import {
	describeProcess,
	mayBeAlive,
	ownIdentity,
	parseIdentity,
	type ProcessIdentity,
} from './process-identity.ts';

export type LockOptions = {
	/** How long to wait for another holder before `LAYOUT_LOCKED`. Default 10 000. */
	readonly timeoutMs?: number | undefined;
	readonly signal?: AbortSignal | undefined;
};

export type HeldLock = {
	release(): Promise<void>;
};

// Between creating a lock file and writing its holder into it nothing but a crash takes this long.
const unfinishedMs = 5000;

/**
 * Takes the lock at `file`. Rejects with `LAYOUT_LOCKED` naming the holder when it is not free in
 * time, `CANCELLED` when the signal fires.
 */
export async function acquireLock(file: string, options: LockOptions = {}): Promise<HeldLock> {
	const {timeoutMs = 10_000, signal} = options;
	const identity = JSON.stringify(await ownIdentity());
	const deadline = Date.now() + timeoutMs;
	await withFileErrors(file, () => mkdir(path.dirname(file), {recursive: true}));
	for (let pause = 5; ; pause = Math.min(pause * 1.6, 200)) {
		throwIfCancelled(signal);
		if (await createExclusively(file, identity)) {
			return {release: () => withFileErrors(file, () => rm(file, {force: true}))};
		}
		if (await removeIfStale(file)) continue;
		if (Date.now() >= deadline) throw await lockedError(file);
		await delay(pause * (0.5 + Math.random()), undefined, {signal}).catch(() => {});
	}
}

/** Runs `work` while holding the lock at `file`. */
export async function withLock<Value>(
	file: string,
	options: LockOptions,
	work: () => Promise<Value>,
): Promise<Value> {
	const lock = await acquireLock(file, options);
	try {
		return await work();
	} finally {
		await lock.release();
	}
}

async function createExclusively(file: string, content: string): Promise<boolean> {
	return withFileErrors(file, async () => {
		try {
			const handle = await open(file, 'wx');
			try {
				await handle.writeFile(content);
			} catch (error) {
				await rm(file, {force: true});
				throw error;
			} finally {
				await handle.close();
			}
			return true;
		} catch (error) {
			if (systemCode(error) === 'EEXIST') return false;
			throw error;
		}
	});
}

/**
 * Removes a lock whose holder is gone. Only one process at a time may decide that (the `.takeover`
 * file), and it looks again before it removes: otherwise two of them could free a lock that a
 * third has just taken.
 */
async function removeIfStale(file: string): Promise<boolean> {
	if (!(await isStale(file))) return false;
	const takeover = `${file}.takeover`;
	if (!(await createExclusively(takeover, ''))) {
		if ((await ageMs(takeover)) > unfinishedMs) await rm(takeover, {force: true});
		return false;
	}
	try {
		if (!(await isStale(file))) return false;
		await rm(file, {force: true});
		return true;
	} finally {
		await rm(takeover, {force: true});
	}
}

async function isStale(file: string): Promise<boolean> {
	const holder = await readHolder(file);
	if (holder === 'gone') return false;
	if (holder === 'unknown') return (await ageMs(file)) > unfinishedMs;
	return !(await mayBeAlive(holder));
}

async function readHolder(file: string): Promise<ProcessIdentity | 'gone' | 'unknown'> {
	try {
		return parseIdentity(await readFile(file, 'utf8')) ?? 'unknown';
	} catch (error) {
		return isMissing(error) ? 'gone' : 'unknown';
	}
}

async function ageMs(file: string): Promise<number> {
	try {
		return Date.now() - (await stat(file)).mtimeMs;
	} catch {
		return 0;
	}
}

async function lockedError(file: string): Promise<RegbenchError> {
	const holder = await readHolder(file);
	const who = typeof holder === 'string' ? 'another process' : describeProcess(holder);
	return new RegbenchError('LAYOUT_LOCKED', `The image store is in use by ${who}`, {
		hint: `Wait until it is done, or choose another folder with --data-dir. If it no longer runs, delete ${file}.`,
		retryable: true,
	});
}
