/** The sockets under the client: one keep-alive agent for each scheme, made on first use. */
import type {Agent, request} from 'node:http';
import type {LookupFunction} from 'node:net';
import {isBelowLocalhost} from './hosts.ts';

/** How to reach an address. A proxy is another implementation of this. */
export type Connector = {
	/** The agent and the `request` function that fit the address. */
	connect(url: URL): Promise<Way>;
	close(): void;
};

export type ConnectorOptions = {
	/** PEM texts trusted besides the machine's own authorities. */
	readonly certificateAuthorities?: readonly string[] | undefined;
};

type Way = {readonly agent: Agent; readonly request: typeof request};

/** Direct connections, plain and TLS. */
export function createConnector({certificateAuthorities}: ConnectorOptions = {}): Connector {
	const ways = new Map<string, Promise<Way>>();
	return {
		connect({protocol}) {
			const way =
				ways.get(protocol) ??
				(protocol === 'http:' ? plainWay() : secureWay(certificateAuthorities));
			ways.set(protocol, way);
			return way;
		},
		close() {
			for (const way of ways.values()) void way.then(({agent}) => agent.destroy());
			ways.clear();
		},
	};
}

async function plainWay(): Promise<Way> {
	const {Agent, request} = await import('node:http');
	return {agent: new Agent(await agentOptions()), request};
}

async function secureWay(certificateAuthorities: readonly string[] | undefined): Promise<Way> {
	const {Agent, request} = await import('node:https');
	const trusted = await trust(certificateAuthorities);
	return {agent: new Agent({...(await agentOptions()), ...trusted}), request};
}

/**
 * Socket buffers of 1 MiB: fewer turns of the event loop for each megabyte that passes. Node hands
 * the agent's options on to the socket, though its types do not say so.
 */
async function agentOptions() {
	const {lookup} = await import('node:dns');
	/** As the system does, but for names under `.localhost`, which not every system leads to itself. */
	const lookUp: LookupFunction = (hostname, options, callback) => {
		if (!isBelowLocalhost(hostname)) return lookup(hostname, options, callback);
		const address = '127.0.0.1';
		if (options.all) callback(null, [{address, family: 4}]);
		else callback(null, address, 4);
	};
	return {keepAlive: true, maxFreeSockets: 8, highWaterMark: 1024 * 1024, lookup: lookUp};
}

/** `ca` replaces Node's own list, so that the added authorities are joined to it. */
async function trust(added: readonly string[] | undefined) {
	if (!added?.length) return {};
	const {rootCertificates} = await import('node:tls');
	const extra = process.env['NODE_EXTRA_CA_CERTS'];
	if (!extra) return {ca: [...rootCertificates, ...added]};
	const {readFile} = await import('node:fs/promises');
	const known = await readFile(extra, 'utf8').catch(() => '');
	return {ca: [...rootCertificates, ...(known ? [known] : []), ...added]};
}
