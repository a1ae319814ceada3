import {mkdir, writeFile} from 'node:fs/promises';
import {request} from 'node:http';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {removeControlGroups} from './control-groups.ts';
import {insideWorld} from './programs.ts';
import {runProgram, tryProgram, type ProgramResult} from './run-program.ts';
import {startService} from './service-process.ts';
import {temporaryFolder} from './temporary-folder.ts';

/** Podman's service, which speaks Docker's API on a unix socket. */
export type RunningPodman = {
	/** `unix:///…/podman.sock` */
	readonly host: string;
	readonly socket: string;
	/** The file that logins go to (REGISTRY_AUTH_FILE). */
	readonly authFile: string;
	/** Runs podman on the same storage: standard output; throws on failure. */
	podman(...args: string[]): Promise<string>;
	tryPodman(...args: string[]): Promise<ProgramResult>;
	log(): string;
	stop(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

/** Starts `podman system service` with its storage in a temporary folder. */
export async function startPodman(): Promise<RunningPodman> {
	if (!insideWorld()) throw new Error('A private podman needs npm test as root');
	const folder = await temporaryFolder();
	const at = (name: string) => path.join(folder.path, name);
	const socket = at('podman.sock');
	const authFile = at('auth.json');
	// Loopback registries have no certificates, and podman trusts nobody by default.
	const registries =
		'[[registry]]\nprefix = "127.0.0.1"\nlocation = "127.0.0.1"\ninsecure = true\n';
	await writeFile(at('registries.conf'), registries);
	await writeFile(at('policy.json'), '{"default": [{"type": "insecureAcceptAnything"}]}');
	// Podman refuses to start when this file is named and not there.
	await writeFile(authFile, '{}');
	// Without iptables there is no network of its own for a container: it gets the suite's.
	await writeFile(at('containers.conf'), '[containers]\nnetns = "host"\n');
	await mkdir(at('tmp'));
	const environment = {
		CONTAINERS_REGISTRIES_CONF: at('registries.conf'),
		CONTAINERS_CONF: at('containers.conf'),
		REGISTRY_AUTH_FILE: authFile,
		TMPDIR: at('tmp'),
	};
	const storage = [
		['--root', at('root'), '--runroot', at('run'), '--tmpdir', at('libpod')],
		['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'],
	].flat();
	const service = startService(
		'podman',
		[...storage, 'system', 'service', '--time', '0', `unix://${socket}`],
		{environment},
	);
	const dispose = async () => {
		await service.stop(3000);
		await removeControlGroups('libpod_parent');
		await folder[Symbol.asyncDispose]();
	};
	try {
		await answers(socket, service.exited);
	} catch (error) {
		const problem = new Error(`podman is not ready:\n${service.output()}`, {cause: error});
		await dispose();
		throw problem;
	}
	return {
		host: `unix://${socket}`,
		socket,
		authFile,
		podman: (...args) => runProgram('podman', [...storage, ...args], {environment}),
		tryPodman: (...args) => tryProgram('podman', [...storage, ...args], {environment}),
		log: service.output,
		stop: () => service.stop(3000),
		[Symbol.asyncDispose]: dispose,
	};
}

/** Podman prints nothing when it is ready, so it is asked. */
async function answers(socketPath: string, exited: Promise<unknown>): Promise<void> {
	const state = {hasExited: false};
	void exited.then(() => (state.hasExited = true));
	const deadline = performance.now() + 20_000;
	while (performance.now() < deadline && !state.hasExited) {
		const isUp = await new Promise<boolean>(resolve => {
			request({socketPath, path: '/_ping'}, response => {
				response.resume();
				resolve(response.statusCode === 200);
			})
				.once('error', () => resolve(false))
				.end();
		});
		if (isUp) return;
		await sleep(20);
	}
	throw new Error(state.hasExited ? 'it ended' : 'it did not answer in time');
}
