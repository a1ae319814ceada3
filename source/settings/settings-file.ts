/** The settings file: reading it without conf, moving it aside, and writing it with conf under a lock. */
import {constants} from 'node:fs';
import {access, mkdir, readFile, rename} from 'node:fs/promises';
import path from 'node:path';
import {RegbenchError} from '../domain/errors.ts';
import {findViolation} from './check-schema.ts';
import {migrate, versionOf} from './migrations.ts';
import {
	defaultSettings,
	settingsProperties,
	settingsRoot,
	settingsVersion,
	type Settings,
} from './schema.ts';

export type FileContent =
	| {readonly kind: 'absent'}
	| {readonly kind: 'settings'; readonly settings: Settings}
	/** Written by a newer regbench: what is understood of it. It must not be overwritten. */
	| {readonly kind: 'newer'; readonly settings: Settings; readonly version: number}
	| {readonly kind: 'broken'; readonly reason: string};

/** What the settings file holds. Never throws: what cannot be read is `broken`, with the reason. */
export async function readSettingsFile(file: string): Promise<FileContent> {
	let text: string;
	try {
		text = await readFile(file, 'utf8');
	} catch (error) {
		const code = systemCode(error);
		return code === 'ENOENT' || code === 'ENOTDIR'
			? {kind: 'absent'}
			: {kind: 'broken', reason: `it cannot be read (${code})`};
	}
	return understand(text);
}

function understand(text: string): FileContent {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		// The parser's message quotes the file.
		return {kind: 'broken', reason: 'it is not JSON'};
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return {kind: 'broken', reason: 'it is not a JSON object'};
	}
	const fields = value as Readonly<Record<string, unknown>>;
	const version = versionOf(fields);
	if (version > settingsVersion) return {kind: 'newer', settings: understoodPart(fields), version};
	const migrated = migrate(fields);
	const violation = violationOf(migrated);
	return violation === undefined
		? {kind: 'settings', settings: migrated as Settings}
		: {kind: 'broken', reason: violation};
}

/** In what `value` is not the settings of this version, or `undefined`. */
export function violationOf(value: unknown): string | undefined {
	return findViolation(value, {...settingsRoot, properties: settingsProperties});
}

/** The fields that are valid today, each on its own; defaults for the others. */
function understoodPart(fields: Readonly<Record<string, unknown>>): Settings {
	const known = Object.entries(settingsProperties).filter(
		([name, schema]) =>
			name !== 'version' &&
			Object.hasOwn(fields, name) &&
			findViolation(fields[name], schema) === undefined,
	);
	return {...defaultSettings, ...Object.fromEntries(known.map(([name]) => [name, fields[name]]))};
}

/** Renames the file to `settings.json.broken-20261125-033454` and returns the new path. Rejects with the system's error. */
export async function moveAside(file: string, now: Date): Promise<string> {
	const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
	for (let number = 1; ; number++) {
		const aside = `${file}.broken-${stamp}${number === 1 ? '' : `-${number}`}`;
		if (await exists(aside)) continue;
		await rename(file, aside);
		return aside;
	}
}

/** Runs `work` while no other process changes the file. Rejects with `SETTINGS_UNWRITABLE` where that cannot be had. */
export async function whileLocked<Result>(
	file: string,
	work: () => Promise<Result>,
): Promise<Result> {
	let release: () => Promise<void>;
	try {
		await mkdir(path.dirname(file), {recursive: true, mode: 0o700});
		await access(path.dirname(file), constants.W_OK);
		// A CommonJS package: once bundled, only its default export is there.
		const {
			default: {lock},
		} = await import('proper-lockfile');
		release = await lock(file, {
			realpath: false,
			stale: 10_000,
			// About ten seconds in all; another instance holds the lock for some milliseconds.
			retries: {retries: 60, factor: 1.3, minTimeout: 10, maxTimeout: 200, randomize: true},
			// The default throws out of a timer. A lost lock only means that the write below is the later one.
			onCompromised: () => {},
		});
	} catch (error) {
		throw unwritable(file, error);
	}
	try {
		return await work();
	} finally {
		// The lock of a process that ended goes stale by itself.
		await release().catch(() => {});
	}
}

/** A writer that puts settings into the file through conf: validated, atomic, readable by the owner only. */
export function createWriter(file: string): (settings: Settings) => Promise<void> {
	let opened: {store: unknown} | undefined;

	async function open(): Promise<{store: unknown}> {
		const {default: Conf} = await import('conf');
		return new Conf<Record<string, unknown>>({
			cwd: path.dirname(file),
			configName: path.basename(file, '.json'),
			fileExtension: 'json',
			configFileMode: 0o600,
			accessPropertiesByDotNotation: false,
			schema: settingsProperties as Record<string, object>,
			rootSchema: {additionalProperties: false, required: [...settingsRoot.required]},
			defaults: defaultSettings as Record<string, unknown>,
			// Conf sees every file in today's shape; what an old one held is written anew with the next change.
			deserialize: (text: string) => migrate(JSON.parse(text) as Record<string, unknown>),
		});
	}

	return async settings => {
		try {
			opened ??= await open();
			opened.store = settings;
		} catch (error) {
			opened = undefined;
			throw unwritable(file, error);
		}
	};
}

function unwritable(file: string, error: unknown): RegbenchError {
	const code = systemCode(error);
	const reason = code === 'ELOCKED' ? 'another regbench is writing them' : code;
	return new RegbenchError(
		'SETTINGS_UNWRITABLE',
		`The settings could not be saved to ${file} (${reason})`,
		{
			retryable: code === 'ELOCKED',
			cause: error,
		},
	);
}

/** `EACCES` and the like; `unknown error` for what the system did not name. */
export function systemCode(error: unknown): string {
	return error instanceof Error && 'code' in error && typeof error.code === 'string'
		? error.code
		: 'unknown error';
}

async function exists(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}
