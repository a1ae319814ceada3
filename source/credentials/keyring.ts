/**
 * The operating system's own keychain without docker's helpers: Keychain on macOS, Credential
 * Manager on Windows, the Secret Service on Linux desktops. Its library is native and optional, so
 * it is loaded late, and everything works without it.
 */
import {Secret, type Credential, type FoundCredential} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import {parseObject} from './auth-file.ts';
import {keysOf} from './host-keys.ts';
import type {Source, SourceContext} from './source-context.ts';

/** Where a login is, in the words that are shown. */
export const keyringName = 'system keychain';

/** Texts under keys. Rejects with `CREDENTIAL_HELPER_FAILED`, never with a text that holds a secret. */
export type Keyring = {
	get(key: string): Promise<Secret | undefined>;
	set(key: string, text: Secret): Promise<void>;
	/** Whether there was something. */
	erase(key: string): Promise<boolean>;
};

/** The name under which the entries stand in the keychain. */
const service = 'regbench';
/** A key nobody logs in to: asking for it shows whether there is a keychain that answers. */
const probe = 'probe.invalid';
const probeMs = 5000;
/** The keychain may ask the person to unlock it. */
const answerMs = 60_000;

/** User name by which an entry marks its secret as an identity token, as docker's helpers do. */
const tokenUser = '<token>';

/**
 * The keychain of this system; undefined where the library is not there, does not load or finds
 * none. On Linux the Secret Service alone counts: the kernel's keyring, the library's other choice,
 * is empty again after a restart.
 */
export async function openKeyring(platform: NodeJS.Platform): Promise<Keyring | undefined> {
	try {
		const library = await import('@napi-rs/keyring');
		const options = platform === 'linux' ? {linux: {store: 'secret-service' as const}} : undefined;
		const entry = (key: string) => new library.AsyncEntry(service, key, options);
		await within(probeMs, async () => entry(probe).getPassword());
		return {
			async get(key) {
				const text = await asked('be asked for the login', async () => entry(key).getPassword());
				return typeof text === 'string' ? new Secret(text) : undefined;
			},
			async set(key, text) {
				await asked('keep the login', async () => entry(key).setPassword(text.reveal()));
			},
			erase: async key => asked('remove the login', async () => entry(key).deleteCredential()),
		};
	} catch {
		return undefined;
	}
}

/** Keeps a login under the host's first key. A bearer token has no user to be kept with. */
export async function keyringStore(
	keyring: Keyring,
	key: string,
	credential: Exclude<Credential, {kind: 'bearer'}>,
): Promise<void> {
	const [username, secret] =
		credential.kind === 'basic'
			? [credential.username, credential.password]
			: [tokenUser, credential.token];
	const entry = {Username: username, Secret: secret.reveal()};
	await keyring.set(key, new Secret(JSON.stringify(entry)));
}

/**
 * Finds what regbench has kept there. Proposes no hosts: the library lists entries only together
 * with their secrets.
 */
export function keyringSource(context: SourceContext): Source {
	return {
		async find(query): Promise<FoundCredential | undefined> {
			const keyring = await context.keyring();
			const text = await keyring?.get(keysOf(query)[0]!);
			const credential = text && credentialIn(text);
			return credential && {credential, source: keyringName};
		},
		seen: async () => [],
		removal: (_found, host) => `Remove the entry ${service} for ${host} in the system's keychain.`,
	};
}

function credentialIn(text: Secret): Credential | undefined {
	const {Username, Secret: secret} = parseObject(text.reveal()) ?? {};
	if (typeof Username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
	if (Username === tokenUser) return {kind: 'identity-token', token: new Secret(secret)};
	return {kind: 'basic', username: Username, password: new Secret(secret)};
}

/** The library's own words stay out of the error: they name neither cause nor remedy to a person. */
async function asked<Value>(doing: string, ask: () => Promise<Value>): Promise<Value> {
	try {
		return await within(answerMs, ask);
	} catch {
		throw new RegbenchError('CREDENTIAL_HELPER_FAILED', `The system keychain could not ${doing}`, {
			hint: 'Unlock the keychain, or log in with a token in an environment variable.',
		});
	}
}

async function within<Value>(milliseconds: number, ask: () => Promise<Value>): Promise<Value> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => reject(new Error('too late')), milliseconds);
		timer.unref();
	});
	try {
		return await Promise.race([ask(), late]);
	} finally {
		clearTimeout(timer);
	}
}
