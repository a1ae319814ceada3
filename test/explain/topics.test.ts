import {describe, expect, test} from 'vitest';
import {noFacts, type Facts, type ImageFacts} from '../../source/explain/facts.ts';
import {withKeys} from '../../source/explain/paragraph.ts';
import {findTopic, topics, topicsOf, type TopicId} from '../../source/explain/topics.ts';
import {keymap} from '../../source/ui/keymap.ts';

const id = `sha256:${'a1'.repeat(32)}`;
const config = `sha256:${'c0'.repeat(32)}`;
const layer = `sha256:${'b2'.repeat(32)}`;

const image: ImageFacts = {
	id,
	references: ['hello:1.0.0'],
	digests: [],
	sizeBytes: 2_500_000,
	manifestDigest: id,
	configDigest: config,
	layers: [{digest: layer, sizeBytes: 1_400_000, exact: true}],
	user: '',
	containers: ['web-1'],
};

function say(topic: TopicId, facts: Partial<Facts> = {}): string {
	const paragraphs = findTopic(topic)?.about({...noFacts, ...facts}) ?? [];
	return paragraphs.map(({text}) => text).join('\n');
}

describe('every topic', () => {
	test.each(topics.map(topic => topic.id))(
		'%s says something without any fact, and what to try',
		name => {
			const paragraphs = findTopic(name)?.about(noFacts) ?? [];
			expect(paragraphs.filter(({kind}) => kind === 'plain').length).toBeGreaterThan(0);
			expect(paragraphs.at(-1)?.kind).toBe('next');
		},
	);

	test.each(topics.map(topic => topic.id))('%s names only keys that there are', name => {
		const ids = new Set(keymap.map(binding => binding.id));
		const asked: string[] = [];
		withKeys(say(name, {image}), key => {
			asked.push(key);
			return 'x';
		});
		expect(asked.length).toBeGreaterThan(0);
		expect(asked.filter(key => !ids.has(key))).toEqual([]);
		expect(withKeys(say(name), () => 'x')).not.toMatch(/[{}]/);
	});

	test('is found by its name and belongs to a thing', () => {
		const used = new Set<string>(Object.values(topicsOf).flat());
		expect(findTopic('nothing')).toBeUndefined();
		expect(topics.map(topic => topic.id).filter(name => !used.has(name))).toEqual([]);
	});
});

describe('where the bytes are', () => {
	test('a layout tells the very file of the manifest', () => {
		const text = say('disk', {
			image,
			engine: {
				title: 'the embedded engine',
				address: '/data/images',
				store: 'layout',
				place: 'here',
			},
		});
		expect(text).toContain('/data/images');
		expect(text).toContain(`blobs/sha256/${id.slice(7)}`);
		expect(text).toContain('1 layer; the largest is blobs/sha256/b2b2b2b2b2b2…, 1.4 MB');
	});

	test('a daemon tells its root folder, driver and the folders of the image', () => {
		const text = say('disk', {
			image: {...image, folders: ['/var/lib/docker/overlay2/x/diff']},
			engine: {
				title: 'docker 28.2',
				address: 'unix:///var/run/docker.sock',
				store: 'graph-driver',
				rootFolder: '/var/lib/docker',
				driver: 'overlay2',
				place: 'here',
			},
		});
		expect(text).toContain('/var/lib/docker, with the storage driver overlay2');
		expect(text).toContain('on this machine');
		expect(text).toContain('/var/lib/docker/overlay2/x/diff');
	});

	test.each([
		['virtual-machine', 'inside a virtual machine'],
		['elsewhere', 'on the machine lab-7 that the engine at ssh://lab-7 runs on, not on this one'],
	] as const)('a folder that is %s is not said to be here', (place, words) => {
		const text = say('disk', {
			engine: {
				title: 'docker 28.2',
				address: 'ssh://lab-7',
				store: 'containerd',
				rootFolder: '/var/lib/docker',
				place,
				machine: 'lab-7',
			},
		});
		expect(text).toContain(words);
		expect(text).not.toContain('reading it takes root');
		expect(text).toContain('docker info does not name');
	});

	test('a daemon that does not say is not guessed at', () => {
		const text = say('disk', {
			engine: {title: 'podman 4.3', address: 'unix:///x', store: 'graph-driver', place: 'here'},
		});
		expect(text).toContain('podman 4.3 did not say where');
		expect(text).not.toContain('/var/lib');
	});
});

