/** A made-up machine for credential tests: a home folder, programs on PATH, and what was warned of. */
import {chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {inspect} from 'node:util';
import {createCredentials, type CredentialsOptions} from '../../source/credentials/chain.ts';
import type {CredentialHints, Credentials} from '../../source/credentials/credentials.ts';
import type {CredentialWarning} from '../../source/credentials/source-context.ts';
import {Secret, type Credential, type FoundCredential} from '../../source/domain/credential.ts';

export type Machine = {
	readonly home: string;
	readonly bin: string;
	readonly environment: Record<string, string>;
	readonly warnings: CredentialWarning[];
	/** Writes a file below the home folder. */
	write(path: string, content: unknown): Promise<string>;
	/** Puts a shell script on PATH; each call is noted. */
	program(name: string, body: string): Promise<void>;
	/** Puts a working docker-credential-NAME on PATH, with logins as `key: [username, secret]`. */
	helper(name: string, logins?: Record<string, readonly [string, string]>): Promise<void>;
	/** The arguments a program was called with, one line a call. */
	calls(name: string): Promise<string[]>;
	credentials(options?: Partial<CredentialsOptions>): Credentials;
	[Symbol.asyncDispose](): Promise<void>;
};

const hints: Record<string, CredentialHints> = {
	'ghcr.io': {
		environmentVariables: ['CR_PAT', 'GHCR_TOKEN', 'GITHUB_TOKEN'],
		dockerConfigKeys: [],
		tool: 'gh',
	},
	'coursereg.azurecr.io': {
		environmentVariables: [],
		dockerConfigKeys: [],
		tokenUsername: '00000000-0000-0000-0000-000000000000',
		tool: 'az',
	},
	'docker.io': {environmentVariables: [], dockerConfigKeys: ['https://index.docker.io/v1/']},
};

export function testHints(host: string): CredentialHints {
	return hints[host] ?? {environmentVariables: [], dockerConfigKeys: []};
}

const helperScript = `#!${process.execPath}
const fs = require('node:fs');
const file = __filename + '.logins';
const action = process.argv[2];
fs.appendFileSync(__filename + '.calls', process.argv.slice(2).join(' ') + '\\n');
const logins = JSON.parse(fs.readFileSync(file, 'utf8'));
const input = fs.readFileSync(0, 'utf8').trim();
const save = () => fs.writeFileSync(file, JSON.stringify(logins));
if (action === 'get') {
	if (!logins[input]) {
		console.log('credentials not found in native keychain');
		process.exit(1);
	}
	const [Username, Secret] = logins[input];
	console.log(JSON.stringify({ServerURL: input, Username, Secret}));
} else if (action === 'store') {
	const {ServerURL, Username, Secret} = JSON.parse(input);
	logins[ServerURL] = [Username, Secret];
	save();
} else if (action === 'erase') {
	delete logins[input];
	save();
} else if (action === 'list') {
	console.log(JSON.stringify(Object.fromEntries(Object.entries(logins).map(([k, v]) => [k, v[0]]))));
}
`;

export async function fakeMachine(): Promise<Machine> {
	const root = await mkdtemp(join(tmpdir(), 'regbench-credentials-'));
	const home = join(root, 'home');
	const bin = join(root, 'bin');
	await mkdir(home);
	await mkdir(bin);
	const warnings: CredentialWarning[] = [];
	// The shell's own tools, but no login tool that this machine may really have.
	const environment: Record<string, string> = {PATH: bin, HOME: home};

	const put = async (name: string, text: string) => {
		await writeFile(join(bin, name), text);
		await chmod(join(bin, name), 0o755);
	};
	return {
		home,
		bin,
		environment,
		warnings,
		async write(path, content) {
			const file = join(home, path);
			await mkdir(dirname(file), {recursive: true});
			await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
			return file;
		},
		async program(name, body) {
			const note = `echo "$*" >> '${join(bin, name)}.calls'`;
			await put(name, `#!/bin/sh\nPATH=/usr/bin:/bin\n${note}\n${body}\n`);
		},
		async helper(name, logins = {}) {
			await writeFile(join(bin, `docker-credential-${name}.logins`), JSON.stringify(logins));
			await put(`docker-credential-${name}`, helperScript);
		},
		async calls(name) {
			const text = await readFile(join(bin, `${name}.calls`), 'utf8').catch(() => '');
			return text.split('\n').slice(0, -1);
		},
		credentials: options =>
			createCredentials({
				hints: testHints,
				environment,
				homeFolder: home,
				platform: 'linux',
				openKeyring: async () => undefined,
				podmanRunFolder: join(root, 'run'),
				knownHosts: ['ghcr.io', 'docker.io'],
				onWarning: warning => warnings.push(warning),
				...options,
			}),
		async [Symbol.asyncDispose]() {
			await rm(root, {recursive: true, force: true});
		},
	};
}

/** base64 of `user:secret`, as login files have it. */
export function auth(pair: string): string {
	return Buffer.from(pair).toString('base64');
}

/** A basic credential. */
export function basic(username: string, password: string): Credential {
	return {kind: 'basic', username, password: new Secret(password)};
}

/** A found credential with its secret in the open, for comparisons. */
export function plain(found: FoundCredential | undefined): Record<string, string> | undefined {
	if (!found) return undefined;
	const {credential, source} = found;
	if (credential.kind === 'basic') {
		const {username, password} = credential;
		return {source, username, password: password.reveal()};
	}
	const named =
		credential.kind === 'identity-token' && credential.username !== undefined
			? {username: credential.username}
			: {};
	return {source, [credential.kind]: credential.token.reveal(), ...named};
}

/** Everything that can be seen of a value, causes and hidden fields included. */
export function everythingIn(value: unknown): string {
	return inspect(value, {depth: Infinity, showHidden: true, maxArrayLength: null});
}
