/**
 * Clean-ups of a real registry, seeded at random, against a model that tries every tag by itself and knows
 * nothing of how the plan is made.
 */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import type {Digest} from '../../source/domain/digest.ts';
import {mediaTypes, type RawManifest} from '../../source/domain/manifest.ts';
import {cleanUp, readCleanupPlan} from '../../source/operations/cleanup.ts';
import {previewCleanup} from '../../source/operations/look-for-cleanup.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {fallbackTag} from '../../source/registry/referrers.ts';
import {targetFrom} from '../../source/registry/providers/table.ts';
import type {RemoteRepository} from '../../source/registry/registry-client.ts';
import type {RetentionRule} from '../../source/settings/schema.ts';
import {drain} from '../operations/operation-world.ts';
import {putImage, putIndex, putManifest, putReferrer} from '../operations/remote-images.ts';
import {describeLive} from '../support/live.ts';
import {startRegistry} from '../support/start-registry.ts';

const repositories = ['app', 'team/api', 'team/web'];
/** Oldest first, as versions go; the others are none. */
const versions = ['0.9', '1.0', '1.2', '1.10', '2.0'];
const tags = [...versions, 'latest', 'main'];
const imageAgeDays = 30;
const now = Date.parse('2026-01-02T03:04:05Z') + imageAgeDays * 86_400_000;

type Seeded = {
	readonly repository: string;
	readonly kind: 'image' | 'index' | 'signed';
	readonly tags: readonly string[];
};

/** Every tag is on one thing at most. */
const seeds = fc
	.array(
		fc.record({
			repository: fc.constantFrom(...repositories),
			kind: fc.constantFrom('image', 'image', 'index', 'signed'),
			tags: fc.subarray(tags, {minLength: 1, maxLength: 3}),
		}),
		{minLength: 2, maxLength: 8},
	)
	.map((all): readonly Seeded[] => {
		const taken = new Set<string>();
		return all
			.map(one => ({
				...one,
				tags: one.tags.filter(tag => {
					const name = `${one.repository}:${tag}`;
					return !taken.has(name) && taken.add(name);
				}),
			}))
			.filter(one => one.tags.length > 0) as readonly Seeded[];
	});

const ruleSets = fc.array(
	fc.record({
		scope: fc.constantFrom('*', 'app', 'team/*', 'team/web'),
		keepNewest: fc.option(fc.nat(3), {nil: undefined}),
		olderThanDays: fc.constantFrom(undefined, undefined, imageAgeDays - 1, imageAgeDays + 1),
		protect: fc.subarray(['latest', '1.*', 'main']),
	}),
	{maxLength: 3},
);

type Rule = typeof ruleSets extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

function isFor({scope}: Rule, repository: string): boolean {
	return (
		scope === '*' || scope === repository || (scope === 'team/*' && repository.startsWith('team/'))
	);
}

function isProtected({protect}: Rule, tag: string): boolean {
	return protect.includes(tag) || (protect.includes('1.*') && tag.startsWith('1.'));
}

/** What must be left: everything but tags that each rule of theirs lets go, together with all of their digest. */
function modelLeft(seeded: readonly Seeded[], rules: readonly Rule[]): ReadonlySet<string> {
	const mayGo = (repository: string, tag: string): boolean => {
		for (const rule of rules) {
			if (!isFor(rule, repository)) continue;
			if (rule.keepNewest === undefined && rule.olderThanDays === undefined) return false;
			if (isProtected(rule, tag)) return false;
			if (rule.olderThanDays !== undefined && rule.olderThanDays > imageAgeDays) return false;
			if (rule.keepNewest === undefined || rule.keepNewest === 0) return true;
			if (!versions.includes(tag)) return false;
			const present = seeded.flatMap(one => (one.repository === repository ? one.tags : []));
			const newer = versions.slice(versions.indexOf(tag) + 1);
			return newer.filter(one => present.includes(one)).length >= rule.keepNewest;
		}
		return false;
	};
	return new Set(
		seeded.flatMap(one =>
			one.tags.every(tag => mayGo(one.repository, tag))
				? []
				: one.tags.map(tag => `${one.repository}:${tag}`),
		),
	);
}

