import {chmod, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {openEngine} from '../../source/engine/connect.ts';
import {describeLive} from '../support/live.ts';
import {makeImage} from '../support/images.ts';
import {startDockerd} from '../support/start-dockerd.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

/** Puts an `ssh` first on the PATH for as long as it lives. */
async function fakeSsh(body: string): Promise<{calls(): Promise<string>} & AsyncDisposable> {
	const folder = await temporaryFolder();
	const script = path.join(folder.path, 'ssh');
	const log = path.join(folder.path, 'calls');
	await writeFile(script, `#!/bin/sh\necho "$*" >> ${log}\n${body}\n`);
	await chmod(script, 0o755);
	const before = process.env['PATH'];
	process.env['PATH'] = `${folder.path}:${before}`;
	return {
		calls: async () => readFile(log, 'utf8'),
		async [Symbol.asyncDispose]() {
			process.env['PATH'] = before;
			await folder[Symbol.asyncDispose]();
		},
	};
}

const facts = {environment: {}, homeFolder: '/nonexistent', platform: 'linux', userId: 0} as const;
const openEmbedded = async (): Promise<never> => {
	throw new Error('not asked for');
};

describeLive('an engine behind ssh', ['dockerd', 'docker'], () => {
	test('it is reached through the ssh client, and its connection serves many calls', async () => {
		await using dockerd = await startDockerd();
		await using ssh = await fakeSsh(`exec docker -H ${dockerd.host} system dial-stdio`);
		await makeImage(dockerd, {name: 'far:1'});
		const {engine} = await openEngine({
			...facts,
			choice: 'docker',
			host: 'ssh://ann@lab-7:2222',
			openEmbedded,
		});
		expect(await engine.info()).toMatchObject({route: 'ssh lab-7', kind: 'docker'});
		for (let round = 0; round < 3; round += 1) {
			expect((await engine.listImages())[0]?.references).toEqual(['far:1']);
		}
		await engine.close();
		const calls = (await ssh.calls()).trim().split('\n');
		expect(calls).toEqual([
			'-T -o BatchMode=yes -o ConnectTimeout=10 -p 2222 -l ann -- lab-7 docker system dial-stdio',
		]);
	});

	test('what ssh complains of is in the error', async () => {
		await using ssh = await fakeSsh(
			'echo "ann@lab-7: Permission denied (publickey)." >&2; exit 255',
		);
		await expect(
			openEngine({...facts, choice: 'auto', host: 'ssh://ann@lab-7', openEmbedded}),
		).rejects.toMatchObject({
			code: 'ENGINE_UNREACHABLE',
			message: expect.stringContaining('Permission denied (publickey)'),
		});
		expect(await ssh.calls()).toContain('lab-7');
	});
});
