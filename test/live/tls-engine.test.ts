import {cp, mkdir, readFile} from 'node:fs/promises';
import {createServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {expect, test} from 'vitest';
import {openEngine} from '../../source/engine/connect.ts';
import {makeAuthority} from '../support/certificates.ts';
import {describeLive} from '../support/live.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

const openEmbedded = async (): Promise<never> => {
	throw new Error('not asked for');
};

describeLive('an engine on tcp with TLS', ['openssl'], () => {
	test('it is reached with the files of DOCKER_CERT_PATH, and refused without its CA', async () => {
		await using folder = await temporaryFolder();
		const authority = await makeAuthority(folder.path);
		const certificate = await authority.issue('127.0.0.1', 'localhost');
		const server = createServer(
			{
				cert: await readFile(certificate.certificateFile),
				key: await readFile(certificate.keyFile),
			},
			(request, response) => {
				response.setHeader('Api-Version', '1.41');
				response.setHeader('content-type', 'application/json');
				response.end(request.url?.endsWith('/images/json') === true ? '[]' : '{}');
			},
		);
		await new Promise<void>(resolve => {
			server.listen(0, '127.0.0.1', resolve);
		});
		const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
		const files = path.join(folder.path, 'client');
		await mkdir(files);
		const open = async (more: Record<string, string>) =>
			openEngine({
				choice: 'docker',
				environment: {DOCKER_HOST: host, DOCKER_CERT_PATH: files, ...more},
				homeFolder: folder.path,
				platform: 'linux',
				openEmbedded,
			});
		try {
			await expect(open({DOCKER_TLS_VERIFY: '1'})).rejects.toMatchObject({
				code: 'CERTIFICATE_UNTRUSTED',
				hint: expect.stringContaining('DOCKER_CERT_PATH'),
			});
			await cp(authority.certificateFile, path.join(files, 'ca.pem'));
			for (const more of [{DOCKER_TLS_VERIFY: '1'}, {DOCKER_TLS: '1'}]) {
				const {engine} = await open(more as Record<string, string>);
				expect(await engine.listImages()).toEqual([]);
				expect(await engine.info()).toMatchObject({route: 'tls', address: host});
				await engine.close();
			}
		} finally {
			server.closeAllConnections();
			server.close();
		}
	});
});
