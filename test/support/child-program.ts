import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {build} from 'esbuild';

export type Child = {
	readonly pid: number;
	readonly firstLine: string;
	/** Ends it as a crash would. */
	kill(): Promise<void>;
	readonly exited: Promise<unknown>;
	[Symbol.asyncDispose](): Promise<void>;
};

/**
 * Builds a TypeScript program into `folder` and answers with a function that starts it with
 * arguments and waits until it prints its first line, which it returns as `firstLine`.
 */
export async function buildChild(
	entry: string,
	folder: string,
): Promise<(...args: string[]) => Promise<Child>> {
	const outfile = path.join(folder, 'child.mjs');
	await build({
		entryPoints: [entry],
		bundle: true,
		platform: 'node',
		format: 'esm',
		target: 'node20',
		outfile,
	});
	return async (...args) => {
		const child = spawn(process.execPath, [outfile, ...args], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const exited = once(child, 'exit');
		const kill = async () => {
			child.kill('SIGKILL');
			await exited;
		};
		const failed = exited.then(([code]) => {
			throw new Error(`The child ended with ${String(code)} before it was ready`);
		});
		const [data] = (await Promise.race([once(child.stdout, 'data'), failed])) as [Buffer];
		failed.catch(() => {});
		child.stdout.resume();
		const firstLine = data.toString().split('\n')[0] ?? '';
		return {pid: child.pid ?? 0, firstLine, kill, exited, [Symbol.asyncDispose]: kill};
	};
}
