/** Which distribution an image is made of, and what others call it. Pure. */
import {sanitise} from '../../domain/sanitise.ts';
import type {PackageFact} from '../../domain/vulnerability.ts';
import type {FoundPackage} from './read-packages.ts';

/** os-release(5). */
export type Distribution = {
	readonly id: string;
	readonly version: string;
	readonly title: string;
};

export function isOsRelease(path: string): boolean {
	return path === 'etc/os-release' || path === 'usr/lib/os-release';
}

export function readOsRelease(text: string): Distribution | undefined {
	const field = (name: string) => {
		const value = new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
		return sanitise(value.replace(/^(["'])(.*)\1$/, '$2'), 100);
	};
	const id = field('ID').toLowerCase();
	if (id === '') return undefined;
	return {id, version: field('VERSION_ID'), title: field('PRETTY_NAME') || id};
}

/** A package as the report, CycloneDX and OSV know it. */
export function packageFact(
	{kind, name, version, source}: FoundPackage,
	foundIn: string,
	distribution: Distribution | undefined,
): PackageFact {
	const ecosystem = ecosystemOf(kind, distribution);
	return {
		kind,
		name,
		version,
		purl: purlOf(kind, name, version, distribution),
		foundIn,
		...(ecosystem === undefined ? {} : {ecosystem}),
		...(source ? {source} : {}),
	};
}

/** OSV's names (ossf.github.io/osv-schema, "Defined ecosystems"). */
function ecosystemOf(
	kind: FoundPackage['kind'],
	distribution: Distribution | undefined,
): string | undefined {
	const {id = '', version = ''} = distribution ?? {};
	switch (kind) {
		case 'npm':
			return 'npm';
		case 'pypi':
			return 'PyPI';
		case 'apk': {
			const release = /^\d+\.\d+/.exec(version)?.[0];
			return id === 'alpine' && release ? `Alpine:v${release}` : undefined;
		}
		case 'deb': {
			if (id === 'debian' && /^\d+/.test(version)) return `Debian:${/^\d+/.exec(version)?.[0]}`;
			if (id !== 'ubuntu' || version === '') return undefined;
			const [year = 0, month = ''] = version
				.split('.')
				.map((part, at) => (at ? part : Number(part)));
			return `Ubuntu:${version}${month === '04' && Number(year) % 2 === 0 ? ':LTS' : ''}`;
		}
		case 'rpm':
			return undefined;
	}
}

function purlOf(
	kind: FoundPackage['kind'],
	name: string,
	version: string,
	distribution: Distribution | undefined,
): string {
	const encodedVersion = encodeURIComponent(version);
	switch (kind) {
		case 'npm': {
			const path = name.split('/').map(encodeURIComponent).join('/');
			return `pkg:npm/${path}@${encodedVersion}`;
		}
		case 'pypi':
			return `pkg:pypi/${encodeURIComponent(name)}@${encodedVersion}`;
		case 'apk':
		case 'deb':
		case 'rpm': {
			const fallback = {apk: 'alpine', deb: 'debian', rpm: 'redhat'}[kind];
			const {id = fallback, version: release = ''} = distribution ?? {};
			const distro = release === '' ? '' : `?distro=${encodeURIComponent(`${id}-${release}`)}`;
			const place = `${encodeURIComponent(id)}/${encodeURIComponent(name)}`;
			return `pkg:${kind}/${place}@${encodedVersion}${distro}`;
		}
	}
}
