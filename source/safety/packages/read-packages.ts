/** Packages as the files of package managers tell of them. Pure, and lenient: what is not understood is left out. */
import {isObject} from '../../domain/json-fields.ts';
import {sanitise} from '../../domain/sanitise.ts';
import type {PackageKind} from '../../domain/vulnerability.ts';

export type FoundPackage = {
	readonly kind: PackageKind;
	readonly name: string;
	readonly version: string;
	readonly source?: {readonly name: string; readonly version: string};
};

export type PackageFile = {
	/** Bytes that are read of it. */
	readonly largest: number;
	readonly read: (text: string) => readonly FoundPackage[];
};

const megabyte = 1024 * 1024;
/** Of one file: the database of a full desktop has some thousand. */
const mostPackages = 20_000;

/** How the file at a path (without leading slash) is read; undefined where it tells of no packages. */
export function packageFileAt(path: string): PackageFile | undefined {
	if (path === 'lib/apk/db/installed' || path === 'usr/lib/apk/db/installed') {
		return {largest: 32 * megabyte, read: readApk};
	}
	if (path === 'var/lib/dpkg/status') return {largest: 64 * megabyte, read: readDpkg};
	if (/^var\/lib\/dpkg\/status\.d\/[^/]+$/.test(path) && !path.endsWith('.md5sums')) {
		return {largest: megabyte, read: readDpkg};
	}
	if (/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path)) {
		return {largest: megabyte, read: readNpm};
	}
	if (/\.dist-info\/METADATA$|\.egg-info(?:\/PKG-INFO)?$/.test(path)) {
		return {largest: megabyte, read: readPython};
	}
	return undefined;
}

/** Whether a path is rpm's database, which is a database and no text. */
export function isRpmDatabase(path: string): boolean {
	return /^(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm)\/(?:rpmdb\.sqlite|Packages(?:\.db)?)$/.test(
		path,
	);
}

/** apk-tools' installed database: `P:` name, `V:` version, `o:` origin; blocks parted by an empty line. */
export function readApk(text: string): readonly FoundPackage[] {
	return blocks(text).flatMap(block => {
		const name = /^P:(.+)$/m.exec(block)?.[1];
		const version = /^V:(.+)$/m.exec(block)?.[1];
		const origin = /^o:(.+)$/m.exec(block)?.[1];
		return found('apk', name, version, origin === undefined ? undefined : [origin, version]);
	});
}

/** deb-control(5); of a source with another version (`Source: glibc (2.36-9)`) that one counts. */
export function readDpkg(text: string): readonly FoundPackage[] {
	return blocks(text).flatMap(block => {
		const status = /^Status: (.+)$/m.exec(block)?.[1];
		if (status !== undefined && !/\binstalled$/.test(status.trim())) return [];
		const name = /^Package: (.+)$/m.exec(block)?.[1];
		const version = /^Version: (.+)$/m.exec(block)?.[1];
		const source = /^Source: (\S+)(?: \((.+)\))?/m.exec(block);
		return found('deb', name, version, source ? [source[1], source[2] ?? version] : undefined);
	});
}

export function readNpm(text: string): readonly FoundPackage[] {
	try {
		const value: unknown = JSON.parse(text);
		if (!isObject(value)) return [];
		const {name, version} = value;
		if (typeof name !== 'string' || typeof version !== 'string') return [];
		return found('npm', name, version);
	} catch {
		return [];
	}
}

/** Core metadata: headers up to the first empty line. */
export function readPython(text: string): readonly FoundPackage[] {
	const [headers = ''] = text.split(/\r?\n\r?\n/, 1);
	const name = /^Name: (.+)$/m.exec(headers)?.[1];
	// PEP 503.
	const normal = name
		?.trim()
		.toLowerCase()
		.replace(/[-_.]+/g, '-');
	return found('pypi', normal, /^Version: (.+)$/m.exec(headers)?.[1]);
}

function blocks(text: string): readonly string[] {
	return text.split(/\r?\n\r?\n+/).slice(0, mostPackages);
}

function found(
	kind: PackageKind,
	name: string | undefined,
	version: string | undefined,
	source?: readonly [name: string | undefined, version: string | undefined],
): readonly FoundPackage[] {
	const clean = clip(name);
	const cleanVersion = clip(version);
	if (clean === '' || cleanVersion === '') return [];
	const sourceName = clip(source?.[0]);
	const sourceVersion = clip(source?.[1]);
	const isOther = sourceName !== '' && (sourceName !== clean || sourceVersion !== cleanVersion);
	return [
		{
			kind,
			name: clean,
			version: cleanVersion,
			...(isOther ? {source: {name: sourceName, version: sourceVersion}} : {}),
		},
	];
}

function clip(text: string | undefined): string {
	return sanitise(text ?? '', 300);
}
