/** A network, mounts and processes of the benchmark's own, as the tests have them. */
import {spawn, spawnSync} from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import {repositoryRoot} from '../../test/support/repository.ts';
import {insideWorld} from '../../test/support/programs.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';

const namespaces = ['--mount', '--net', '--pid', '--fork', '--mount-proc', '--kill-child=KILL'];

/**
 * Runs this script once more in a world of its own, where engines and registries touch nothing of the
 * machine; answers that run's exit code. Answers undefined when this is that run already, or when
 * the machine does not allow such a world.
 */
export async function runInOwnWorld(): Promise<number | undefined> {
	if (insideWorld() || !canMakeWorld()) return undefined;
	await using folder = await temporaryFolder();
	const script = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
	const child = spawn(
		'unshare',
		[
			...namespaces,
			'/bin/sh',
			path.join(repositoryRoot, 'scripts/test-world.sh'),
			folder.path,
			...script,
		],
		{
			stdio: 'inherit',
			env: {...process.env, TMPDIR: folder.path, HOME: folder.path, REGBENCH_TEST_WORLD: '1'},
		},
	);
	const forward = (signal: NodeJS.Signals) => child.kill(signal);
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward);
	return await new Promise(resolve => {
		child.once('exit', code => resolve(code ?? 1));
	});
}

function canMakeWorld(): boolean {
	if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
	const trial = ['/bin/sh', '-c', 'mount --make-rprivate / && ip link set lo up'];
	return spawnSync('unshare', [...namespaces, ...trial], {stdio: 'ignore'}).status === 0;
}
