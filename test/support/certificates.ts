import {writeFile} from 'node:fs/promises';
import {isIP} from 'node:net';
import path from 'node:path';
import {runProgram} from './run-program.ts';

export type Certificate = {readonly certificateFile: string; readonly keyFile: string};

/** A private certificate authority, known to nobody but the test that made it. */
export type CertificateAuthority = Certificate & {
	/** A server certificate for these host names or addresses, the first one being its subject. */
	issue(...names: string[]): Promise<Certificate>;
};

const ellipticKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes an authority with openssl; its files lie in `folder`. */
export async function makeAuthority(folder: string): Promise<CertificateAuthority> {
	const certificateFile = path.join(folder, 'authority.crt');
	const keyFile = path.join(folder, 'authority.key');
	await selfSign(certificateFile, keyFile, 'regbench test authority', ellipticKey);
	let issued = 0;
	return {
		certificateFile,
		keyFile,
		async issue(...names) {
			const stem = path.join(folder, `server-${++issued}`);
			const [request, key, extensions, certificate] = ['csr', 'key', 'ext', 'crt'].map(
				suffix => `${stem}.${suffix}`,
			) as [string, string, string, string];
			const alternatives = names.map(name => (isIP(name) ? `IP:${name}` : `DNS:${name}`));
			await writeFile(extensions, `subjectAltName=${alternatives.join(',')}\n`);
			await openssl(
				['req', ...ellipticKey],
				['-keyout', key, '-out', request, '-subj', `/CN=${names[0]}`],
			);
			await openssl(
				['x509', '-req', '-in', request, '-CA', certificateFile, '-CAkey', keyFile],
				['-CAcreateserial', '-days', '2', '-out', certificate, '-extfile', extensions],
			);
			return {certificateFile: certificate, keyFile: key};
		},
	};
}

/** A self-signed RSA certificate, as a token service signs with. */
export async function makeSigningCertificate(folder: string): Promise<Certificate> {
	const certificateFile = path.join(folder, 'signing.crt');
	const keyFile = path.join(folder, 'signing.key');
	await selfSign(certificateFile, keyFile, 'regbench test tokens', [
		'-newkey',
		'rsa:2048',
		'-nodes',
	]);
	return {certificateFile, keyFile};
}

async function selfSign(certificate: string, key: string, name: string, keyOptions: string[]) {
	await openssl(
		['req', '-x509', ...keyOptions, '-keyout', key, '-out', certificate],
		['-days', '2', '-subj', `/CN=${name}`],
	);
}

async function openssl(...args: string[][]): Promise<void> {
	await runProgram('openssl', args.flat());
}