/** A world in which some go and some stay, so that chance cannot leave that out. */
const alwaysThere: readonly Seeded[] = [
	{repository: 'app', kind: 'image', tags: ['0.9']},
	{repository: 'app', kind: 'signed', tags: ['1.0']},
	{repository: 'app', kind: 'index', tags: ['2.0', 'latest']},
	{repository: 'team/api', kind: 'index', tags: ['1.2']},
	{repository: 'team/api', kind: 'signed', tags: ['0.9']},
	{repository: 'team/api', kind: 'image', tags: ['1.10']},
];
const keepOne: readonly Rule[] = [
	{scope: '*', keepNewest: 1, olderThanDays: undefined, protect: []},
];

type Put = {readonly seed: Seeded; readonly root: Digest; readonly below: readonly Digest[]};

/** A referrer, and the list that stands in for the referrers API, which this registry does not have. */
async function sign(repository: RemoteRepository, subject: RawManifest) {
	const signature = await putReferrer(repository, subject, 'application/vnd.example.signature');
	const list = await putManifest(repository, fallbackTag(subject.digest), {
		mediaType: mediaTypes.ociIndex,
		manifests: [
			{
				mediaType: signature.mediaType,
				digest: signature.digest,
				size: signature.bytes.byteLength,
				artifactType: 'application/vnd.example.signature',
			},
		],
	});
	return [signature, list];
}

async function put(repository: RemoteRepository, seed: Seeded): Promise<Put> {
	const [first = '', ...others] = seed.tags;
	const index = seed.kind === 'index' ? await putIndex(repository, first) : undefined;
	const root = index?.root ?? (await putImage(repository, first)).manifest;
	for (const tag of others) await repository.putManifest(tag, root);
	const signature = seed.kind === 'signed' ? await sign(repository, root) : [];
	const below = [...(index?.children ?? []), ...signature];
	return {seed, root: root.digest, below: below.map(({digest}) => digest)};
}

describeLive('clean-ups of a seeded registry', ['docker-registry'], () => {
	test('leave exactly what a model leaves, whatever is there and whatever the rules are', async () => {
		const credentials = createSessionCredentials();
		const client = createRegistryClient({credentials});
		let removed = 0;
		let kept = 0;
		const run = async (seeded: readonly Seeded[], rules: readonly Rule[]): Promise<void> => {
			await using registry = await startRegistry();
			const {host} = registry;
			const all: Put[] = [];
			for (const seed of seeded) {
				all.push(await put(client.repository(host, seed.repository), seed));
			}
			const made = targetFrom(host, '');
			if (!('target' in made)) throw new Error('no target');
			const context = {
				registry: client,
				credentials,
				engine: undefined as never,
				signal: new AbortController().signal,
				now: () => now,
				wait: async () => {},
			};
			const retention = rules.map((rule): RetentionRule => ({
				repositories: rule.scope === '*' ? '*' : `${host}/${rule.scope}`,
				protect: rule.protect,
				...(rule.keepNewest === undefined ? {} : {keepNewest: rule.keepNewest}),
				...(rule.olderThanDays === undefined ? {} : {olderThanDays: rule.olderThanDays}),
			}));
			const plan = await previewCleanup({local: false, targets: [made.target]}, retention, context);
			// Through a file, as from the shell.
			await drain(cleanUp({plan: readCleanupPlan(JSON.stringify(plan))}, context));

			const expected = modelLeft(seeded, rules);
			for (const {seed, root, below} of all) {
				const repository = client.repository(host, seed.repository);
				const stays = expected.has(`${seed.repository}:${seed.tags[0]}`);
				for (const tag of seed.tags) {
					expect((await repository.resolve(tag))?.digest).toBe(stays ? root : undefined);
				}
				// The parts of what stays stay: platforms, attestations, signatures; a signature goes with its image.
				for (const digest of stays ? below : seed.kind === 'signed' ? [root, ...below] : [root]) {
					expect((await repository.resolve(digest)) !== undefined).toBe(stays);
				}
				if (stays) kept++;
				else removed++;
			}
		};
		try {
			await fc.assert(fc.asyncProperty(seeds, ruleSets, run), {
				numRuns: 15,
				endOnFailure: true,
				examples: [[alwaysThere, keepOne]],
			});
		} finally {
			await client.close();
		}
		// Worlds in which nothing ever goes, or all of it, would prove nothing.
		expect(removed).toBeGreaterThanOrEqual(4);
		expect(kept).toBeGreaterThanOrEqual(2);
	}, 240_000);
});