describe('what a push skipped', () => {
	const push = {
		reference: 'ghcr.io/me/hello:1.0.0',
		digest: id,
		bytesMoved: 100_000,
		bytesTotal: 2_500_000,
		moved: ['aaa'],
		present: ['bbb', 'ccc'],
		mounted: ['ddd'],
		durationMs: 2100,
	};

	test('says which blobs and why', () => {
		const text = say('push', {push});
		expect(text).toContain('sent 100 kB of 2.5 MB in 2.1 s');
		expect(text).toContain('Skipped: 2 blobs of 4 (bbb, ccc), because the registry answered');
		expect(text).toContain('Mounted: 1 blob of 4 (ddd)');
	});

	test('says that nothing was skipped when nothing was', () => {
		expect(say('push', {push: {...push, present: [], mounted: []}})).toContain(
			'Nothing was skipped',
		);
		expect(say('push', {...noFacts, session: true})).toContain('Nothing was pushed');
		// A command has no session to speak of.
		expect(say('push')).not.toContain('Nothing was pushed');
	});
});

test('a login is told step by step, without any secret', () => {
	const text = say('login', {
		targets: [
			{
				id: 'ghcr.io/me',
				provider: 'ghcr',
				host: 'ghcr.io',
				login: {phase: 'logged-in', source: 'gh login', username: 'me'},
			},
		],
		authentications: [
			{
				host: 'ghcr.io',
				challenge: 'bearer',
				realm: 'ghcr.io/token',
				service: 'ghcr.io',
				scopes: ['repository:me/hello:pull,push'],
				source: 'gh login',
				username: 'me',
				reused: false,
				outcome: 'granted',
			},
		],
	});
	expect(text).toContain('logged in as me. The login comes from: gh login');
	expect(text).toContain('answered 401: a Bearer token is to be had from ghcr.io/token');
	expect(text).toContain('as me (gh login) for repository:me/hello:pull,push');
	expect(text).toContain('It gave a token');
	const anonymous = say('login', {
		authentications: [
			{
				host: 'ghcr.io',
				challenge: 'bearer',
				scopes: ['repository:a/b:pull'],
				reused: true,
				outcome: 'granted',
			},
		],
	});
	expect(anonymous).toContain('nobody (anonymous)');
	expect(anonymous).toContain('still good');
});

test(':latest shows the images it stands for', () => {
	const text = say('latest', {
		latest: [
			{reference: 'hello:latest here', image: id},
			{reference: 'ghcr.io/me/hello:latest on its registry', image: layer},
		],
	});
	expect(text).toContain('hello:latest here is a1a1a1a1a1a1');
	expect(text).toContain('The same word, 2 different images');
});

test('manifest and index tell the values of the one that is looked at', () => {
	const remote = {
		reference: 'ghcr.io/me/hello:1',
		digest: id,
		mediaType: 'application/vnd.oci.image.index.v1+json',
		platforms: ['linux/amd64', 'linux/arm64'],
		configDigest: config,
		layers: image.layers ?? [],
		sizeBytes: 1_400_000,
		signatures: 1,
		otherReferrers: 2,
	};
	expect(say('manifest', {remote})).toContain('index a1a1a1a1a1a1, type application/vnd.oci');
	expect(say('index', {remote})).toContain('of 2 platforms: linux/amd64, linux/arm64');
	expect(say('signing', {remote})).toContain('has to be checked with a key');
	expect(say('signing', {remote: {...remote, signatures: 0}})).toContain('has no signature');
});

test('an anonymous pull that was tried is told as it went', () => {
	const visibility = {repository: 'me/hello', visibility: 'private', anonymous: false};
	expect(say('visibility', {visibility})).toContain('is private');
	expect(say('visibility', {visibility})).toContain('was refused');
	expect(say('visibility', {visibility: {...visibility, anonymous: true}})).toContain('by anyone');
});

test('root, containers and names of an image are told', () => {
	expect(say('secrets', {image})).toContain('runs as root');
	expect(say('container', {image})).toContain('Used by web-1');
	expect(say('image', {image})).toContain('Its name is hello:1.0.0');
	expect(say('image', {image: {...image, references: []}})).toContain('dangling');
});
