import {randomBytes} from 'node:crypto';
import {mkdir, readFile, rm, statfs, writeFile} from 'node:fs/promises';
import {request} from 'node:http';
import path from 'node:path';
import {removeControlGroups} from './control-groups.ts';
import {insideWorld} from './programs.ts';
import {runProgram, tryProgram, type ProgramOptions, type ProgramResult} from './run-program.ts';
import {startService, type ServiceProcess} from './service-process.ts';
import {temporaryFolder} from './temporary-folder.ts';

export type DockerdOptions = {
	/** Extra environment of the daemon, such as SSL_CERT_FILE. */
	readonly environment?: NodeJS.ProcessEnv;
	/** Registries outside 127.0.0.0/8 that it may reach without TLS. */
	readonly insecureRegistries?: readonly string[];
	/** Turns on features such as `{"containerd-snapshotter": true}` where the daemon has them. */
	readonly features?: Readonly<Record<string, boolean>>;
	/** Lets containers run with a network of their own and published ports; it costs half a second. */
	readonly runsContainers?: boolean;
};

/** A private Docker daemon and a docker client that talks to it. */
export type RunningDockerd = {
	/** `unix:///…/docker.sock` */
	readonly host: string;
	readonly socket: string;
	/** The docker client's configuration folder (DOCKER_CONFIG): logins end up here. */
	readonly configFolder: string;
	/** Runs the docker client: standard output without its trailing newline; throws on failure. */
	docker(...args: string[]): Promise<string>;
	/** The same with input or environment. */
	dockerWith(options: ProgramOptions, ...args: string[]): Promise<string>;
	/** The same, with a failure as a result. */
	tryDocker(...args: string[]): Promise<ProgramResult>;
	/** The daemon's log so far. */
	log(): string;
	/** Ends the daemon; its images are kept for `start`. */
	stop(): Promise<void>;
	/** Ends the daemon as a crash would; its images are kept for `start`. */
	kill(): Promise<void>;
	/** Starts it again with the same socket and images. */
	start(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

const overlayFilesystem = 0x79_4c_76_30;

/** Starts a dockerd with its data in a temporary folder; ready when `/_ping` answers. */
export async function startDockerd(options: DockerdOptions = {}): Promise<RunningDockerd> {
	if (!insideWorld()) {
		// With --bridge=none a daemon in the machine's own network removes the machine's docker0.
		throw new Error(
			'A private dockerd needs the namespaces of scripts/test.mjs: run npm test as root',
		);
	}
	const folder = await temporaryFolder();
	const at = (name: string) => path.join(folder.path, name);
	const socket = at('docker.sock');
	const host = `unix://${socket}`;
	const configFolder = at('config');
	let service: ServiceProcess | undefined;
	const id = randomBytes(3).toString('hex');
	const bridge = options.runsContainers ? await makeBridge(id) : undefined;

	const start = async () => {
		await rm(at('pid'), {force: true});
		service = startService(
			'dockerd',
			[
				['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid')],
				['-H', host, '--config-file', at('daemon.json')],
				['--iptables=false', '--ip6tables=false', `--bridge=${bridge ?? 'none'}`],
				// Their control groups are this daemon's alone, so that nothing is left of them.
				bridge ? ['--cgroup-parent', `/regbench-${id}`] : [],
				['--storage-driver', await storageDriver(folder.path)],
			].flat(),
			{environment: {DOCKER_TMPDIR: at('tmp'), ...options.environment}},
		);
		await service.waitForOutput(/API listen on/);
		await ping(socket);
	};
	const dispose = async () => {
		await service?.stop();
		await unmountBelow(folder.path);
		if (bridge) await removeBridge(bridge, id);
		await folder[Symbol.asyncDispose]();
	};

	try {
		await mkdir(configFolder);
		await writeFile(path.join(configFolder, 'config.json'), '{}');
		await writeFile(
			at('daemon.json'),
			JSON.stringify({
				'insecure-registries': options.insecureRegistries ?? [],
				'max-concurrent-uploads': 5,
				...(options.features ? {features: options.features} : {}),
			}),
		);
		await start();
	} catch (error) {
		await dispose();
		throw error;
	}

	const environment = {
		DOCKER_CONFIG: configFolder,
		DOCKER_HOST: host,
		DOCKER_CONTEXT: undefined,
		// The old builder needs no container to copy files.
		DOCKER_BUILDKIT: '0',
	};
	const dockerWith = (given: ProgramOptions, ...args: string[]) =>
		runProgram('docker', args, {...given, environment: {...environment, ...given.environment}});

	return {
		host,
		socket,
		configFolder,
		dockerWith,
		docker: (...args) => dockerWith({}, ...args),
		tryDocker: (...args) => tryProgram('docker', args, {environment}),
		log: () => service?.output() ?? '',
		start,
		async stop() {
			await service?.stop();
		},
		async kill() {
			await service?.kill();
			await unmountBelow(folder.path);
		},
		[Symbol.asyncDispose]: dispose,
	};
}

/** overlay2 does not go on top of overlay, which is what a container has for its own disk. */
async function storageDriver(folder: string): Promise<'overlay2' | 'vfs'> {
	const {type} = await statfs(folder);
	return type === overlayFilesystem ? 'vfs' : 'overlay2';
}

async function ping(socketPath: string): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		const call = request({socketPath, path: '/_ping', timeout: 10_000}, response => {
			response.resume();
			if (response.statusCode === 200) resolve();
			else reject(new Error(`dockerd answered ${response.statusCode} to /_ping`));
		});
		call.once('error', reject);
		call.once('timeout', () => call.destroy(new Error('dockerd did not answer /_ping')));
		call.end();
	});
}

async function unmountBelow(folder: string): Promise<void> {
	const mounts = await readFile('/proc/self/mounts', 'utf8');
	const points = mounts
		.split('\n')
		.map(line => line.split(' ')[1] ?? '')
		.filter(point => point.startsWith(`${folder}/`));
	for (const point of points.toReversed()) await tryProgram('umount', ['-l', point]);
}

/** A bridge for containers in the suite's own network: without iptables, a proxy serves published ports. */
async function makeBridge(id: string): Promise<string> {
	const name = `rb${id}`;
	const third = Number.parseInt(id.slice(0, 2), 16);
	const second = 16 + (Number.parseInt(id.slice(2, 3), 16) % 16);
	await runProgram('ip', ['link', 'add', name, 'type', 'bridge']);
	await runProgram('ip', ['addr', 'add', `172.${second}.${third}.1/24`, 'dev', name]);
	await runProgram('ip', ['link', 'set', name, 'up']);
	return name;
}

async function removeBridge(name: string, id: string): Promise<void> {
	await tryProgram('ip', ['link', 'delete', name]);
	await removeControlGroups(`regbench-${id}`);
}
