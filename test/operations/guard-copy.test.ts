/** The rules for pushes on copies between registries: what nobody wants pushed is not copied either. */
import {describe, expect, test} from 'vitest';
import type {Digest} from '../../source/domain/digest.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import {hostPlatform} from '../../source/domain/platform.ts';
import type {PolicyRule} from '../../source/domain/safety.ts';
import {copyImage} from '../../source/operations/copy.ts';
import {pushImage} from '../../source/operations/push.ts';
import {defaultSafety} from '../../source/settings/schema.ts';
import {drain, fail, openWorld} from './operation-world.ts';
import {putManifest} from './remote-images.ts';

describe('a copy from registry to registry', () => {
	/** `app:1.0` on a registry with an image for two platforms, of which the other one has a secret in it. */
	async function withImages() {
		const world = await openWorld('all');
		const [from, to] = [await world.startRegistry(), await world.startRegistry()];
		const repository = world.registry.repository(from.host, 'app');
		const put = async (source: string, tag: string) => {
			const reference = `${from.host}/app:${tag}`;
			const {result} = await drain(pushImage({source, reference}, world.context()));
			const {bytes, mediaType} = await repository.manifest(result.digest as Digest);
			return {digest: result.digest, mediaType, size: bytes.byteLength};
		};
		const clean = await put('hello:1.0.0', 'clean');
		const secret = await put('tools/backup:nightly', 'secret');
		const mine = hostPlatform().architecture;
		const index = await putManifest(repository, '1.0', {
			mediaType: mediaTypes.ociIndex,
			manifests: [
				{...clean, platform: {os: 'linux', architecture: mine}},
				{...secret, platform: {os: 'linux', architecture: mine === 'arm64' ? 'amd64' : 'arm64'}},
			],
		});
		const copy = (tag: string, rules: readonly PolicyRule[], destination: string) =>
			copyImage(
				{source: `${from.host}/app:${tag}`, destination},
				world.context({
					environment: {PATH: ''},
					safety: () => ({...defaultSafety, blockPushOn: rules}),
				}),
			);
		return {
			world,
			from,
			to,
			index,
			copy,
			[Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
		};
	}

	test.each([
		['secret', 'secrets', '1.0', 'secrets in it'],
		['1.0', 'secrets', '1.0', 'secrets in it'],
		['clean', 'critical', '1.0', 'Nobody looked for vulnerabilities'],
		['clean', 'latest', 'latest', 'It is named :latest'],
	] as const)('of %s breaks the rule "%s", and nothing is sent', async (...row) => {
		const [tag, rule, as, words] = row;
		await using images = await withImages();
		const {world, to} = images;
		const {error} = await fail(images.copy(tag, [rule], `${to.host}/app:${as}`));
		expect(error).toMatchObject({code: 'POLICY_BROKEN'});
		expect(error.message).toContain(`was not copied: `);
		expect(error.message).toContain(words);
		const repository = world.registry.repository(to.host, 'app');
		expect(await repository.resolve(as)).toBeUndefined();
	});

	test('that only gives one more name to what is there is looked at as well', async () => {
		await using images = await withImages();
		const {from, copy} = images;
		const {error} = await fail(copy('1.0', ['secrets'], `${from.host}/app:stable`));
		expect(error.code).toBe('POLICY_BROKEN');
		const {result} = await drain(copy('clean', ['secrets', 'latest'], `${from.host}/app:stable`));
		expect(result.bytesCopied).toBe(0);
	});

	test('goes on where the rules hold', async () => {
		await using images = await withImages();
		const {to, copy} = images;
		const {events, result} = await drain(copy('clean', ['secrets'], `${to.host}/app:1.0`));
		const steps = events.flatMap(event => (event.type === 'step' ? [event.message] : []));
		expect(steps).toContain('Nothing found that the settings refuse (secrets)');
		expect(result.bytesCopied).toBeGreaterThan(0);
	});
});
