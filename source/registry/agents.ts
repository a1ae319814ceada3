/** The sockets under the client: keep-alive agents, direct or by a proxy, made on first use. */
import type {AgentOptions} from 'node:https';
import type {LookupFunction} from 'node:net';
import {findHostCertificates, trustList, type HostCertificates} from './certificates.ts';
import {isBelowLocalhost} from './hosts.ts';
import type {Way} from './tunnel.ts';

/** How to reach an address. */
export type Connector = {
	/** The agent and the `request` function that fit the address. */
	connect(url: URL): Promise<Way>;
	close(): void;
};

export type ConnectorOptions = {
	/** PEM texts trusted besides the machine's own authorities. */
	readonly certificateAuthorities?: readonly string[] | undefined;
	/** Folders with a folder for each `host:port`, as docker's `certs.d`. */
	readonly certificateFolders?: readonly string[] | undefined;
	/** Where the variables of proxies are read. */
	readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
};

/**
 * One agent for all hosts that are reached alike; one of its own for each host that has certificates
 * of its own, so that no other host is shown them.
 */
export function createConnector({
	certificateAuthorities = [],
	certificateFolders = [],
	environment = {},
}: ConnectorOptions = {}): Connector {
	const ways = new Map<string, Promise<Way>>();
	const certificates = new Map<string, Promise<HostCertificates>>();

	const certificatesOf = async (url: URL): Promise<HostCertificates> => {
		if (url.protocol !== 'https:' || certificateFolders.length === 0) return {authorities: []};
		const found = certificates.get(url.host) ?? findHostCertificates(certificateFolders, url.host);
		certificates.set(url.host, found);
		// A broken one may be repaired before the next try.
		found.catch(() => certificates.delete(url.host));
		return found;
	};

	const makeWay = async (
		{protocol}: URL,
		{authorities, client}: HostCertificates,
		proxy: URL | undefined,
	): Promise<Way> => {
		const options = await agentOptions();
		if (protocol === 'http:') {
			if (proxy) return (await import('./tunnel.ts')).forwardWay(proxy, options);
			const {Agent, request} = await import('node:http');
			return {agent: new Agent(options), request};
		}
		const ca = await trustList([...certificateAuthorities, ...authorities], environment);
		const secured = {...options, ...(ca ? {ca} : {}), ...client};
		if (proxy) return (await import('./tunnel.ts')).tunnelWay(proxy, secured);
		const {Agent, request} = await import('node:https');
		return {agent: new Agent(secured), request};
	};

	return {
		async connect(url) {
			const own = await certificatesOf(url);
			const proxy = hasProxy(environment)
				? (await import('./proxy-rules.ts')).proxyFor(url, environment)
				: undefined;
			const ownHost = own.client || own.authorities.length > 0 ? url.host : '';
			const key = `${url.protocol} ${ownHost} ${proxy?.href ?? ''}`;
			const way = ways.get(key) ?? makeWay(url, own, proxy);
			ways.set(key, way);
			return way;
		},
		close() {
			for (const way of ways.values()) {
				way.then(
					({agent}) => agent.destroy(),
					() => undefined,
				);
			}
			ways.clear();
		},
	};
}

function hasProxy(environment: Readonly<Record<string, string | undefined>>): boolean {
	const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
	return names.some(name => environment[name]);
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
	const options = {keepAlive: true, maxFreeSockets: 8, highWaterMark: 1024 * 1024, lookup: lookUp};
	return options satisfies AgentOptions & {readonly highWaterMark: number};
}
