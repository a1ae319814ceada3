/** Brings what older versions of regbench have written into today's shape. */
import {defaultSettings, settingsVersion} from './schema.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * One step for each version that needs help, keyed by the version it starts from: it gets the fields as
 * that version wrote them and returns those of the next. Version 0 are files without a version, which
 * someone wrote by hand.
 */
export const migrations: Readonly<Record<number, (fields: Fields) => Fields>> = {
	0: fields => fields,
};

/** The version a file says it has: 0 where it does not say. */
export function versionOf(fields: Fields): number {
	const {version} = fields;
	return typeof version === 'number' && Number.isInteger(version) && version > 0 ? version : 0;
}

/** The fields in today's shape, with defaults for what is not there. The result is still to be checked. */
export function migrate(
	fields: Fields,
	steps: Readonly<Record<number, (fields: Fields) => Fields>> = migrations,
	to: number = settingsVersion,
): Fields {
	let migrated = fields;
	for (let version = versionOf(fields); version < to; version++) {
		migrated = steps[version]?.(migrated) ?? migrated;
	}
	return {...withDefaults(migrated), version: to};
}

/** Defaults for absent fields, also for those of a group such as `layout`. */
function withDefaults(fields: Fields): Fields {
	const result: Record<string, unknown> = {...defaultSettings, ...fields};
	for (const group of ['engine', 'concurrency', 'layout'] as const) {
		const given = fields[group];
		if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
			result[group] = {...defaultSettings[group], ...given};
		}
	}
	return result;
}
