/** The settings of this person on this machine, as every part of regbench gets at them. */
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {RegbenchError} from '../domain/errors.ts';
import {defaultSettings, maxRecentReferences, settingsVersion, type Settings} from './schema.ts';
import {
	createWriter,
	moveAside,
	readSettingsFile,
	systemCode,
	violationOf,
	whileLocked,
} from './settings-file.ts';

export type SettingsChange = (current: Settings) => Settings;

export type SettingsStore = {
	/** Path of settings.json. */
	readonly path: string;
	/** What the person must be told of the file: that it was moved aside, or is not written. One line. */
	readonly notice: string | undefined;
	/** The settings as they are; a value that never changes itself. */
	get(): Settings;
	/**
	 * Applies `change` to what the file holds now, so that two instances do not lose each other's changes,
	 * and saves the result. `change` may be called more than once and must only compute. Rejects with
	 * `SETTINGS_UNWRITABLE` when it cannot be saved; the change then holds for this session and is saved
	 * with the next one that can be. Rejects with `INTERNAL`, changing nothing, when the result is not valid.
	 */
	update(change: SettingsChange): Promise<Settings>;
	/** Calls `listener` after each change; returns the way to stop it. */
	subscribe(listener: (settings: Settings) => void): () => void;
};

export type SettingsOptions = {
	/** The folder of settings.json; made with the first change. */
	readonly configFolder: string;
	readonly now?: () => Date;
};

/**
 * Opens the settings. A file that cannot be understood is moved aside and defaults are used; one that a
 * newer regbench wrote is used as far as it is understood and never written. Nothing is written until the
 * first change. Never rejects.
 */
export async function openSettings({
	configFolder,
	now = () => new Date(),
}: SettingsOptions): Promise<SettingsStore> {
	const file = path.join(configFolder, 'settings.json');
	const write = createWriter(file);
	const listeners = new Set<(settings: Settings) => void>();
	let notice: string | undefined;
	let current = (await load()) ?? defaultSettings;
	/** Changes that hold in this session and are not in the file. */
	let unsaved: SettingsChange[] = [];
	let last: Promise<unknown> = Promise.resolve();

	/** What the file holds; `undefined` where there is none, or none any more. */
	async function load(): Promise<Settings | undefined> {
		const content = await readSettingsFile(file);
		switch (content.kind) {
			case 'absent':
				return undefined;
			case 'settings':
				return content.settings;
			case 'newer':
				notice = `${file} was written by a newer regbench (version ${content.version}, this one knows ${settingsVersion}): changes are kept for this session only`;
				return content.settings;
			case 'broken':
				notice = await setAside(content.reason);
				return undefined;
		}
	}

	async function setAside(reason: string): Promise<string> {
		try {
			const aside = await moveAside(file, now());
			return `${file} could not be used: ${reason}. It was moved to ${path.basename(aside)}; defaults are used`;
		} catch (error) {
			return `${file} could not be used: ${reason}. It could not be moved aside either (${systemCode(error)}); defaults are used`;
		}
	}

	async function save(change: SettingsChange): Promise<Settings> {
		return whileLocked(file, async () => {
			const content = await readSettingsFile(file);
			if (content.kind === 'newer') {
				throw new RegbenchError(
					'SETTINGS_UNWRITABLE',
					`${file} belongs to a newer regbench and is left as it is`,
					{
						hint: 'Update regbench, or use another folder with --config-dir.',
					},
				);
			}
			if (content.kind === 'broken') notice = await setAside(content.reason);
			// Without a file the last known settings are the base: somebody deleted or broke it under us.
			const base = content.kind === 'settings' ? content.settings : current;
			const pending = content.kind === 'settings' ? [...unsaved, change] : [change];
			const next = apply(base, ...pending);
			if (content.kind !== 'settings' || !isDeepStrictEqual(content.settings, next))
				await write(next);
			return next;
		});
	}

	async function update(change: SettingsChange): Promise<Settings> {
		// What is not valid is refused before anything is kept, also for this session.
		const inSession = apply(current, change);
		try {
			const saved = await save(change);
			unsaved = [];
			become(saved);
			return saved;
		} catch (error) {
			if (error instanceof RegbenchError && error.code === 'SETTINGS_UNWRITABLE') {
				unsaved.push(change);
				become(inSession);
			}
			throw error;
		}
	}

	function become(settings: Settings): void {
		if (isDeepStrictEqual(current, settings)) return;
		current = settings;
		for (const listener of listeners) listener(settings);
	}

	return {
		path: file,
		get notice() {
			return notice;
		},
		get: () => current,
		update(change) {
			// One after the other: a change must see what the one before it did.
			const result = last.then(() => update(change));
			last = result.catch(() => {});
			return result;
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}

function apply(base: Settings, ...changes: readonly SettingsChange[]): Settings {
	let settings = base;
	for (const change of changes) settings = change(settings);
	const next = {
		...settings,
		recentReferences: settings.recentReferences.slice(0, maxRecentReferences),
	};
	const violation = violationOf(next);
	if (violation === undefined) return next;
	throw new RegbenchError('INTERNAL', `The settings would not be valid: ${violation}`);
}
