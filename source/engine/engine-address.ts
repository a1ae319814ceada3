/** Where an engine can be reached: addresses as docker's own client writes them, taken apart. */
import {RegbenchError} from '../domain/errors.ts';
import type {Secret} from '../domain/credential.ts';

/** TLS material for a tcp address, PEM texts. `skipVerify`: the server's certificate is not checked. */
export type EngineTls = {
	readonly ca?: string;
	readonly cert?: string;
	readonly key?: Secret;
	readonly skipVerify: boolean;
};

export type EngineAddress = {
	/** `unix:///path`, `npipe:////./pipe/name`, `tcp://host:port` or `ssh://[user@]host[:port][/socket]`. */
	readonly url: string;
	/** Who named it, in words: `--host`, `DOCKER_HOST`, `docker context "lab"`, `Colima`. */
	readonly origin: string;
	/** Present where the connection is to be encrypted. */
	readonly tls?: EngineTls;
};

/** An address taken apart. */
export type EngineTransport =
	| {readonly kind: 'socket'; readonly path: string}
	| {readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly secure: boolean}
	| {
			readonly kind: 'ssh';
			readonly host: string;
			readonly user?: string;
			readonly port?: number;
			/** Socket on the far side, where it is not the default one. */
			readonly socket?: string;
	  };

const addressHint =
	'Write unix:///path/to/docker.sock, tcp://HOST:PORT or ssh://USER@HOST, as for docker -H.';

/**
 * Takes an address apart. Bare `host:port` is tcp and an absolute path a unix socket, as docker's
 * client and people have it. Throws `USAGE`.
 */
export function parseEngineAddress(url: string, secure = false): EngineTransport {
	if (url.startsWith('/')) return {kind: 'socket', path: url};
	const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(url) ?? [];
	switch (scheme) {
		case 'unix':
			return {kind: 'socket', path: required(rest, url)};
		case 'npipe':
			return {kind: 'socket', path: required(rest, url).replaceAll('\\', '/')};
		case 'ssh':
			return parseSsh(url);
		case 'tcp':
		case 'http':
		case 'https':
			return parseTcp(rest, url, secure || scheme === 'https');
		default:
			throw new RegbenchError('USAGE', `${url} is not an address of an engine`, {
				hint: addressHint,
			});
	}
}

/** How the engine is reached, for the header: `unix`, `npipe`, `tcp`, `tls`, `ssh lab-7`. */
export function routeTitle(address: EngineAddress): string {
	const transport = parseEngineAddress(address.url, address.tls !== undefined);
	if (transport.kind === 'ssh') return `ssh ${transport.host}`;
	if (transport.kind === 'tcp') return transport.secure ? 'tls' : 'tcp';
	return address.url.startsWith('npipe:') ? 'npipe' : 'unix';
}

function parseTcp(rest: string, url: string, secure: boolean): EngineTransport {
	let parsed: URL;
	try {
		parsed = new URL(`http://${rest}`);
	} catch (error) {
		throw notAnAddress(url, error);
	}
	// URL drops an explicit :80; docker's defaults are 2375, and 2376 with TLS.
	const port =
		parsed.port === '' ? (/:80(?:\/|$)/.test(rest) ? 80 : undefined) : Number(parsed.port);
	return {
		kind: 'tcp',
		host: parsed.hostname.replace(/^\[|\]$/g, ''),
		port: port ?? (secure ? 2376 : 2375),
		secure,
	};
}

function parseSsh(url: string): EngineTransport {
	let parsed: URL;
	try {
		parsed = new URL(url);
	} catch (error) {
		throw notAnAddress(url, error);
	}
	const host = parsed.hostname.replace(/^\[|\]$/g, '');
	const user = decodeURIComponent(parsed.username);
	// A leading dash would be read as an option by ssh; -- guards the host, nothing guards the user.
	if (host === '' || host.startsWith('-') || user.startsWith('-') || parsed.password !== '') {
		throw notAnAddress(url);
	}
	return {
		kind: 'ssh',
		host,
		...(user === '' ? {} : {user}),
		...(parsed.port === '' ? {} : {port: Number(parsed.port)}),
		...(parsed.pathname === '' || parsed.pathname === '/' ? {} : {socket: parsed.pathname}),
	};
}

function required(path: string, url: string): string {
	if (path === '') throw notAnAddress(url);
	return path;
}

function notAnAddress(url: string, cause?: unknown): RegbenchError {
	return new RegbenchError('USAGE', `${url} is not an address of an engine`, {
		hint: addressHint,
		cause,
	});
}
