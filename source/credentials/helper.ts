/** docker's credential helper protocol: `docker-credential-NAME get|store|erase|list`, one JSON each way. */
import {Secret, type Credential} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import {programFault} from '../process/run.ts';
import {parseObject} from './auth-file.ts';
import type {SourceContext} from './source-context.ts';

export type HelperAction = 'get' | 'store' | 'erase' | 'list';

type Context = Pick<SourceContext, 'run' | 'environment'>;

/** A keychain may ask the person to unlock it; listing must not keep a start-up waiting. */
const timeLimitsMs: Record<HelperAction, number> = {
	get: 60_000,
	store: 60_000,
	erase: 60_000,
	list: 10_000,
};

/** User name by which a helper marks its secret as an identity token. */
const tokenUser = '<token>';

/** The program's name: what a person sees, and the source of its credentials. */
export function helperName(suffix: string): string {
	return `docker-credential-${suffix}`;
}

/** The login a helper keeps under the key; undefined when it has none. Rejects with `CREDENTIAL_HELPER_FAILED`. */
export async function helperGet(
	suffix: string,
	key: string,
	context: Context,
	signal?: AbortSignal,
): Promise<Credential | undefined> {
	const stdout = await ask(suffix, 'get', key, context, signal);
	if (stdout === undefined) return undefined;
	const {Username, Secret: secret} = parseObject(stdout) ?? {};
	if (secret === '') return undefined;
	if (typeof secret !== 'string' || typeof Username !== 'string' || Username === '') {
		throw helperFailed(suffix, 'get', 'its answer is not understood');
	}
	if (Username === tokenUser) return {kind: 'identity-token', token: new Secret(secret)};
	return {kind: 'basic', username: Username, password: new Secret(secret)};
}

/** Keeps a login under the key. A bearer token has no place in the protocol and is refused. */
export async function helperStore(
	suffix: string,
	key: string,
	credential: Credential,
	context: Context,
	signal?: AbortSignal,
): Promise<void> {
	if (credential.kind === 'bearer') {
		throw helperFailed(suffix, 'store', 'it cannot keep a bearer token');
	}
	const [username, secret] =
		credential.kind === 'basic'
			? [credential.username, credential.password]
			: [tokenUser, credential.token];
	const entry = {ServerURL: key, Username: username, Secret: secret.reveal()};
	await ask(suffix, 'store', new Secret(JSON.stringify(entry)), context, signal);
}

/** Takes the login under the key away; nothing happens when there is none. */
export async function helperErase(
	suffix: string,
	key: string,
	context: Context,
	signal?: AbortSignal,
): Promise<void> {
	await ask(suffix, 'erase', key, context, signal);
}

/** Keys and user names of what the helper keeps; it gives no secret for this. Not every helper can. */
export async function helperList(
	suffix: string,
	context: Context,
	signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
	const stdout = await ask(suffix, 'list', '', context, signal);
	const list = parseObject(stdout?.trim() || '{}');
	if (!list) throw helperFailed(suffix, 'list', 'its answer is not understood');
	return new Map(
		Object.entries(list).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
	);
}

async function ask(
	suffix: string,
	action: HelperAction,
	input: string | Secret,
	{run, environment}: Context,
	signal?: AbortSignal,
): Promise<string | undefined> {
	// The name comes from a file: it must stay one program's name and not become a path.
	if (!/^[a-z0-9][a-z0-9._-]*$/i.test(suffix)) {
		throw new RegbenchError('CREDENTIAL_HELPER_FAILED', 'A credential helper has an invalid name', {
			hint: 'Correct credsStore and credHelpers in the docker configuration file.',
		});
	}
	const outcome = await run({
		command: helperName(suffix),
		args: [action],
		input,
		environment,
		timeoutMs: timeLimitsMs[action],
		signal,
	}).catch((error: unknown) => {
		const fault = programFault(error);
		if (fault === undefined) throw error;
		const words = {
			missing: 'it is not installed (not found on PATH)',
			'not-started': 'it could not be started',
			'timed-out': 'it took too long',
			'too-much-output': 'its answer is too long',
		};
		throw helperFailed(suffix, action, words[fault]);
	});
	if (outcome.exitCode === 0) return outcome.stdout;
	// Helpers write what went wrong to standard output.
	const complaint = `${outcome.stdout}\n${outcome.stderr}`;
	if (action !== 'store' && /credentials not found/i.test(complaint)) return undefined;
	throw helperFailed(suffix, action, reasonIn(complaint) ?? `exit code ${outcome.exitCode}`);
}

/**
 * Complaints of the common helpers, in words of our own. The complaint itself is never repeated:
 * what comes out of a helper may hold the secret.
 */
const knownComplaints: ReadonlyArray<readonly [RegExp, string]> = [
	[/d-?bus|autolaunch|org\.freedesktop\.secrets/i, 'there is no desktop session to ask (D-Bus)'],
	[
		/pass(?:word)?[ -]?store is(?: empty| not init| uninit)|pass not init/i,
		'pass has no store yet: run pass init',
	],
	[
		/gpg|decrypt|pinentry|secret key/i,
		'gpg could not open the password store: unlock it in another terminal',
	],
	[/locked|interaction is not allowed/i, 'the keychain is locked'],
	[/cancell?ed|denied|dismissed/i, 'access to the keychain was denied'],
	[/not implemented|unsupported|not supported/i, 'it cannot do that'],
	[/no credentials (?:server url|username)/i, 'it was given an empty name'],
];

function reasonIn(complaint: string): string | undefined {
	return knownComplaints.find(([pattern]) => pattern.test(complaint))?.[1];
}

function helperFailed(suffix: string, action: HelperAction, reason: string): RegbenchError {
	const name = helperName(suffix);
	const doing = {
		get: 'could not be asked for the login',
		store: 'could not keep the login',
		erase: 'could not remove the login',
		list: 'could not list its logins',
	};
	return new RegbenchError('CREDENTIAL_HELPER_FAILED', `${name} ${doing[action]}: ${reason}`, {
		hint: `Run ${name} list by hand to see what is wrong, or log in with a token.`,
	});
}
