import {copyFile, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {makeAuthority} from './certificates.ts';
import {CleanUp} from './clean-up.ts';
import {startFaultProxy, type Fault, type RunningFaultProxy} from './fault-proxy.ts';
import {insideWorld} from './programs.ts';
import {runProgram} from './run-program.ts';
import {startRegistry, type RunningRegistry} from './start-registry.ts';
import {temporaryFolder} from './temporary-folder.ts';
import {startTokenServer, type RunningTokenServer, type ScopeRule} from './token-server.ts';

export type RehearsalOptions = {
	/** GitHub login → token. Default: octocat → ghp_rehearsal. */
	readonly ghcrAccounts?: Readonly<Record<string, string>>;
	/** Default: everything below the account's own name, and nothing for anyone else. */
	readonly ghcrGrants?: ScopeRule;
	/** The registry is NAME.azurecr.io. Default `myacr`. */
	readonly acrName?: string;
	/** Default: the admin user, NAME → admin-password. */
	readonly acrAccounts?: Readonly<Record<string, string>>;
};

export type RehearsedRegistry = {
	/** `ghcr.io` or `NAME.azurecr.io` */
	readonly host: string;
	readonly registry: RunningRegistry;
	readonly tokens: RunningTokenServer;
};

export type Rehearsal = {
	readonly ghcr: RehearsedRegistry;
	readonly acr: RehearsedRegistry;
	/** Sees all traffic with both names; put further faults first (`unshift`). */
	readonly proxy: RunningFaultProxy;
	/** The authority that signed for both names. dockerd and skopeo know it already. */
	readonly authorityFile: string;
	/** Lets Node and Go programs trust both names. */
	readonly environment: Readonly<Record<'NODE_EXTRA_CA_CERTS' | 'SSL_CERT_FILE', string>>;
	[Symbol.asyncDispose](): Promise<void>;
};

const address = '10.99.0.1';
const certificatesFolder = '/etc/docker/certs.d';
const marker = '# regbench rehearsal';

/**
 * Makes ghcr.io and NAME.azurecr.io real names on port 443 inside the suite's world, with TLS,
 * token services and a docker-registry behind each. One at a time: a second one waits.
 */
export async function startRehearsal(options: RehearsalOptions = {}): Promise<Rehearsal> {
	if (!insideWorld()) throw new Error('A rehearsal needs npm test as root');
	const cleanUp = new CleanUp();
	try {
		return await prepare(options, cleanUp);
	} catch (error) {
		await cleanUp.run();
		throw error;
	}
}

async function prepare(options: RehearsalOptions, cleanUp: CleanUp): Promise<Rehearsal> {
	const folder = cleanUp.use(await temporaryFolder());
	const acrName = options.acrName ?? 'myacr';
	const acrHost = `${acrName}.azurecr.io`;

	const authority = await makeAuthority(folder.path);
	const certificate = await authority.issue('ghcr.io', acrHost);
	const ghcrTokens = cleanUp.use(
		await startTokenServer({
			shape: 'ghcr',
			realm: 'https://ghcr.io/token',
			accounts: options.ghcrAccounts ?? {octocat: 'ghp_rehearsal'},
			grants: options.ghcrGrants ?? ownNamespace,
		}),
	);
	const acrTokens = cleanUp.use(
		await startTokenServer({
			shape: 'acr',
			service: acrHost,
			realm: `https://${acrHost}/oauth2/token`,
			accounts: options.acrAccounts ?? {[acrName]: 'admin-password'},
		}),
	);
	const ghcrRegistry = cleanUp.use(await startRegistry({auth: {token: ghcrTokens}}));
	const acrRegistry = cleanUp.use(await startRegistry({auth: {token: acrTokens}}));

	await addAddress();
	const proxy = cleanUp.use(
		await listenAlone(async () =>
			startFaultProxy({
				faults: ghcrRules,
				upstream: (host, requestPath) => {
					const isGhcr = host === 'ghcr.io';
					if (/^\/(token|oauth2\/)/.test(requestPath)) return (isGhcr ? ghcrTokens : acrTokens).url;
					return (isGhcr ? ghcrRegistry : acrRegistry).url;
				},
				listen: {
					address,
					port: 443,
					tls: {
						cert: await readFile(certificate.certificateFile),
						key: await readFile(certificate.keyFile),
					},
				},
			}),
		),
	);

	cleanUp.defer(() => changeHosts([]));
	await changeHosts(['ghcr.io', acrHost]);
	for (const host of ['ghcr.io', acrHost]) {
		const place = path.join(certificatesFolder, host);
		cleanUp.defer(() => rm(place, {recursive: true, force: true}));
		await mkdir(place, {recursive: true});
		await copyFile(authority.certificateFile, path.join(place, 'ca.crt'));
	}

	return {
		ghcr: {host: 'ghcr.io', registry: ghcrRegistry, tokens: ghcrTokens},
		acr: {host: acrHost, registry: acrRegistry, tokens: acrTokens},
		proxy,
		authorityFile: authority.certificateFile,
		environment: {
			NODE_EXTRA_CA_CERTS: authority.certificateFile,
			SSL_CERT_FILE: authority.certificateFile,
		},
		[Symbol.asyncDispose]: () => cleanUp.run(),
	};
}

/** GHCR takes OWNER/IMAGE only, and deletes through GitHub's own interface alone. */
const ghcrRules: readonly Fault[] = [
	{
		host: 'ghcr.io',
		method: 'DELETE',
		path: '/manifests/',
		respond: refuse(405, 'UNSUPPORTED', 'The operation is unsupported.'),
	},
	{
		host: 'ghcr.io',
		path: /^\/v2\/[^/]+\/(blobs|manifests|tags)\//,
		respond: refuse(403, 'DENIED', 'permission_denied: The requested owner does not exist'),
	},
	{
		host: 'ghcr.io',
		path: /^\/v2\/_catalog/,
		respond: refuse(404, 'NOT_FOUND', 'not found'),
	},
];

const ownNamespace: ScopeRule = ({account, name, actions}) =>
	account !== undefined && name.startsWith(`${account.toLowerCase()}/`) ? actions : [];

function refuse(status: number, code: string, message: string) {
	return {
		status,
		headers: {'content-type': 'application/json'},
		body: JSON.stringify({errors: [{code, message}]}),
	};
}

async function addAddress(): Promise<void> {
	const present = await runProgram('ip', ['-o', 'addr', 'show', 'dev', 'lo']);
	if (present.includes(`${address}/`)) return;
	// Another test may do the same at the same time, and then it is there as well.
	await runProgram('ip', ['addr', 'replace', `${address}/32`, 'dev', 'lo']);
}

/** Port 443 belongs to one rehearsal at a time; test files run beside each other. */
async function listenAlone<Result>(listen: () => Promise<Result>): Promise<Result> {
	const deadline = performance.now() + 60_000;
	for (;;) {
		try {
			return await listen();
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code !== 'EADDRINUSE' || performance.now() > deadline) throw error;
			await sleep(50);
		}
	}
}

/** /etc/hosts is a copy of the world's own, mounted over the machine's: it is written in place. */
async function changeHosts(names: readonly string[]): Promise<void> {
	const lines = (await readFile('/etc/hosts', 'utf8')).split('\n');
	const kept = lines.filter(line => line !== '' && !line.endsWith(marker));
	const added = names.length > 0 ? [`${address} ${names.join(' ')} ${marker}`] : [];
	await writeFile('/etc/hosts', `${[...kept, ...added].join('\n')}\n`);
}
