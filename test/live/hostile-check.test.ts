/** `check` and `layers`, as they are started from a shell, on an image that was made to do harm. */
import {randomBytes} from 'node:crypto';
import {access, mkdir, readdir} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import {hostPlatform} from '../../source/domain/platform.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {openHeadless} from '../cli/headless.ts';
import {sha256, tarOf} from '../layers/make-tar.ts';
import {putBlob, putManifest} from '../operations/remote-images.ts';
import {describeLive} from '../support/live.ts';
import {startRegistry} from '../support/start-registry.ts';

const token = `ghp${'_'}${'aB3dE6gH9j'.repeat(4).slice(0, 36)}`;
const marker = 'regbench-was-here';

/** Names that lead outside, links that would redirect what comes after them, and things that are no files. */
const escaping = tarOf([
	{name: `../../../../../../tmp/${marker}`, content: `GH=${token}\n`},
	{name: `/tmp/${marker}`, content: 'x'},
	{name: 'link', type: '2', target: '/tmp'},
	{name: `link/${marker}`, content: 'x'},
	{name: 'hard', type: '1', target: '../../../../../../etc/passwd'},
	{name: 'dev/disk', type: '4'},
	{name: 'dev/pipe', type: '6'},
	{name: '../.wh..wh..opq', content: ''},
]);

/** Some megabytes that would be gigabytes. */
function gzipBomb(): Buffer {
	const member = gzipSync(Buffer.alloc(64 * 1024 ** 2));
	const head = tarOf([{name: 'zeros', size: '77777777777'}], {ended: false});
	return Buffer.concat([gzipSync(head), ...Array.from({length: 40}, () => member)]);
}

describeLive('an image that was made to do harm', ['docker-registry'], () => {
	test('is told of layer by layer, in bounded time and memory, and nothing of it is written', async () => {
		const credentials = createSessionCredentials();
		const client = createRegistryClient({credentials});
		await using registry = await startRegistry();
		await using shell = await openHeadless();
		const repository = client.repository(registry.host, 'harm');
		const noise = tarOf([{name: 'noise', content: randomBytes(300_000)}]);
		const tar = 'application/vnd.oci.image.layer.v1.tar';
		const layers = [
			[tar, escaping],
			[`${tar}+gzip`, gzipBomb()],
			[`${tar}+gzip`, gzipSync(noise).subarray(0, 100_000)],
			[`${tar}+zstd`, Buffer.from('28b52ffd0000000000ffff', 'hex')],
			['application/vnd.unheard-of', Buffer.alloc(3000, 5)],
			[`${tar}+gzip`, gzipSync(tarOf([{name: 'app/.env', content: `GH=${token}\n`}]))],
		] as const;
		const config = await putBlob(
			repository,
			mediaTypes.ociConfig,
			Buffer.from(
				JSON.stringify({
					os: 'linux',
					architecture: hostPlatform().architecture,
					rootfs: {type: 'layers', diff_ids: layers.map(([, bytes]) => sha256(bytes))},
				}),
			),
		);
		const put = [];
		for (const [mediaType, bytes] of layers) put.push(await putBlob(repository, mediaType, bytes));
		await putManifest(repository, '1', {
			mediaType: mediaTypes.ociManifest,
			config,
			layers: put,
		});
		await client.close();

		const temporary = path.join(shell.folder, 'temporary');
		await mkdir(temporary);
		const environment = {
			TMPDIR: temporary,
			PATH: '',
			// A bomb that were held in memory would not fit.
			NODE_OPTIONS: '--max-old-space-size=192',
		};
		const reference = `${registry.host}/harm:1`;
		const begun = performance.now();
		const check = await shell.run(
			['check', reference, '--remote', '--block', 'secrets', '--json'],
			{environment},
		);
		const listed = await shell.run(['layers', reference, '--remote'], {environment});
		expect(performance.now() - begun).toBeLessThan(60_000);

		expect(check.code, check.stderr).toBe(1);
		const report = JSON.parse(check.stdout.trim()) as {
			readonly findings: ReadonlyArray<{readonly where: {readonly layer?: number}}>;
			readonly notChecked: ReadonlyArray<{readonly what: string; readonly why: string}>;
		};
		// What came before the damage, and the layers after it, are looked at all the same.
		const places = report.findings.flatMap(({where}) => (where.layer ? [where.layer] : []));
		expect(new Set(places)).toEqual(new Set([1, 6]));
		const reasons = Object.fromEntries(report.notChecked.map(({what, why}) => [what, why]));
		expect(reasons['Layer 2']).toMatch(/200 times/);
		expect(reasons['Layer 3']).toMatch(/damaged|ends|digest/);
		expect(reasons['Layer 4']).toMatch(/damaged|zstd|tar/);
		expect(reasons['Layer 5']).toMatch(/no tar archive|unheard-of/);
		expect(reasons['Layer 1'] ?? reasons['Layer 6']).toBeUndefined();
		expect(check.stdout).not.toContain(token);

		// What could not be read whole is not told as if it were.
		expect(listed.code, listed.stderr).toBe(1);
		expect(listed.stdout + listed.stderr).toMatch(/200 times/);

		await expect(access(`/tmp/${marker}`)).rejects.toThrow();
		// Node 22 and newer keep what they have compiled there.
		const kept = (await readdir(temporary)).filter(name => name !== 'node-compile-cache');
		expect(kept).toEqual([]);
		const left = await readdir(shell.folder, {recursive: true});
		expect(left.filter(name => name.includes(marker))).toEqual([]);
	}, 120_000);
});
