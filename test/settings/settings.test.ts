import {chmod, mkdir, readFile, readdir, rm, stat, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {RegbenchError} from '../../source/domain/errors.ts';
import type {Target} from '../../source/domain/target.ts';
import {defaultSettings, settingsVersion, type Settings} from '../../source/settings/schema.ts';
import {openSettings} from '../../source/settings/settings.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

const target: Target = {
	id: 'ghcr.io/octocat',
	provider: 'ghcr',
	host: 'ghcr.io',
	namespace: 'octocat',
};
const now = () => new Date('2026-11-25T03:34:54Z');
const readJson = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as unknown;
const addTarget = (settings: Settings): Settings => ({
	...settings,
	targets: [...settings.targets, target],
});

describe('a first start', () => {
	test('gives defaults and writes nothing', async () => {
		await using folder = await temporaryFolder();
		const configFolder = path.join(folder.path, 'deep', 'regbench');
		const store = await openSettings({configFolder});
		expect(store.get()).toEqual(defaultSettings);
		expect(store.notice).toBeUndefined();
		expect(store.path).toBe(path.join(configFolder, 'settings.json'));
		expect(await readdir(folder.path)).toEqual([]);
	});

	test('a change makes the folder and a file that only the owner reads', async () => {
		await using folder = await temporaryFolder();
		const configFolder = path.join(folder.path, 'deep', 'regbench');
		const store = await openSettings({configFolder});
		const saved = await store.update(addTarget);
		expect(saved.targets).toEqual([target]);
		expect(store.get()).toBe(saved);
		expect(await readJson(store.path)).toEqual({...defaultSettings, targets: [target]});
		expect((await stat(store.path)).mode & 0o777).toBe(0o600);
		expect((await stat(configFolder)).mode & 0o777).toBe(0o700);
		expect(await readdir(configFolder)).toEqual(['settings.json']);
		expect((await openSettings({configFolder})).get()).toEqual(saved);
	});
});

describe('changes', () => {
	test('a field that is taken out is gone from the file', async () => {
		await using folder = await temporaryFolder();
		const store = await openSettings({configFolder: folder.path});
		await store.update(current => ({...current, defaultTargetId: 'ghcr.io/octocat'}));
		await store.update(({defaultTargetId, ...current}) => {
			expect(defaultTargetId).toBe('ghcr.io/octocat');
			return current;
		});
		expect(await readJson(store.path)).toEqual(defaultSettings);
		expect(store.get()).not.toHaveProperty('defaultTargetId');
	});

	test('those made at once in one instance follow one another', async () => {
		await using folder = await temporaryFolder();
		const store = await openSettings({configFolder: folder.path});
		await Promise.all(
			Array.from({length: 12}, (_, index) =>
				store.update(current => ({
					...current,
					recentReferences: [`image:${index}`, ...current.recentReferences],
				})),
			),
		);
		expect(store.get().recentReferences).toHaveLength(12);
		expect(store.get().recentReferences[0]).toBe('image:11');
	});

	test('only the newest twenty references are kept', async () => {
		await using folder = await temporaryFolder();
		const store = await openSettings({configFolder: folder.path});
		const many = Array.from({length: 30}, (_, index) => `image:${index}`);
		await store.update(current => ({...current, recentReferences: many}));
		expect(store.get().recentReferences).toEqual(many.slice(0, 20));
	});

	test('subscribers hear of each, until they stop, and not of a change that changes nothing', async () => {
		await using folder = await temporaryFolder();
		const store = await openSettings({configFolder: folder.path});
		const heard: string[] = [];
		const stop = store.subscribe(settings => heard.push(settings.theme));
		await store.update(current => ({...current, theme: 'mono'}));
		await store.update(current => ({...current, theme: 'mono'}));
		stop();
		await store.update(current => ({...current, theme: 'dark'}));
		expect(heard).toEqual(['mono']);
	});

	test('a change that throws changes nothing, and the next one works', async () => {
		await using folder = await temporaryFolder();
		const store = await openSettings({configFolder: folder.path});
		const failure = new Error('no');
		await expect(
			store.update(() => {
				throw failure;
			}),
		).rejects.toBe(failure);
		expect((await store.update(addTarget)).targets).toHaveLength(1);
	});

	test.each([
		['a field of its own', (s: Settings) => ({...s, token: 'ghp_secret'})],
		[
			'a field of a target',
			(s: Settings) => ({...s, targets: [{...target, password: 'ghp_secret'}]}),
		],
		[
			'the host of a target',
			(s: Settings) => ({...s, targets: [{...target, host: 'me:ghp_secret@ghcr.io'}]}),
		],
		[
			'the id of a target',
			(s: Settings) => ({...s, targets: [{...target, id: 'me:ghp_secret@ghcr.io'}]}),
		],
		[
			'the engine address',
			(s: Settings) => ({
				...s,
				engine: {choice: 'auto', host: 'tcp://me:ghp_secret@10.0.0.1:2375'},
			}),
		],
		[
			'a field of the layout',
			(s: Settings) => ({...s, layout: {...s.layout, secret: 'ghp_secret'}}),
		],
	])('a secret as %s is refused and neither kept, written nor shown', async (_, change) => {
		await using folder = await temporaryFolder();
		const store = await openSettings({configFolder: folder.path});
		const failure = await store
			.update(change as (s: Settings) => Settings)
			.catch((error: unknown) => error);
		expect(failure).toMatchObject({code: 'INTERNAL'});
		expect(String(failure)).not.toContain('ghp_');
		expect(store.get()).toEqual(defaultSettings);
		expect(await readdir(folder.path)).toEqual([]);
	});

	test('an engine address with a user alone is fine', async () => {
		await using folder = await temporaryFolder();
		const store = await openSettings({configFolder: folder.path});
		for (const host of ['ssh://me@host:22', 'unix:///run/docker.sock', 'tcp://[::1]:2376']) {
			await store.update(current => ({...current, engine: {choice: 'docker', host}}));
			expect(store.get().engine.host).toBe(host);
		}
	});
});

describe('a file that cannot be used', () => {
	test.each([
		['no JSON', '{"version": 1, "targets": [', 'it is not JSON'],
		['empty', '', 'it is not JSON'],
		['a list', '[]', 'it is not a JSON object'],
		['null', 'null', 'it is not a JSON object'],
		['a wrong value', '{"version": 1, "theme": "pink"}', 'theme must be one of'],
		[
			'a wrong type',
			'{"version": 1, "layout": {"leftWidthPercent": "half"}}',
			'layout/leftWidthPercent must be a whole number',
		],
		['an unknown field', '{"version": 1, "password": "hunter2"}', 'password is no setting'],
		[
			'a broken target',
			'{"version": 1, "targets": [{"id": "x"}]}',
			'targets/0/provider is missing',
		],
	])(
		'%s: is moved aside with a time stamp, named, and defaults are used',
		async (_, text, reason) => {
			await using folder = await temporaryFolder();
			const file = path.join(folder.path, 'settings.json');
			await writeFile(file, text);
			const store = await openSettings({configFolder: folder.path, now});
			expect(store.get()).toEqual(defaultSettings);
			expect(store.notice).toContain(reason);
			expect(store.notice).toContain('settings.json.broken-20261125-033454');
			expect(store.notice).not.toContain('hunter2');
			expect(await readdir(folder.path)).toEqual(['settings.json.broken-20261125-033454']);
			expect(await readFile(`${file}.broken-20261125-033454`, 'utf8')).toBe(text);
			await store.update(addTarget);
			expect((await openSettings({configFolder: folder.path})).get().targets).toEqual([target]);
		},
	);

	test('a second broken file in the same second does not overwrite the first', async () => {
		await using folder = await temporaryFolder();
		const file = path.join(folder.path, 'settings.json');
		for (const text of ['one', 'two']) {
			await writeFile(file, text);
			await openSettings({configFolder: folder.path, now});
		}
		expect(await readFile(`${file}.broken-20261125-033454`, 'utf8')).toBe('one');
		expect(await readFile(`${file}.broken-20261125-033454-2`, 'utf8')).toBe('two');
	});

	test('a folder in its place is moved aside too', async () => {
		await using folder = await temporaryFolder();
		await mkdir(path.join(folder.path, 'settings.json'));
		const store = await openSettings({configFolder: folder.path, now});
		expect(store.notice).toContain('EISDIR');
		await store.update(addTarget);
		expect(await readJson(store.path)).toMatchObject({targets: [target]});
	});

	test('one that breaks while regbench runs is moved aside with the next change, and nothing is lost', async () => {
		await using folder = await temporaryFolder();
		const store = await openSettings({configFolder: folder.path, now});
		await store.update(addTarget);
		await writeFile(store.path, 'broken');
		await store.update(current => ({...current, theme: 'dark'}));
		expect(store.notice).toContain('settings.json.broken-');
		expect(await readJson(store.path)).toMatchObject({theme: 'dark', targets: [target]});
	});

	test('one that was deleted while regbench runs is written again whole', async () => {
		await using folder = await temporaryFolder();
		const store = await openSettings({configFolder: folder.path, now});
		await store.update(addTarget);
		await rm(store.path);
		await store.update(current => ({...current, theme: 'dark'}));
		expect(await readJson(store.path)).toMatchObject({theme: 'dark', targets: [target]});
	});
});

describe('versions', () => {
	test('a partial file written by hand gets defaults for the rest', async () => {
		await using folder = await temporaryFolder();
		await writeFile(
			path.join(folder.path, 'settings.json'),
			JSON.stringify({theme: 'mono', layout: {logWrap: true}}),
		);
		const store = await openSettings({configFolder: folder.path});
		expect(store.notice).toBeUndefined();
		expect(store.get()).toEqual({
			...defaultSettings,
			theme: 'mono',
			layout: {...defaultSettings.layout, logWrap: true},
		});
		await store.update(addTarget);
		expect(await readJson(store.path)).toEqual({
			...defaultSettings,
			theme: 'mono',
			layout: {...defaultSettings.layout, logWrap: true},
			targets: [target],
		});
	});

	test('a file of a newer regbench is used as far as it is understood and never written', async () => {
		await using folder = await temporaryFolder();
		const text = JSON.stringify({
			version: settingsVersion + 1,
			theme: 'neon',
			ascii: 'always',
			targets: [target],
			hologram: true,
		});
		const file = path.join(folder.path, 'settings.json');
		await writeFile(file, text);
		const store = await openSettings({configFolder: folder.path});
		expect(store.notice).toContain('newer regbench');
		expect(store.get()).toEqual({...defaultSettings, ascii: 'always', targets: [target]});
		await expect(store.update(current => ({...current, theme: 'dark'}))).rejects.toMatchObject({
			code: 'SETTINGS_UNWRITABLE',
		});
		expect(store.get().theme).toBe('dark');
		expect(await readFile(file, 'utf8')).toBe(text);
		expect(await readdir(folder.path)).toEqual(['settings.json']);
	});
});

describe('a folder that cannot be written', () => {
	test('the change is refused with a code, holds for the session, and is saved once writing works again', async () => {
		await using folder = await temporaryFolder();
		const blocked = path.join(folder.path, 'in-the-way');
		await writeFile(blocked, '');
		const configFolder = path.join(blocked, 'regbench');
		const store = await openSettings({configFolder});
		expect(store.notice).toBeUndefined();
		const heard: number[] = [];
		store.subscribe(settings => heard.push(settings.targets.length));

		const failure = await store.update(addTarget).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(RegbenchError);
		expect(failure).toMatchObject({code: 'SETTINGS_UNWRITABLE'});
		expect((failure as RegbenchError).hint).toContain('--config-dir');
		expect(store.get().targets).toEqual([target]);
		expect(heard).toEqual([1]);

		await rm(blocked);
		await store.update(current => ({...current, theme: 'dark'}));
		expect(await readJson(store.path)).toMatchObject({theme: 'dark', targets: [target]});
	});

	test('what waits to be saved does not undo what another instance saved meanwhile', async () => {
		await using folder = await temporaryFolder();
		const ours = await openSettings({configFolder: folder.path});
		await ours.update(current => ({...current, ascii: 'always'}));
		const newer = JSON.stringify({version: settingsVersion + 1});
		const saved = await readFile(ours.path, 'utf8');
		await writeFile(ours.path, newer);
		await expect(ours.update(addTarget)).rejects.toMatchObject({code: 'SETTINGS_UNWRITABLE'});
		await writeFile(ours.path, saved);
		const theirs = await openSettings({configFolder: folder.path});
		await theirs.update(current => ({...current, theme: 'mono'}));
		await ours.update(current => ({...current, deniedProposals: ['quay.io/x']}));
		expect(await readJson(ours.path)).toMatchObject({
			ascii: 'always',
			theme: 'mono',
			targets: [target],
			deniedProposals: ['quay.io/x'],
		});
	});

	test.skipIf(process.platform === 'win32')(
		'a lock left behind by a killed process is overcome',
		async () => {
			await using folder = await temporaryFolder();
			const store = await openSettings({configFolder: folder.path});
			const lock = `${store.path}.lock`;
			await mkdir(lock);
			await chmod(lock, 0o700);
			await utimes(lock, new Date(0), new Date(0));
			await store.update(addTarget);
			expect(await readJson(store.path)).toMatchObject({targets: [target]});
		},
	);
});
