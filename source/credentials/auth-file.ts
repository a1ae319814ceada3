/** Reading the file format that docker's config.json and podman's auth.json share. */
import {open} from 'node:fs/promises';
import {Secret, type Credential} from '../domain/credential.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {SourceContext} from './source-context.ts';

export type AuthFile = {
	readonly auths: ReadonlyMap<string, AuthEntry>;
	readonly credHelpers: ReadonlyMap<string, string>;
	readonly credsStore: string | undefined;
};

/** What a file holds for one key: a login, only the mark that a helper has it, or something broken. */
export type AuthEntry =
	| {readonly kind: 'login'; readonly credential: Credential}
	| {readonly kind: 'mark'}
	| {readonly kind: 'broken'};

/** Files of logins are a few kilobytes; something this large is something else. */
const maxFileBytes = 1024 * 1024;

const fileHint = 'Repair the file, or log in again to have it written anew.';

/**
 * The file's logins; undefined when there is no file, and with a warning when it cannot be
 * understood. The text of the file never gets into a warning.
 */
export async function readAuthFile(
	file: string,
	context: Pick<SourceContext, 'warn'>,
): Promise<AuthFile | undefined> {
	const text = await readBounded(file).catch((error: unknown) => {
		const code = (error as NodeJS.ErrnoException).code ?? 'too large';
		context.warn({message: `${sanitise(file)} cannot be read (${code})`, hint: fileHint});
		return undefined;
	});
	if (text === undefined) return undefined;
	const parsed = parseAuthFile(text);
	if (!parsed) {
		context.warn({message: `${sanitise(file)} is not a valid login file`, hint: fileHint});
	}
	return parsed;
}

/** The text as a login file; undefined when it is not one. */
export function parseAuthFile(text: string): AuthFile | undefined {
	const parsed = parseObject(text);
	if (!parsed) return undefined;
	const {auths = {}, credHelpers = {}, credsStore} = parsed;
	if (!isObject(auths) || !isObject(credHelpers)) return undefined;
	return {
		auths: new Map(Object.entries(auths).map(([key, value]) => [key, parseEntry(value)])),
		credHelpers: new Map(
			Object.entries(credHelpers).filter(
				(pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1] !== '',
			),
		),
		credsStore: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
	};
}

/** The text as a JSON object. JSON.parse quotes its input in what it throws, so that is dropped here. */
export function parseObject(text: string): Record<string, unknown> | undefined {
	try {
		const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
		return isObject(parsed) ? parsed : undefined;
	} catch {
		return undefined;
	}
}

/** The text of a small file; undefined when there is none. Rejects when it is larger than a login file. */
export async function readBounded(file: string): Promise<string | undefined> {
	const handle = await open(file, 'r').catch((error: unknown) => {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw error;
	});
	if (!handle) return undefined;
	try {
		const stats = await handle.stat();
		if (!stats.isFile() || stats.size > maxFileBytes) throw new Error('Not a small file');
		return await handle.readFile('utf8');
	} finally {
		await handle.close();
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseEntry(value: unknown): AuthEntry {
	if (!isObject(value)) return {kind: 'broken'};
	const text = (name: string) => {
		const field = value[name];
		return typeof field === 'string' && field !== '' ? field : undefined;
	};
	const auth = text('auth');
	const pair = auth === undefined ? undefined : decodePair(auth);
	if (auth !== undefined && !pair) return {kind: 'broken'};
	const username = pair?.username ?? text('username');
	const password = pair?.password || text('password');
	const identityToken = text('identitytoken');
	const registryToken = text('registrytoken');
	// The order in which docker's own client prefers them.
	if (identityToken !== undefined) {
		const token = new Secret(identityToken);
		const credential: Credential = {
			kind: 'identity-token',
			token,
			...(username === undefined ? {} : {username}),
		};
		return {kind: 'login', credential};
	}
	if (registryToken !== undefined) {
		return {kind: 'login', credential: {kind: 'bearer', token: new Secret(registryToken)}};
	}
	if (username !== undefined && password !== undefined) {
		const credential = {kind: 'basic', username, password: new Secret(password)} as const;
		return {kind: 'login', credential};
	}
	return {kind: username === undefined && password === undefined ? 'mark' : 'broken'};
}

/** base64 of `user:secret`, cut at the first colon; undefined when it is not that. */
function decodePair(auth: string): {username: string; password: string} | undefined {
	if (!/^[A-Za-z0-9+/\s]*=*\s*$/.test(auth)) return undefined;
	const decoded = Buffer.from(auth, 'base64').toString('utf8');
	const colon = decoded.indexOf(':');
	if (colon < 1) return undefined;
	return {
		username: decoded.slice(0, colon),
		password: decoded.slice(colon + 1).replace(/\0+$/, ''),
	};
}
