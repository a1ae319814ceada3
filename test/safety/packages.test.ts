import {describe, expect, test} from 'vitest';
import {cycloneDx} from '../../source/safety/cyclonedx.ts';
import {packageFact, readOsRelease} from '../../source/safety/packages/distribution.ts';
import {
	packageFileAt,
	readApk,
	readDpkg,
	readNpm,
	readPython,
} from '../../source/safety/packages/read-packages.ts';

describe('package databases', () => {
	test('of apk', () => {
		expect(
			readApk('C:Q1x=\nP:libssl3\nV:3.3.1-r0\nA:x86_64\no:openssl\n\nP:musl\nV:1.2.5-r0\no:musl\n'),
		).toEqual([
			{
				kind: 'apk',
				name: 'libssl3',
				version: '3.3.1-r0',
				source: {name: 'openssl', version: '3.3.1-r0'},
			},
			{kind: 'apk', name: 'musl', version: '1.2.5-r0'},
		]);
	});

	test('of dpkg, without what was removed', () => {
		expect(
			readDpkg(
				'Package: libc6\nStatus: install ok installed\nSource: glibc (2.36-9)\nVersion: 2.36-9+deb12u4\n\nPackage: old\nStatus: deinstall ok config-files\nVersion: 1\n',
			),
		).toEqual([
			{
				kind: 'deb',
				name: 'libc6',
				version: '2.36-9+deb12u4',
				source: {name: 'glibc', version: '2.36-9'},
			},
		]);
	});

	test('of npm and Python', () => {
		expect(readNpm('{"name":"@a/b","version":"1.0.0"}')).toEqual([
			{kind: 'npm', name: '@a/b', version: '1.0.0'},
		]);
		expect(readNpm('{broken')).toEqual([]);
		expect(readPython('Metadata-Version: 2.1\nName: Foo_Bar\nVersion: 2\n\nName: no\n')).toEqual([
			{kind: 'pypi', name: 'foo-bar', version: '2'},
		]);
	});

	test('are known by their paths', () => {
		for (const path of [
			'lib/apk/db/installed',
			'var/lib/dpkg/status',
			'var/lib/dpkg/status.d/base',
			'app/node_modules/@a/b/package.json',
			'usr/lib/python3/dist-packages/x-1.dist-info/METADATA',
		]) {
			expect(packageFileAt(path), path).toBeDefined();
		}
		expect(packageFileAt('app/package.json')).toBeUndefined();
	});
});

describe('distributions', () => {
	test.each([
		[
			'ID=alpine\nVERSION_ID=3.20.3\n',
			'apk',
			'Alpine:v3.20',
			'pkg:apk/alpine/x@1?distro=alpine-3.20.3',
		],
		['ID=debian\nVERSION_ID="12"\n', 'deb', 'Debian:12', 'pkg:deb/debian/x@1?distro=debian-12'],
		[
			'ID=ubuntu\nVERSION_ID="24.04"\n',
			'deb',
			'Ubuntu:24.04:LTS',
			'pkg:deb/ubuntu/x@1?distro=ubuntu-24.04',
		],
		[
			'ID=ubuntu\nVERSION_ID="23.10"\n',
			'deb',
			'Ubuntu:23.10',
			'pkg:deb/ubuntu/x@1?distro=ubuntu-23.10',
		],
		['ID=wolfi\nVERSION_ID=1\n', 'apk', undefined, 'pkg:apk/wolfi/x@1?distro=wolfi-1'],
	] as const)('%s', (release, kind, ecosystem, purl) => {
		const fact = packageFact({kind, name: 'x', version: '1'}, 'db', readOsRelease(release));
		expect([fact.ecosystem, fact.purl]).toEqual([ecosystem, purl]);
	});
});

test('the inventory is CycloneDX that names image and packages', () => {
	const fact = packageFact(
		{kind: 'npm', name: '@a/b', version: '1.0.0'},
		'x/package.json',
		undefined,
	);
	const document = JSON.parse(
		cycloneDx(
			{
				reference: 'web:1.0',
				from: 'engine',
				imageId: 'sha256:1',
				checkedAt: '2026-11-25T00:00:00Z',
				findings: [],
				vulnerabilities: [
					{id: 'CVE-1', severity: 'high', package: '@a/b', version: '1.0.0', fixedVersion: '1.0.1'},
				],
				inventory: [fact],
				notChecked: [],
				complete: true,
				scan: {
					layers: 1,
					layersRead: 1,
					files: 1,
					filesScanned: 1,
					bytesScanned: 1,
					bytesRead: 1,
					binaryFiles: 0,
					largeFiles: 0,
					durationMs: 1,
				},
			},
			{name: 'regbench', version: '1.0.0'},
		),
	);
	expect(document).toMatchObject({
		bomFormat: 'CycloneDX',
		specVersion: '1.5',
		metadata: {component: {type: 'container', name: 'web:1.0'}},
		components: [{name: '@a/b', version: '1.0.0', purl: 'pkg:npm/%40a/b@1.0.0'}],
		vulnerabilities: [{id: 'CVE-1', affects: [{ref: 'pkg:npm/%40a/b@1.0.0#0'}]}],
	});
});
