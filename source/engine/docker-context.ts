/** Docker contexts and TLS files, read as docker's client keeps them (docker/cli, context store). */
import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {Secret} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {EngineAddress, EngineTls} from './engine-address.ts';

/** The folder docker's client keeps its files in: `DOCKER_CONFIG`, else `~/.docker`. */
export function dockerConfigFolder(
	environment: Readonly<Record<string, string | undefined>>,
	homeFolder: string,
): string {
	return environment['DOCKER_CONFIG'] || path.join(homeFolder, '.docker');
}

/** `currentContext` of config.json; undefined when there is none or it cannot be read. */
export async function currentContext(configFolder: string): Promise<string | undefined> {
	try {
		const config: unknown = JSON.parse(
			await readFile(path.join(configFolder, 'config.json'), 'utf8'),
		);
		const name = (config as {currentContext?: unknown} | null)?.currentContext;
		return typeof name === 'string' && name !== '' ? name : undefined;
	} catch {
		return undefined;
	}
}

/** The docker endpoint of a named context. Throws `ENGINE_UNREACHABLE` when it does not exist or is unreadable. */
export async function readContext(
	configFolder: string,
	name: string,
	origin: string,
): Promise<EngineAddress> {
	const id = createHash('sha256').update(name).digest('hex');
	const metaFile = path.join(configFolder, 'contexts', 'meta', id, 'meta.json');
	let endpoint: {Host?: unknown; SkipTLSVerify?: unknown} | undefined;
	try {
		const meta = JSON.parse(await readFile(metaFile, 'utf8')) as {
			Endpoints?: {docker?: {Host?: unknown; SkipTLSVerify?: unknown}};
		};
		endpoint = meta.Endpoints?.docker;
	} catch (error) {
		throw new RegbenchError('ENGINE_UNREACHABLE', `There is no docker context "${name}"`, {
			hint: 'See docker context ls; choose another with docker context use or DOCKER_CONTEXT.',
			cause: error,
		});
	}
	if (typeof endpoint?.Host !== 'string' || endpoint.Host === '') {
		throw new RegbenchError(
			'ENGINE_UNREACHABLE',
			`The docker context "${name}" has no engine address`,
			{hint: 'See docker context inspect for what it holds.'},
		);
	}
	const files = await readTlsFiles(path.join(configFolder, 'contexts', 'tls', id, 'docker'));
	const skipVerify = endpoint.SkipTLSVerify === true;
	const encrypted = skipVerify || Object.keys(files).length > 0;
	return {url: endpoint.Host, origin, ...(encrypted ? {tls: {...files, skipVerify}} : {})};
}

/**
 * TLS as the environment asks for it: any non-empty `DOCKER_TLS_VERIFY` means checked TLS,
 * `DOCKER_TLS` unchecked; files from `DOCKER_CERT_PATH`, else docker's folder.
 */
export async function tlsFromEnvironment(
	environment: Readonly<Record<string, string | undefined>>,
	configFolder: string,
): Promise<EngineTls | undefined> {
	const verify = Boolean(environment['DOCKER_TLS_VERIFY']);
	if (!verify && !environment['DOCKER_TLS']) return undefined;
	const folder = environment['DOCKER_CERT_PATH'] || configFolder;
	return {...(await readTlsFiles(folder)), skipVerify: !verify};
}

async function readTlsFiles(folder: string): Promise<Omit<EngineTls, 'skipVerify'>> {
	const [ca, cert, key] = await Promise.all(
		['ca.pem', 'cert.pem', 'key.pem'].map(async name => readOptional(path.join(folder, name))),
	);
	return {
		...(ca === undefined ? {} : {ca}),
		...(cert === undefined ? {} : {cert}),
		...(key === undefined ? {} : {key: new Secret(key)}),
	};
}

async function readOptional(file: string): Promise<string | undefined> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw new RegbenchError('ENGINE_UNREACHABLE', `Cannot read the TLS file ${file}`, {
			hint: 'Make the file readable for this user, or point DOCKER_CERT_PATH elsewhere.',
			cause: error,
		});
	}
}
