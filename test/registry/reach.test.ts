import {copyFile, mkdir, readFile} from 'node:fs/promises';
import {createServer as createPlainServer, type RequestListener, type Server} from 'node:http';
import {createServer, type ServerOptions} from 'node:https';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import type {TLSSocket} from 'node:tls';
import {expect, test} from 'vitest';
import {readAuthorities} from '../../source/registry/certificates.ts';
import {makeAuthority, type CertificateAuthority} from '../support/certificates.ts';
import {startConnectProxy} from '../support/connect-proxy.ts';
import {describeLive} from '../support/live.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {testClient} from './scripted-registry.ts';

async function listening(server: Server) {
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as AddressInfo;
	return {
		port,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise(resolve => server.close(resolve));
		},
	};
}

/** A registry with TLS that answers everything with an empty list of tags. */
async function secureRegistry(
	authority: CertificateAuthority,
	names: readonly string[],
	options: ServerOptions = {},
	listener?: RequestListener,
) {
	const {certificateFile, keyFile} = await authority.issue(...names);
	const [cert, key] = await Promise.all([readFile(certificateFile), readFile(keyFile)]);
	return listening(
		createServer({cert, key, ...options}, listener ?? ((_, answer) => answer.end('{"tags":[]}'))),
	);
}

async function readTags(client: ReturnType<typeof testClient>, host: string) {
	return client.repository(host, 'a/b').tags(client.call).next();
}

describeLive('reaching a registry', ['openssl'], () => {
	test('an authority in certs.d is trusted for its own host and port alone', async () => {
		await using folder = await temporaryFolder();
		const authority = await makeAuthority(folder.path);
		await using known = await secureRegistry(authority, ['127.0.0.1']);
		await using other = await secureRegistry(authority, ['127.0.0.1']);
		const place = path.join(folder.path, 'certs.d', `127.0.0.1:${known.port}`);
		await mkdir(place, {recursive: true});
		await copyFile(authority.certificateFile, path.join(place, 'ca.crt'));

		await using client = testClient({certificateFolders: [path.join(folder.path, 'certs.d')]});
		expect(await readTags(client, `127.0.0.1:${known.port}`)).toMatchObject({value: []});
		await expect(readTags(client, `127.0.0.1:${other.port}`)).rejects.toMatchObject({
			code: 'CERTIFICATE_UNTRUSTED',
		});
	});

	test('a client certificate is shown to the host it is kept for, and to no other', async () => {
		await using folder = await temporaryFolder();
		const authority = await makeAuthority(folder.path);
		const ca = await readFile(authority.certificateFile, 'utf8');
		const strict = {requestCert: true, ca, rejectUnauthorized: true};
		await using registry = await secureRegistry(authority, ['127.0.0.1'], strict);
		const shown: unknown[] = [];
		await using curious = await secureRegistry(
			authority,
			['127.0.0.1'],
			{...strict, rejectUnauthorized: false},
			(request, answer) => {
				shown.push((request.socket as TLSSocket).getPeerCertificate());
				answer.end('{"tags":[]}');
			},
		);

		await using stranger = testClient({certificateAuthorities: [ca]});
		const host = `127.0.0.1:${registry.port}`;
		await expect(readTags(stranger, host)).rejects.toMatchObject({
			code: 'CERTIFICATE_UNTRUSTED',
			message: /client certificate/,
		});

		const own = await authority.issue('anna');
		const place = path.join(folder.path, 'certs.d', host);
		await mkdir(place, {recursive: true});
		await copyFile(own.certificateFile, path.join(place, 'client.cert'));
		await using keyless = testClient({
			certificateAuthorities: [ca],
			certificateFolders: [path.join(folder.path, 'certs.d')],
		});
		await expect(readTags(keyless, host)).rejects.toMatchObject({
			code: 'CERTIFICATE_UNTRUSTED',
			hint: /key beside it/,
		});

		await copyFile(own.keyFile, path.join(place, 'client.key'));
		expect(await readTags(keyless, host)).toMatchObject({value: []});
		await readTags(keyless, `127.0.0.1:${curious.port}`);
		expect(shown.every(certificate => Object.keys(certificate as object).length === 0)).toBe(true);
	});

	test('authorities of the settings are read, and a file that is none is warned of', async () => {
		await using folder = await temporaryFolder();
		const authority = await makeAuthority(folder.path);
		const warnings: string[] = [];
		const missing = path.join(folder.path, 'missing.pem');
		const files = ['~/authority.crt', missing, authority.keyFile];
		const texts = await readAuthorities(files, folder.path, text => warnings.push(text));
		expect(texts).toHaveLength(1);
		expect(warnings).toHaveLength(2);
	});

	test('TLS goes through a proxy by CONNECT, whose connections are kept, and the name is still checked', async () => {
		await using folder = await temporaryFolder();
		const authority = await makeAuthority(folder.path);
		const ca = await readFile(authority.certificateFile, 'utf8');
		await using registry = await secureRegistry(authority, ['registry.example']);
		await using proxy = await startConnectProxy(registry.port, {login: 'me:p@ss'});
		const environment = {HTTPS_PROXY: proxy.url.replace('//', '//me:p%40ss@')};
		await using client = testClient({certificateAuthorities: [ca], environment});

		expect(await readTags(client, 'registry.example')).toMatchObject({value: []});
		expect(await readTags(client, 'registry.example')).toMatchObject({value: []});
		expect(await readTags(client, 'registry.example')).toMatchObject({value: []});
		expect(new Set(proxy.requests)).toEqual(new Set(['CONNECT registry.example:443']));
		// Four requests: the first answer may still be on its way when the second goes out.
		expect(proxy.requests.length).toBeLessThanOrEqual(2);
		await expect(readTags(client, 'other.example:8443')).rejects.toMatchObject({
			code: 'CERTIFICATE_UNTRUSTED',
		});
		expect(proxy.requests.at(-1)).toBe('CONNECT other.example:8443');

		await using nobody = testClient({
			certificateAuthorities: [ca],
			environment: {HTTPS_PROXY: proxy.url},
		});
		await expect(readTags(nobody, 'registry.example')).rejects.toMatchObject({
			code: 'REGISTRY_UNREACHABLE',
			message: /proxy .* wants a login/,
		});
	});
});

test('without TLS the proxy is asked for the whole address, and for insecure hosts only', async () => {
	await using registry = await listening(
		createPlainServer((request, answer) => {
			answer.setHeader('x-host', request.headers.host!);
			answer.end('{"tags":["1"]}');
		}),
	);
	await using proxy = await startConnectProxy(registry.port);
	const environment = {HTTP_PROXY: proxy.url, NO_PROXY: 'near.example'};
	await using client = testClient({insecureHosts: ['registry.example:5000'], environment});
	expect(await readTags(client, 'registry.example:5000')).toMatchObject({value: ['1']});
	expect(proxy.requests).toEqual([
		'GET http://registry.example:5000/v2/',
		'GET http://registry.example:5000/v2/a/b/tags/list?n=1000',
	]);
});

test('a proxy that is not there is named', async () => {
	await using client = testClient({environment: {HTTPS_PROXY: 'http://127.0.0.1:1'}});
	await expect(client.ping('registry.example')).rejects.toMatchObject({
		code: 'REGISTRY_UNREACHABLE',
		message: 'The proxy 127.0.0.1:1 cannot be reached',
	});
});
