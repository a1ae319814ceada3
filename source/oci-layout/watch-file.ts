import {watch, type FSWatcher} from 'node:fs';
import {stat} from 'node:fs/promises';
import path from 'node:path';

export type WatchOptions = {
	readonly signal: AbortSignal;
	/** Changes closer together than this are one. Default 50. */
	readonly debounceMs?: number;
	/** How often to look where the system cannot notify. Default 2000. */
	readonly pollMs?: number;
};

/**
 * Yields once for every burst of changes to a file, whoever made them, until the signal fires. The
 * folder is watched, not the file: an atomic replacement is another file under the same name.
 */
export async function* watchFile(
	file: string,
	{signal, debounceMs = 50, pollMs = 2000}: WatchOptions,
): AsyncGenerator<void, void, undefined> {
	let wake: (() => void) | undefined;
	let changed = false;
	let debounce: NodeJS.Timeout | undefined;
	const notice = () => {
		debounce ??= setTimeout(() => {
			debounce = undefined;
			changed = true;
			wake?.();
		}, debounceMs);
	};
	const stop = () => wake?.();
	let polling: NodeJS.Timeout | undefined;
	let watcher: FSWatcher | undefined;
	const poll = () => {
		watcher?.close();
		watcher = undefined;
		polling ??= pollFile(file, pollMs, notice);
	};
	try {
		const name = path.basename(file);
		watcher = watch(path.dirname(file), {persistent: false}, (_, which) => {
			if (which === null || which === name) notice();
		});
		watcher.on('error', poll);
	} catch {
		// Out of inotify watches, or a file system without them.
		poll();
	}
	signal.addEventListener('abort', stop);
	try {
		while (!signal.aborted) {
			if (!changed) {
				await new Promise<void>(resolve => {
					wake = resolve;
				});
			}
			if (signal.aborted) return;
			changed = false;
			yield;
		}
	} finally {
		signal.removeEventListener('abort', stop);
		watcher?.close();
		clearTimeout(debounce);
		clearInterval(polling);
	}
}

function pollFile(file: string, pollMs: number, notice: () => void): NodeJS.Timeout {
	let last: string | undefined;
	const look = async () => {
		const now = await stat(file).then(
			({mtimeMs, size, ino}) => `${mtimeMs} ${size} ${ino}`,
			() => 'gone',
		);
		if (last !== undefined && last !== now) notice();
		last = now;
	};
	void look();
	return setInterval(() => void look(), pollMs).unref();
}
