import {copyFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import type {JobResult, Operation, OperationEvent} from '../../source/domain/events.ts';
import type {Engine} from '../../source/engine/engine.ts';
import type {OperationContext} from '../../source/operations/context.ts';
import {runImage} from '../../source/operations/run.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {describeLive} from '../support/live.ts';
import {findProgram} from '../support/programs.ts';
import {runProgram} from '../support/run-program.ts';
import {openDockerEngine} from '../support/open-docker-engine.ts';
import {startPodman, type RunningPodman} from '../support/start-podman.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

describeLive('running images with Podman', ['podman', 'busybox'], () => {
	let podman: RunningPodman;
	let engine: Engine;
	let context: OperationContext;

	beforeAll(async () => {
		podman = await startPodman();
		engine = await openDockerEngine(podman.host);
		const credentials = createSessionCredentials();
		context = {
			engine,
			credentials,
			registry: createRegistryClient({credentials}),
			signal: new AbortController().signal,
			now: Date.now,
			wait: async () => {},
		};
		await importBusybox('docker.io/library/box:1');
	});

	afterAll(async () => {
		context?.registry.close();
		await engine?.close();
		await podman?.[Symbol.asyncDispose]();
	});

	/** Builds need more than this machine gives; an import does. */
	async function importBusybox(name: string): Promise<void> {
		await using folder = await temporaryFolder();
		await copyFile(findProgram('busybox') ?? '', path.join(folder.path, 'sh'));
		await writeFile(path.join(folder.path, 'page'), 'x');
		await runProgram('tar', ['-cf', `${folder.path}/box.tar`, '-C', folder.path, 'sh', 'page']);
		await podman.podman('import', '--quiet', `${folder.path}/box.tar`, name);
	}

	async function follow<Result extends JobResult>(
		operation: Operation<Result>,
	): Promise<{readonly events: readonly OperationEvent[]; readonly result: Result}> {
		const events: OperationEvent[] = [];
		for (;;) {
			const next = await operation.next();
			if (next.done) return {events, result: next.value};
			events.push(next.value);
		}
	}

	test('its output, its exit code and its end are told', async () => {
		const {result, events} = await follow(
			runImage(
				{
					reference: 'box:1',
					remove: true,
					environment: ['GREETING=hi'],
					command: ['/sh', '-c', 'echo "$GREETING out"; echo err >&2; exit 5'],
				},
				context,
			),
		);
		expect(result).toMatchObject({exitCode: 5, removed: true});
		const output = events.flatMap(event => (event.type === 'output' ? [event] : []));
		expect(output.flatMap(({stream, lines}) => lines.map(line => `${stream} ${line}`))).toEqual(
			expect.arrayContaining(['stdout hi out', 'stderr err']),
		);
		expect(await podman.podman('ps', '--all', '--quiet')).toBe('');
	});

	test('a running one is listed, has a shell, and is stopped and removed', async () => {
		const containers = await engine.containers();
		const made = await containers?.run({
			image: 'box:1',
			name: 'regbench-podman-test',
			ports: [],
			environment: [],
			command: ['/sh', '-c', 'while true; do read line; done'],
			mounts: [],
		});
		expect(made).toMatchObject({name: 'regbench-podman-test', running: true});
		const id = made?.id ?? '';
		expect((await containers?.list())?.map(({name}) => name)).toEqual(['regbench-podman-test']);
		const session = await containers?.shell(id, ['/sh'], {columns: 90, rows: 20});
		let screen = '';
		session?.stream.setEncoding('utf8');
		session?.stream.on('data', (chunk: string) => (screen += chunk));
		const ended = new Promise(resolve => session?.stream.once('close', resolve));
		session?.stream.write('echo it $((40 + 2)); exit 6\n');
		await ended;
		expect(screen).toContain('it 42');
		expect(await session?.exitCode()).toBe(6);
		await containers?.stop(id, {graceSeconds: 1});
		expect(await containers?.state(id)).toMatchObject({running: false});
		await containers?.remove(id);
		await expect(containers?.state(id)).rejects.toMatchObject({code: 'CONTAINER_NOT_FOUND'});
	});
});
