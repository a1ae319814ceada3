import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {readdir, readFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import type {JobResult, Operation, OperationEvent} from '../../source/domain/events.ts';
import {toRegbenchError} from '../../source/domain/errors.ts';
import type {Engine} from '../../source/engine/engine.ts';
import type {OperationContext} from '../../source/operations/context.ts';
import {probeContainer} from '../../source/operations/probe.ts';
import {proveImage} from '../../source/operations/prove.ts';
import {repullImage} from '../../source/operations/repull.ts';
import {runImage} from '../../source/operations/run.ts';
import {stopContainer} from '../../source/operations/stop.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {makeWebImage} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {repositoryRoot} from '../support/repository.ts';
import {tryProgram} from '../support/run-program.ts';
import {openDockerEngine} from '../support/open-docker-engine.ts';
import {startDockerd, type RunningDockerd} from '../support/start-dockerd.ts';
import {startRegistry, type RunningRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

describeLive('running images', ['dockerd', 'docker', 'docker-registry', 'busybox'], () => {
	let dockerd: RunningDockerd;
	let registry: RunningRegistry;
	let engine: Engine;
	let context: OperationContext;

	beforeAll(async () => {
		registry = await startRegistry();
		dockerd = await startDockerd({runsContainers: true});
		engine = await openDockerEngine(dockerd.host);
		const credentials = createSessionCredentials();
		context = {
			engine,
			credentials,
			registry: createRegistryClient({credentials}),
			signal: new AbortController().signal,
			now: Date.now,
			wait: async () => {},
		};
	});

	afterAll(async () => {
		context?.registry.close();
		await engine?.close();
		await dockerd?.[Symbol.asyncDispose]();
		await registry?.[Symbol.asyncDispose]();
	});

	/** Runs to the end; `onEvent` may act meanwhile. */
	async function follow<Result extends JobResult>(
		operation: Operation<Result>,
		onEvent: (event: OperationEvent) => void = () => {},
	): Promise<{readonly events: readonly OperationEvent[]; readonly result: Result}> {
		const events: OperationEvent[] = [];
		for (;;) {
			const next = await operation.next();
			if (next.done) return {events, result: next.value};
			events.push(next.value);
			onEvent(next.value);
		}
	}

	function outputOf(events: readonly OperationEvent[]): readonly string[] {
		return events.flatMap(event => (event.type === 'output' ? event.lines : []));
	}

	async function containers(): Promise<string> {
		return dockerd.docker('ps', '--all', '--format', '{{.Names}}');
	}

	test('a web server runs, answers, comes back from the registry and works as before', async () => {
		const name = `${registry.host}/me/web:1.0`;
		await makeWebImage(dockerd, {name, page: '<h1>hello there</h1>'});
		await dockerd.docker('push', name);
		const request = {reference: name, probePath: '/', remove: true, endsWithAnswer: true} as const;
		const first = await follow(runImage(request, context));
		expect(first.result).toMatchObject({
			answer: {
				kind: 'http',
				status: 200,
				headers: {'content-type': 'text/html'},
				excerpt: '<h1>hello there</h1>',
				bodyBytes: 20,
				bodyVaries: false,
			},
			removed: true,
		});
		expect(first.result.container.name).toMatch(/^regbench-web-[0-9a-f]{4}$/);
		expect(first.events).toContainEqual(
			expect.objectContaining({
				command: expect.stringMatching(
					/^docker run --detach --name regbench-web-[0-9a-f]{4} --publish 127\.0\.0\.1:8080:8080 127/,
				),
			}),
		);
		const repull = await follow(repullImage({reference: name}, context));
		expect(repull.result.same).toBe(true);
		const before = first.result.answer;
		expect(before).toBeDefined();
		const second = await follow(runImage({...request, ...(before ? {before} : {})}, context));
		expect(second.result).toMatchObject({worksAsBefore: true, differences: []});
		expect(await containers()).toBe('');
	});

	test('a changed program does not work as before, and it is said what is not', async () => {
		await makeWebImage(dockerd, {name: 'changed:1', page: 'one'});
		const request = {reference: 'changed:1', probePath: '/', remove: true, endsWithAnswer: true};
		const {result: before} = await follow(runImage(request, context));
		await makeWebImage(dockerd, {name: 'changed:1', page: 'two'});
		const {result} = await follow(
			runImage({...request, ...(before.answer ? {before: before.answer} : {})}, context),
		);
		expect(result.worksAsBefore).toBe(false);
		expect(result.differences).toEqual(['The body began with "one" and begins with "two".']);
	});

	test('the round trip is proved with the program running before and after', async () => {
		await makeWebImage(dockerd, {
			name: 'proved:1.0',
			page: `it works ${randomBytes(200_000).toString('hex')}`,
		});
		const reference = `${registry.host}/me/proved:1.0`;
		const {result, events} = await follow(proveImage({source: 'proved:1.0', reference}, context));
		expect(result).toMatchObject({
			same: true,
			differences: [],
			probe: {
				before: {kind: 'http', status: 200},
				after: {kind: 'http', excerpt: expect.stringMatching(/^it works /)},
			},
		});
		expect(result.notRun).toBeUndefined();
		expect(result.imageId.after).toBe(result.imageId.before);
		expect(result.digest.pulled).toBe(result.digest.pushed);
		expect(result.layers.receivedBytes).toBeGreaterThan(0);
		expect(result.steps.map(({outcome}) => outcome)).toEqual([
			'done',
			'done',
			'done',
			'done',
			'done',
		]);
		const commands = events.flatMap(event => (event.type === 'step' ? (event.command ?? []) : []));
		expect(commands.map(command => command.split(' ')[1])).toEqual(
			expect.arrayContaining(['tag', 'push', 'run', 'rmi', 'pull']),
		);
		expect(await containers()).toBe('');
		// The name it had before is there again.
		expect(await dockerd.docker('images', '--quiet', 'proved:1.0')).not.toBe('');
	});

	test('one that ends at once tells its exit code and what it printed', async () => {
		await makeWebImage(dockerd, {
			name: 'short:1',
			page: '',
			script: "echo out; printf 'bad \\033[2Jthing\\n' >&2; exit 3",
		});
		const {result, events} = await follow(
			runImage({reference: 'short:1', remove: true, ports: []}, context),
		);
		expect(result.exitCode).toBe(3);
		expect(outputOf(events).toSorted()).toEqual(['bad thing', 'out']);
		expect(events).toContainEqual({
			type: 'output',
			stream: 'stderr',
			lines: ['bad thing'],
			skipped: 0,
		});
		const asked = await follow(
			runImage({reference: 'short:1', remove: true, probePath: '/', endsWithAnswer: true}, context),
		);
		expect(asked.result).toMatchObject({answer: {kind: 'exit', exitCode: 3}, exitCode: 3});
	});

	test('one that floods the log keeps nobody from stopping it', async () => {
		await makeWebImage(dockerd, {
			name: 'flood:1',
			page: '',
			script: 'while true; do echo flooding the log with the same line; done',
		});
		let stop: Promise<unknown> | undefined;
		let batches = 0;
		let name = '';
		const {result, events} = await follow(
			runImage({reference: 'flood:1', remove: true, ports: []}, context),
			event => {
				if (event.type === 'container') ({name} = event.container);
				if (event.type === 'output' && ++batches === 5) {
					stop = follow(stopContainer({container: name, name, remove: false}, context));
				}
			},
		);
		await stop;
		expect(result.exitCode).toBe(137);
		const lines = outputOf(events);
		const skipped = events.reduce(
			(sum, event) => sum + (event.type === 'output' ? event.skipped : 0),
			0,
		);
		expect(skipped).toBeGreaterThan(1000);
		expect(lines.length).toBeLessThan(20_000);
		expect(new Set(lines)).toEqual(new Set(['flooding the log with the same line']));
	});

	test('cancelling stops the container, and takes it away where that was asked', async () => {
		await makeWebImage(dockerd, {name: 'endless:1', page: 'x'});
		const controller = new AbortController();
		const work = follow(
			runImage({reference: 'endless:1', remove: true}, {...context, signal: controller.signal}),
			event => {
				if (event.type === 'probed') controller.abort();
			},
		);
		await expect(work).rejects.toMatchObject({code: 'CANCELLED'});
		expect(await containers()).toBe('');
	});

	test('HEALTHCHECK is the answer where no port is published', async () => {
		await makeWebImage(dockerd, {
			name: 'healthy:1',
			page: 'x',
			health:
				'HEALTHCHECK --interval=1s --timeout=2s CMD ["/bin/sh", "-c", "wget -q -O - http://127.0.0.1:8080/"]',
		});
		const {result} = await follow(
			runImage({reference: 'healthy:1', remove: true, ports: [], endsWithAnswer: true}, context),
		);
		expect(result.answer).toMatchObject({kind: 'health', status: 'healthy'});
	});

	test('one that never listens is told as silent, within the time given', async () => {
		await makeWebImage(dockerd, {name: 'deaf:1', page: '', script: 'while true; do sleep 1; done'});
		const own = await engine.containers();
		const made = await own?.run({
			image: 'deaf:1',
			name: 'regbench-deaf-test',
			ports: [{containerPort: 8080, hostPort: 0, protocol: 'tcp'}],
			environment: [],
			command: [],
			mounts: [],
		});
		if (!own || !made) throw new Error('no container');
		const {signal} = new AbortController();
		const answer = await probeContainer(own, made.id, {path: '/', signal, timeoutMs: 1000});
		await own.remove(made.id);
		expect(answer).toEqual({
			kind: 'silent',
			asked: '/ on 8080',
			reason: 'nothing listens on its port after 1 s',
		});
	});

	test('what does not speak HTTP is asked for a connection', async () => {
		await makeWebImage(dockerd, {
			name: 'talker:1',
			page: '',
			script: 'while true; do echo SSH-2.0-not-http | nc -l -p 8080; done',
		});
		const {result} = await follow(
			runImage({reference: 'talker:1', remove: true, endsWithAnswer: true}, context),
		);
		expect(result.answer).toMatchObject({kind: 'tcp', asked: '8080'});
	});

	test('a port that is taken is said so, and no container is left', async () => {
		await makeWebImage(dockerd, {name: 'taken:1', page: 'x'});
		const server = createServer();
		await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
		const address = server.address();
		const hostPort = typeof address === 'object' && address ? address.port : 0;
		const ports = [{containerPort: 8080, hostPort, protocol: 'tcp'}] as const;
		const failure = await follow(
			runImage({reference: 'taken:1', remove: false, ports}, context),
		).catch((thrown: unknown) => toRegbenchError(thrown));
		server.close();
		expect(failure).toMatchObject({
			code: 'CONTAINER_FAILED',
			message: expect.stringContaining('address already in use'),
		});
		expect(await containers()).toBe('');
	});

	test('environment, command and mounts arrive; secrets are not shown', async () => {
		await makeWebImage(dockerd, {name: 'wishes:1', page: 'x'});
		const folder = (await readdir('/')).includes('etc') ? '/etc' : '/';
		const {result, events} = await follow(
			runImage(
				{
					reference: 'wishes:1',
					remove: true,
					ports: [],
					environment: ['GREETING=good day', 'API_TOKEN=hunter2'],
					command: [
						'sh',
						'-c',
						'echo "$GREETING $API_TOKEN"; busybox ls /there | busybox grep -c host',
					],
					mounts: [{source: folder, target: '/there', readOnly: true}],
				},
				context,
			),
		);
		expect(result.exitCode).toBe(0);
		expect(outputOf(events)[0]).toBe('good day hunter2');
		const told = JSON.stringify(events.filter(event => event.type !== 'output'));
		expect(told).toContain("--env 'GREETING=good day' --env API_TOKEN ");
		expect(told).not.toContain('hunter2');
	});

	test('those made here are listed, and a shell in one can be joined to a terminal', async () => {
		await makeWebImage(dockerd, {name: 'shell:1', page: 'x'});
		const own = await engine.containers();
		const made = await own?.run({
			image: 'shell:1',
			name: 'regbench-shell-test',
			ports: [],
			environment: [],
			command: [],
			mounts: [],
		});
		expect((await own?.list())?.map(({name}) => name)).toContain('regbench-shell-test');
		const session = await own?.shell(made?.id ?? '', ['/bin/sh'], {columns: 100, rows: 30});
		let screen = '';
		session?.stream.setEncoding('utf8');
		session?.stream.on('data', (chunk: string) => (screen += chunk));
		const ended = new Promise(resolve => session?.stream.once('close', resolve));
		session?.stream.write('busybox stty size; exit 7\n');
		await ended;
		expect(screen).toContain('30 100');
		expect(await session?.exitCode()).toBe(7);
		await own?.remove(made?.id ?? '');
		await expect(own?.state(made?.id ?? '')).rejects.toMatchObject({code: 'CONTAINER_NOT_FOUND'});
	});

	test('Ctrl-C on the command stops the container and ends with 130', async () => {
		await using folder = await temporaryFolder();
		await makeWebImage(dockerd, {name: 'interrupted:1', page: 'x'});
		const child = spawn(
			process.execPath,
			[
				...[`${repositoryRoot}/dist/cli.js`, 'run', 'interrupted:1', '--rm', '--port', '0:8080'],
				...['--engine', 'docker', '--host', dockerd.host, '--config-dir', folder.path],
			],
			{stdio: ['ignore', 'pipe', 'pipe']},
		);
		let told = '';
		child.stderr.setEncoding('utf8').on('data', (text: string) => {
			told += text;
			// Once: a second one would not wait for the container.
			if (told.includes('HTTP 200') && !child.killed) child.kill('SIGINT');
		});
		const code = await new Promise(resolve => child.once('exit', resolve));
		expect(told).toContain('HTTP 200');
		expect(code).toBe(130);
		expect(await containers()).toBe('');
	});

	test('the commands run, keep the answer, compare with it and prove', async () => {
		await using folder = await temporaryFolder();
		const name = `${registry.host}/me/commands:1.0`;
		await makeWebImage(dockerd, {name, page: 'by command'});
		const regbench = (...words: readonly string[]) =>
			tryProgram(process.execPath, [
				...[`${repositoryRoot}/dist/cli.js`, ...words],
				...['--engine', 'docker', '--host', dockerd.host, '--config-dir', folder.path],
			]);
		const first = await regbench('run', name, '--probe', '/', '--rm', '--port', '0:8080');
		expect(first).toMatchObject({
			code: 0,
			stderr: expect.stringContaining('HTTP 200 for / on 8080'),
		});
		expect(first.stderr).toContain('The answer was kept');
		const report = path.join(folder.path, 'proof.json');
		const proved = await regbench('prove', name, '--probe', '/', '--report', report, '--json');
		expect(proved.code).toBe(0);
		expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
			same: true,
			probe: {after: {status: 200, excerpt: 'by command'}},
		});
		const again = await regbench('run', name, '--probe', '/', '--rm', '--port', '0:8080');
		expect(again).toMatchObject({
			code: 0,
			stdout: expect.stringContaining('works exactly as before'),
		});
		await makeWebImage(dockerd, {name, page: 'another page'});
		const changed = await regbench('run', name, '--probe', '/', '--rm', '--port', '0:8080');
		expect(changed).toMatchObject({
			code: 1,
			stdout: expect.stringContaining('does not work as before'),
		});
		const ended = await regbench('run', name, '--rm', '--command', "sh -c 'echo bye; exit 4'");
		expect(ended).toMatchObject({code: 1, stdout: expect.stringContaining('bye\n')});
		expect(ended.stdout).toContain('ended with exit code 4');
		expect(await containers()).toBe('');
	});
});
