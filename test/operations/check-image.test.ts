/** The safety of images of the embedded engine, with scanners that are small programs and an OSV on loopback. */
import {chmod, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import type {PolicyRule, SafetyReport} from '../../source/domain/safety.ts';
import {parseReference} from '../../source/domain/reference.ts';
import {signImage} from '../../source/operations/sign-image.ts';
import {makeKeys} from '../signatures/key-pairs.ts';
import {askOsv} from '../../source/operations/ask-osv.ts';
import {checkImage, checkToEnd, type CheckRequest} from '../../source/operations/check-image.ts';
import {pushImage} from '../../source/operations/push.ts';
import {findScanner, scanWith} from '../../source/safety/vulnerabilities/scanners.ts';
import {defaultSafety} from '../../source/settings/schema.ts';
import {serveHttp} from '../support/serve-http.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {drain, fail, openWorld} from './operation-world.ts';

const full: CheckRequest = {image: 'hello:1.0.0', from: 'engine', depth: 'full'};

/** Programs with these names on a PATH of their own. */
async function programs(scripts: Readonly<Record<string, string>>) {
	const folder = await temporaryFolder();
	for (const [name, script] of Object.entries(scripts)) {
		const file = path.join(folder.path, name);
		await writeFile(file, `#!${process.execPath}\n${script}\n`);
		await chmod(file, 0o755);
	}
	return {
		environment: {PATH: folder.path},
		[Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
	};
}

const printing = (value: unknown) =>
	`process.stdout.write(${JSON.stringify(JSON.stringify(value))})`;

const trivyReport = {
	SchemaVersion: 2,
	ArtifactName: 'web:1.0',
	Results: [
		{
			Target: 'web:1.0 (alpine 3.20.1)',
			Class: 'os-pkgs',
			Vulnerabilities: [
				{
					VulnerabilityID: 'CVE-2024-5535',
					PkgName: 'libssl3',
					InstalledVersion: '3.3.1-r0',
					FixedVersion: '3.3.1-r1',
					PrimaryURL: 'https://avd.aquasec.com/nvd/cve-2024-5535',
					Title: 'openssl: SSL_select_next_proto buffer overread\u001B[31m',
					Severity: 'CRITICAL',
				},
				{
					VulnerabilityID: 'CVE-2024-1',
					PkgName: 'musl',
					InstalledVersion: '1',
					Severity: 'UNKNOWN',
				},
			],
		},
		{Target: 'app', Class: 'lang-pkgs'},
	],
};

const grypeReport = {
	matches: [
		{
			vulnerability: {
				id: 'CVE-2024-5535',
				severity: 'Critical',
				dataSource: 'https://nvd.nist.gov/vuln/detail/CVE-2024-5535',
				fix: {versions: ['3.3.1-r1'], state: 'fixed'},
			},
			artifact: {name: 'libssl3', version: '3.3.1-r0', type: 'apk'},
		},
	],
};

const scoutReport = {
	version: '2.1.0',
	runs: [
		{
			tool: {
				driver: {
					name: 'docker scout',
					rules: [
						{
							id: 'CVE-2024-5535',
							shortDescription: {text: 'CVE-2024-5535'},
							helpUri: 'https://scout.docker.com/v/CVE-2024-5535',
							properties: {
								affected_version: '<3.3.1-r1',
								cvssV3_severity: 'CRITICAL',
								fixed_version: '3.3.1-r1',
								purls: ['pkg:apk/alpine/libssl3@3.3.1-r0?os_name=alpine&os_version=3.20'],
							},
						},
					],
				},
			},
			results: [],
		},
	],
};

const row = {
	id: 'CVE-2024-5535',
	severity: 'critical',
	package: 'libssl3',
	version: '3.3.1-r0',
	fixedVersion: '3.3.1-r1',
} as const;

describe('installed scanners', () => {
	test('are found in their order, docker only with its plugin', async () => {
		await using none = await programs({docker: 'process.exit(1)'});
		await using scout = await programs({docker: ''});
		await using both = await programs({grype: '', trivy: ''});
		expect(await findScanner('auto', none)).toBeUndefined();
		expect(await findScanner('auto', scout)).toBe('docker-scout');
		expect(await findScanner('auto', both)).toBe('trivy');
		expect(await findScanner('grype', both)).toBe('grype');
		expect(await findScanner('docker-scout', both)).toBeUndefined();
	});

	test.each([
		['trivy', 'trivy', trivyReport],
		['grype', 'grype', grypeReport],
		['docker-scout', 'docker', scoutReport],
	] as const)('%s becomes the same table', async (scanner, command, report) => {
		await using installed = await programs({[command]: printing(report)});
		const answer = await scanWith(scanner, {
			...installed,
			image: 'web:1.0',
			from: 'docker',
			timeoutMs: 20_000,
		});
		expect(answer.vulnerabilities[0]).toMatchObject(row);
		expect(JSON.stringify(answer)).not.toContain('\\u001b');
	});

	test('are told which image, of which engine, and no shell reads it', async () => {
		await using installed = await programs({
			trivy: `process.stdout.write(JSON.stringify({SchemaVersion: 2, Results: [{Vulnerabilities: [
				{VulnerabilityID: 'args', PkgName: process.argv.slice(2).join(' ')}]}]}))`,
		});
		const {vulnerabilities} = await scanWith('trivy', {
			...installed,
			image: 'ghcr.io/me/web:1.0',
			from: 'registry',
			timeoutMs: 20_000,
		});
		expect(vulnerabilities[0]?.package).toBe(
			'image --quiet --format json --scanners vuln --image-src remote --timeout 20s ghcr.io/me/web:1.0',
		);
	});

	test('that take too long are stopped', async () => {
		await using installed = await programs({trivy: 'setInterval(() => {}, 1000)'});
		await expect(
			scanWith('trivy', {...installed, image: 'x', from: 'docker', timeoutMs: 300}),
		).rejects.toMatchObject({code: 'PROGRAM_FAILED', message: expect.stringContaining('stopped')});
	});

	test('that fail or babble say so', async () => {
		await using failing = await programs({trivy: 'process.exit(3)'});
		await using babbling = await programs({trivy: 'console.log("hello")'});
		const request = {image: 'x', from: 'docker', timeoutMs: 20_000} as const;
		await expect(scanWith('trivy', {...failing, ...request})).rejects.toMatchObject({
			message: 'trivy failed (exit code 3)',
		});
		await expect(scanWith('trivy', {...babbling, ...request})).rejects.toMatchObject({
			message: 'trivy answered with something that is no report',
		});
	});

	test('end when they are cancelled', async () => {
		await using installed = await programs({trivy: 'setInterval(() => {}, 1000)'});
		const cancel = new AbortController();
		const scanning = scanWith('trivy', {
			...installed,
			image: 'x',
			from: 'docker',
			timeoutMs: 60_000,
			signal: cancel.signal,
		});
		cancel.abort();
		await expect(scanning).rejects.toMatchObject({code: 'CANCELLED'});
	});
});

const packages = [
	{
		kind: 'npm',
		name: 'lodash',
		version: '4.17.4',
		purl: 'pkg:npm/lodash@4.17.4',
		foundIn: 'x',
		ecosystem: 'npm',
	},
	{
		kind: 'deb',
		name: 'libssl3',
		version: '3.0.1',
		purl: 'pkg:deb/debian/libssl3@3.0.1',
		foundIn: 'y',
		ecosystem: 'Debian:12',
		source: {name: 'openssl', version: '3.0.1'},
	},
	{kind: 'apk', name: 'x', version: '1', purl: 'pkg:apk/wolfi/x@1', foundIn: 'z'},
] as const;

/** What OSV would answer, in its shape. */
async function serveOsv(status = 200) {
	const asked: unknown[] = [];
	const service = await serveHttp((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			response.writeHead(status, {'content-type': 'application/json'});
			if (request.url === '/v1/querybatch') {
				asked.push(JSON.parse(Buffer.concat(chunks).toString()));
				response.end(
					JSON.stringify({
						results: [{vulns: [{id: 'GHSA-jf85', modified: 'x'}]}, {vulns: [{id: 'DSA-1'}]}],
					}),
				);
			} else if (request.url === '/v1/vulns/GHSA-jf85') {
				response.end(
					JSON.stringify({
						id: 'GHSA-jf85',
						aliases: ['CVE-2019-10744'],
						summary: 'Prototype pollution in lodash',
						database_specific: {severity: 'CRITICAL'},
						affected: [
							{
								package: {name: 'lodash', ecosystem: 'npm'},
								ranges: [{type: 'SEMVER', events: [{introduced: '0'}, {fixed: '4.17.12'}]}],
							},
						],
					}),
				);
			} else {
				response.end(
					JSON.stringify({
						id: 'DSA-1',
						severity: [{type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H'}],
					}),
				);
			}
		});
	});
	return {
		asked,
		address: `http://${service.host}`,
		[Symbol.asyncDispose]: () => service.stop(),
	};
}

describe('OSV', () => {
	const signal = new AbortController().signal;

	test('is told names and versions, and answers with severity and fix', async () => {
		await using osv = await serveOsv();
		const answer = await askOsv(packages, {address: osv.address, environment: {}, signal});
		expect(osv.asked).toEqual([
			{
				queries: [
					{package: {name: 'lodash', ecosystem: 'npm'}, version: '4.17.4'},
					{package: {name: 'openssl', ecosystem: 'Debian:12'}, version: '3.0.1'},
				],
			},
		]);
		expect(answer).toEqual({
			unknown: 1,
			unread: 0,
			vulnerabilities: [
				{
					id: 'CVE-2019-10744',
					severity: 'critical',
					package: 'lodash',
					version: '4.17.4',
					fixedVersion: '4.17.12',
					title: 'Prototype pollution in lodash',
					url: 'https://osv.dev/vulnerability/GHSA-jf85',
				},
				{
					id: 'DSA-1',
					severity: 'high',
					package: 'libssl3',
					version: '3.0.1',
					url: 'https://osv.dev/vulnerability/DSA-1',
				},
			],
		});
	});

	test('that is not there, or is something else, says so', async () => {
		await using osv = await serveOsv(503);
		await using other = await serveHttpText('<html>');
		const ask = (address: string) => askOsv(packages, {address, environment: {}, signal});
		await expect(ask(osv.address)).rejects.toMatchObject({code: 'REGISTRY_ERROR'});
		await expect(ask(other.address)).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
		await expect(ask('http://127.0.0.1:1')).rejects.toMatchObject({code: 'REGISTRY_UNREACHABLE'});
	});
});

async function serveHttpText(text: string) {
	const service = await serveHttp((_, response) => response.end(text));
	return {address: `http://${service.host}`, [Symbol.asyncDispose]: () => service.stop()};
}

describe('an image', () => {
	test('is told at once what its config says, then what its layers hold', async () => {
		await using world = await openWorld('first');
		const context = world.context({environment: {PATH: ''}});
		const reports: SafetyReport[] = [];
		for await (const report of checkImage(full, context)) reports.push(report);
		const [first, last] = [reports[0], reports.at(-1)];
		expect(first).toMatchObject({complete: false, reference: 'hello:1.0.0'});
		expect(last).toMatchObject({complete: true, scan: {layers: 3, layersRead: 3}});
		expect(last?.notChecked.map(({what}) => what)).toContain('Vulnerabilities');
		expect(last?.vulnerabilitySource).toBeUndefined();
	});

	test('on a registry is read from there', async () => {
		await using world = await openWorld('first');
		const {host} = await world.startRegistry();
		const reference = `${host}/me/hello:latest`;
		await world.engine.tag('hello:1.0.0', parseReference(reference));
		for await (const _ of world.engine.push(parseReference(reference)));
		await world.engine.remove(reference);
		const report = await checkToEnd(
			{image: reference, from: 'registry', depth: 'full'},
			world.context({environment: {PATH: ''}}),
		);
		expect(report).toMatchObject({
			from: 'registry',
			complete: true,
			scan: {layers: 3, layersRead: 3},
		});
		expect(report.digest).toMatch(/^sha256:/);
		expect(report.findings.map(({rule}) => rule)).toContain('latest');
	});

	test('is signed by a given key, by another one, by nobody, or it is open', async () => {
		await using world = await openWorld('first');
		await using folder = await temporaryFolder();
		const {host} = await world.startRegistry();
		const reference = `${host}/me/hello:1.0.0`;
		await world.engine.tag('hello:1.0.0', parseReference(reference));
		for await (const _ of world.engine.push(parseReference(reference)));
		const context = world.context({environment: {PATH: ''}});
		const look = async (...keyFiles: readonly string[]) => {
			const report = await checkToEnd(
				{image: reference, from: 'engine', depth: 'full', trust: {keyFiles}},
				context,
			);
			const said = report.findings.filter(({kind}) => kind === 'signature').map(({rule}) => rule);
			const open = report.notChecked
				.filter(({what}) => /ignature/.test(what))
				.map(({what}) => what);
			return [...said, ...open];
		};
		expect(await look()).toEqual(['unsigned']);
		const [signer, other] = [makeKeys(), makeKeys()];
		const file = (name: string) => path.join(folder.path, name);
		await writeFile(file('key.pem'), signer.privatePem, {mode: 0o600});
		await writeFile(file('signer.pub'), signer.publicPem);
		await writeFile(file('other.pub'), other.publicPem);
		await drain(signImage({reference, key: file('key.pem'), by: 'regbench'}, context));
		expect(await look()).toEqual(['1 signature']);
		expect(await look(file('signer.pub'))).toEqual(['signed']);
		expect(await look(file('other.pub'))).toEqual(['signature-refused']);
	});

	test('whose scanner fails says so, and is still looked through', async () => {
		await using world = await openWorld('first');
		const {host} = await world.startRegistry();
		const reference = `${host}/me/hello:1.0.0`;
		await world.engine.tag('hello:1.0.0', parseReference(reference));
		for await (const _ of world.engine.push(parseReference(reference)));
		const request: CheckRequest = {image: reference, from: 'registry', depth: 'full'};
		await using failing = await programs({trivy: 'process.exit(2)'});
		const report = await checkToEnd(request, world.context(failing));
		expect(report.notChecked).toContainEqual(
			expect.objectContaining({
				what: 'Vulnerabilities by trivy',
				why: 'trivy failed (exit code 2)',
			}),
		);
		await using working = await programs({trivy: printing(trivyReport)});
		const found = await checkToEnd(request, world.context(working));
		expect(found).toMatchObject({vulnerabilitySource: 'trivy', vulnerabilities: [row, {}]});
		await using scannersOff = await programs({trivy: printing(trivyReport)});
		const off = await checkToEnd(
			request,
			world.context({...scannersOff, safety: () => ({...defaultSafety, scanner: 'none'})}),
		);
		expect(off.vulnerabilitySource).toBeUndefined();
	});

	test('that is not there is an error', async () => {
		await using world = await openWorld('none');
		await expect(checkToEnd({...full, image: 'nothing:1'}, world.context())).rejects.toMatchObject({
			code: 'IMAGE_NOT_FOUND',
		});
	});
});

describe('a push', () => {
	const careless = 'tools/backup:nightly';

	async function pushing(blockPushOn: readonly PolicyRule[], image = careless, tag = 'nightly') {
		const world = await openWorld('all');
		const {host} = await world.startRegistry();
		const reference = `${host}/me/app:${tag}`;
		return {
			world,
			reference,
			operation: pushImage(
				{source: image, reference},
				world.context({
					environment: {PATH: ''},
					safety: () => ({...defaultSafety, blockPushOn}),
				}),
			),
			[Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
		};
	}

	test.each([
		['secrets', careless, 'nightly', 'secrets in it'],
		['critical', careless, 'nightly', 'Nobody looked for vulnerabilities'],
		['latest', 'hello:1.0.0', 'latest', 'It is named :latest'],
	] as const)('that breaks the rule "%s" is refused before anything is tagged', async (...row) => {
		const [rule, image, tag, words] = row;
		await using push = await pushing([rule], image, tag);
		const {error} = await fail(push.operation);
		expect(error).toMatchObject({code: 'POLICY_BROKEN', message: expect.stringContaining(words)});
		expect(error.hint).toContain(`"${rule}" in safety.blockPushOn`);
		expect(Object.keys(await push.world.references())).not.toContain(push.reference);
	});

	test('goes on where the rules hold, and looks at nothing without rules', async () => {
		await using good = await pushing(['secrets', 'latest'], 'hello:1.0.0', '1.0.0');
		const {events} = await drain(good.operation);
		const steps = events.flatMap(event => (event.type === 'step' ? [event.message] : []));
		expect(steps.slice(0, 2)).toEqual([
			'Looking for secrets first: the settings want it',
			'Nothing found that the settings refuse (secrets, latest)',
		]);
		await using free = await pushing([]);
		const told = await drain(free.operation);
		expect(JSON.stringify(told.events)).not.toContain('settings');
	});

	test('takes what is known already', async () => {
		await using world = await openWorld('all');
		const {host} = await world.startRegistry();
		const report = await checkToEnd(
			{image: careless, from: 'engine', depth: 'full'},
			world.context({environment: {PATH: ''}}),
		);
		const {events, error} = await fail(
			pushImage(
				{source: careless, reference: `${host}/me/app:1`},
				world.context({
					safety: () => ({...defaultSafety, blockPushOn: ['secrets']}),
					knownSafety: id => (id === report.imageId ? report : undefined),
				}),
			),
		);
		expect(events).toEqual([]);
		expect(error.code).toBe('POLICY_BROKEN');
	});
});
