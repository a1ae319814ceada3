import {Agent, createServer, request as plainRequest} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Connector} from '../../../source/registry/agents.ts';
import {bodyOf} from '../scripted-registry.ts';

export type Reply = {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	/** Text as it is, everything else as JSON. */
	readonly body?: unknown;
	/** Only requests with this Authorization (`none`: without any) get it; others are surprises. */
	readonly authorization?: string;
};

export type WorldRequest = {
	/** `GET https://ghcr.io/v2/` */
	readonly line: string;
	readonly authorization: string | undefined;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
};

export type World = {
	readonly connector: Connector;
	readonly requests: readonly WorldRequest[];
	/** How often a line was asked for. */
	count(line: string): number;
	/** Throws when something came that nobody expected, or an answer was never asked for. */
	[Symbol.asyncDispose](): Promise<void>;
};

/**
 * Every host there is, answered by script: `METHOD ADDRESS` → the reply, or replies in turn (the last
 * one again and again). The order of different lines is free.
 */
export async function scriptedWorld(
	script: Readonly<Record<string, Reply | readonly Reply[]>>,
): Promise<World> {
	const requests: WorldRequest[] = [];
	const surprises: string[] = [];
	const counts = new Map<string, number>();
	const server = createServer((incoming, outgoing) => {
		void (async () => {
			const {headers, method, url} = incoming;
			const line = `${method} ${headers['x-scheme']}//${headers.host}${url}`;
			const {authorization} = headers;
			requests.push({line, authorization, headers, body: (await bodyOf(incoming)).toString()});
			const replies = script[line];
			const turn = counts.get(line) ?? 0;
			counts.set(line, turn + 1);
			const list = Array.isArray(replies) ? (replies as readonly Reply[]) : [replies as Reply];
			const reply = list[Math.min(turn, list.length - 1)];
			const {authorization: wanted} = reply ?? {};
			if (!reply || (wanted !== undefined && wanted !== (authorization ?? 'none'))) {
				surprises.push(`${line} (${authorization ?? 'no login'})`);
				outgoing.writeHead(418).end();
				return;
			}
			const {status = 200, body} = reply;
			outgoing.writeHead(status, {'content-type': 'application/json', ...reply.headers});
			outgoing.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
		})();
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as AddressInfo;
	return {
		connector: everythingAt(port),
		requests,
		count: line => counts.get(line) ?? 0,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise(resolve => server.close(resolve));
			if (surprises.length > 0) throw new Error(`Nobody expected ${surprises.join(', ')}`);
			const left = Object.keys(script).filter(line => !counts.has(line));
			if (left.length > 0) throw new Error(`Never asked for: ${left.join(', ')}`);
		},
	};
}

/** Every host of the world, TLS or not, is this port: it sees the real name in `Host`. */
export function everythingAt(port: number): Connector {
	const agent = new Agent();
	const request = (url: URL, options: {readonly headers: object}) =>
		plainRequest({
			...options,
			agent,
			hostname: '127.0.0.1',
			port,
			path: url.pathname + url.search,
			headers: {...options.headers, host: url.host, 'x-scheme': url.protocol},
		});
	return {
		connect: async () => ({agent, request: request as unknown as typeof plainRequest}),
		close: () => agent.destroy(),
	};
}

/** The answer to `/v2/` of a registry with a token service. */
export function wantsToken(realm: string, service: string, more = ''): Reply {
	return {
		status: 401,
		headers: {'www-authenticate': `Bearer realm="${realm}",service="${service}"${more}`},
		authorization: 'none',
	};
}

export function basic(username: string, password: string): string {
	return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** A token address as the client asks it, scopes in their order. */
export function tokenLine(
	realm: string,
	service: string,
	scopes: readonly string[],
	account?: string,
): string {
	const url = new URL(realm);
	url.searchParams.set('service', service);
	for (const scope of scopes) url.searchParams.append('scope', scope);
	url.searchParams.set('client_id', 'regbench');
	if (account !== undefined) url.searchParams.set('account', account);
	return `GET ${url.href}`;
}

/** Everything that a listing brings. */
export async function all<Entry>(pages: AsyncIterable<readonly Entry[]>): Promise<Entry[]> {
	const entries: Entry[] = [];
	for await (const page of pages) entries.push(...page);
	return entries;
}

export function digest(digit: string): `sha256:${string}` {
	return `sha256:${digit.repeat(64)}`;
}
