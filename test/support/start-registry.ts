import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {makeAuthority, type Certificate} from './certificates.ts';
import {runProgram} from './run-program.ts';
import {startService, type ServiceProcess} from './service-process.ts';
import {temporaryFolder} from './temporary-folder.ts';

/** What docker-registry must know of a token service; `startTokenServer` answers with one. */
export type TokenAuthority = {
	/** The address that clients are sent to for tokens. */
	readonly realm: string;
	readonly service: string;
	readonly issuer: string;
	/** The certificate that the tokens are signed with. */
	readonly certificateFile: string;
};

export type RegistryOptions = {
	readonly auth?:
		| 'none'
		| {readonly basic: {readonly username: string; readonly password: string}}
		| {readonly token: TokenAuthority};
	/** Serve https under a certificate for 127.0.0.1 and localhost. Default false. */
	readonly tls?: boolean;
	/** Whether manifests and blobs may be deleted. Default true. */
	readonly deletes?: boolean;
	/** Answers put into `Location` are relative to the host. Default false, as the registry does. */
	readonly relativeUrls?: boolean;
};

/** A real docker-registry on a loopback port of its own. */
export type RunningRegistry = {
	/** `127.0.0.1:PORT` */
	readonly host: string;
	readonly url: string;
	/** The authority to trust, when it serves https. */
	readonly authorityFile: string | undefined;
	/** Where it keeps its blobs: `docker/registry/v2/blobs/sha256/…` below. */
	readonly storageFolder: string;
	/** Its log so far. */
	log(): string;
	/** Ends it; content and port are kept for `start`. */
	stop(): Promise<void>;
	/** Ends it as a crash would; content and port are kept for `start`. */
	kill(): Promise<void>;
	/** Starts it again on the same port with the same content. */
	start(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

/** Starts Debian's docker-registry (the reference implementation) and waits until it listens. */
export async function startRegistry(options: RegistryOptions = {}): Promise<RunningRegistry> {
	const folder = await temporaryFolder();
	const storageFolder = path.join(folder.path, 'storage');
	const configFile = path.join(folder.path, 'config.json');
	let service: ServiceProcess | undefined;
	let port = 0;
	try {
		await mkdir(storageFolder);
		const authority = options.tls ? await makeAuthority(folder.path) : undefined;
		const certificate = await authority?.issue('127.0.0.1', 'localhost', '::1');
		const auth = await authSection(options.auth ?? 'none', folder.path);

		const start = async () => {
			const config = {
				version: '0.1',
				log: {level: 'info', accesslog: {disabled: false}},
				storage: {
					filesystem: {rootdirectory: storageFolder},
					delete: {enabled: options.deletes ?? true},
					maintenance: {uploadpurging: {enabled: false}},
				},
				http: {
					addr: `127.0.0.1:${port}`,
					relativeurls: options.relativeUrls ?? false,
					...tlsSection(certificate),
				},
				...auth,
			};
			// JSON is YAML, so no template can go wrong.
			await writeFile(configFile, JSON.stringify(config));
			service = startService('docker-registry', ['serve', configFile], {
				environment: {OTEL_TRACES_EXPORTER: 'none'},
			});
			const match = await service.waitForOutput(/listening on 127\.0\.0\.1:(\d+)/);
			port = Number(match[1]);
		};
		await start();

		return {
			host: `127.0.0.1:${port}`,
			url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
			authorityFile: authority?.certificateFile,
			storageFolder,
			log: () => service?.output() ?? '',
			start,
			async stop() {
				await service?.stop();
			},
			async kill() {
				await service?.kill();
			},
			async [Symbol.asyncDispose]() {
				await service?.stop(2000);
				await folder[Symbol.asyncDispose]();
			},
		};
	} catch (error) {
		await service?.kill();
		await folder[Symbol.asyncDispose]();
		throw error;
	}
}

function tlsSection(certificate: Certificate | undefined) {
	if (!certificate) return {};
	return {tls: {certificate: certificate.certificateFile, key: certificate.keyFile}};
}

async function authSection(auth: NonNullable<RegistryOptions['auth']>, folder: string) {
	if (auth === 'none') return {};
	if ('basic' in auth) {
		const file = path.join(folder, 'htpasswd');
		const {username, password} = auth.basic;
		// The registry reads bcrypt only. Cost 4: a test asks many times, and guards nothing.
		const line = await runProgram('htpasswd', ['-niB', '-C', '4', username], {
			input: `${password}\n`,
		});
		await writeFile(file, `${line.trim()}\n`);
		return {auth: {htpasswd: {realm: 'regbench tests', path: file}}};
	}
	const {realm, service, issuer, certificateFile} = auth.token;
	return {auth: {token: {realm, service, issuer, rootcertbundle: certificateFile}}};
}
