import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {build} from 'esbuild';

export type Child = {
	readonly pid: number;
	/** Ends it as a crash would. */
	kill(): Promise<void>;
	readonly exited: Promise<unknown>;
	[Symbol.asyncDispose](): Promise<void>;
};

/** Builds the child program into `folder` and answers with a function that starts it and waits until it is ready. */
export async function buildChild(folder: string): Promise<(...args: string[]) => Promise<Child>> {
	const outfile = path.join(folder, 'child.mjs');
	await build({
		entryPoints: [path.join(import.meta.dirname, 'layout-child.ts')],
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
		await Promise.race([once(child.stdout, 'data'), exited.then(() => rejectUnlessReady(child))]);
		return {pid: child.pid ?? 0, kill, exited, [Symbol.asyncDispose]: kill};
	};
}

function rejectUnlessReady(child: ChildProcess): void {
	if (child.exitCode !== 0) throw new Error(`The child ended with ${child.exitCode}`);
}
