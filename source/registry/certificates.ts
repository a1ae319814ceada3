/** Authorities and client certificates for registries, in the places where engines keep them as well. */
import {RegbenchError} from '../domain/errors.ts';

export type HostCertificates = {
	/** PEM texts of authorities for this host, besides all others. */
	readonly authorities: readonly string[];
	/** The client certificate to show, in PEM. */
	readonly client?: {readonly cert: string; readonly key: string};
};

type Environment = Readonly<Record<string, string | undefined>>;

const largestFile = 1024 * 1024;

/** Folders in which docker and podman look for certificates of a `host:port`. */
export function certificateFolders(homeFolder: string): readonly string[] {
	return [
		`${homeFolder}/.docker/certs.d`,
		`${homeFolder}/.config/containers/certs.d`,
		'/etc/docker/certs.d',
		'/etc/containers/certs.d',
	];
}

/** The PEM files of the settings, `~/` being the home folder; one that cannot be read is warned of and left out. */
export async function readAuthorities(
	files: readonly string[],
	homeFolder: string,
	warn: (message: string) => void,
): Promise<readonly string[]> {
	if (files.length === 0) return [];
	const {readFile} = await import('node:fs/promises');
	const texts = await Promise.all(
		files.map(async file => {
			const text = await readFile(file.replace(/^~(?=\/)/, homeFolder), 'utf8').catch(() => '');
			if (isCertificate(text)) return [text];
			warn(`No certificate could be read from ${file} (certificateAuthorities in the settings)`);
			return [];
		}),
	);
	return texts.flat();
}

/**
 * What lies in `FOLDER/HOST[:PORT]`: every `*.crt` is an authority, `NAME.cert` with `NAME.key` the
 * client's own (docker's certs.d). A certificate without key is `CERTIFICATE_UNTRUSTED`.
 */
export async function findHostCertificates(
	folders: readonly string[],
	host: string,
): Promise<HostCertificates> {
	const {readdir, readFile, stat} = await import('node:fs/promises');
	const authorities: string[] = [];
	let client: HostCertificates['client'];
	for (const folder of folders) {
		const place = `${folder}/${host}`;
		const names = (await readdir(place).catch(() => [])).toSorted();
		const read = async (name: string) => {
			const {size} = await stat(`${place}/${name}`).catch(() => ({size: 0}));
			return size > largestFile ? '' : readFile(`${place}/${name}`, 'utf8').catch(() => '');
		};
		for (const name of names) {
			if (name.endsWith('.crt')) {
				const text = await read(name);
				if (isCertificate(text)) authorities.push(text);
			} else if (name.endsWith('.cert') && !client) {
				const key = await read(`${name.slice(0, -'.cert'.length)}.key`);
				const cert = await read(name);
				if (!isCertificate(cert) || !key.includes('PRIVATE KEY')) throw unusable(place, name);
				client = {cert, key};
			}
		}
	}
	return {authorities, ...(client ? {client} : {})};
}

/**
 * Node's own list joined with what is added, or undefined where nothing is: `ca` of TLS replaces the
 * list, and `NODE_EXTRA_CA_CERTS` with it.
 */
export async function trustList(
	added: readonly string[],
	environment: Environment,
): Promise<string[] | undefined> {
	if (added.length === 0) return undefined;
	const {rootCertificates} = await import('node:tls');
	const extra = environment['NODE_EXTRA_CA_CERTS'];
	if (!extra) return [...rootCertificates, ...added];
	const {readFile} = await import('node:fs/promises');
	const known = await readFile(extra, 'utf8').catch(() => '');
	return [...rootCertificates, ...(known ? [known] : []), ...added];
}

function isCertificate(text: string): boolean {
	return text.includes('-----BEGIN CERTIFICATE-----');
}

function unusable(place: string, name: string): RegbenchError {
	return new RegbenchError(
		'CERTIFICATE_UNTRUSTED',
		`The client certificate ${place}/${name} cannot be used`,
		{hint: 'It has to be readable and in PEM, with its key beside it as NAME.key.'},
	);
}
