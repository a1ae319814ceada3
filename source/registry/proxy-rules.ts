/** Which proxy an address is reached by: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as curl and Go read them. */
import {BlockList, isIP} from 'node:net';
import {RegbenchError} from '../domain/errors.ts';
import {bareHostname, isLoopback} from './hosts.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy's address; undefined for a direct way. This machine is never reached by a proxy. */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
	const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
	const text = (environment[variable.toLowerCase()] || environment[variable])?.trim();
	if (!text || isLoopback(bareHostname(url)) || isExcepted(url, environment)) return undefined;
	const address = /^[a-z\d+.-]+:\/\//i.test(text) ? text : `http://${text}`;
	const proxy = URL.canParse(address) ? new URL(address) : undefined;
	if (proxy?.hostname && ['http:', 'https:'].includes(proxy.protocol)) return proxy;
	throw new RegbenchError('REGISTRY_UNREACHABLE', `${variable} is no address of an HTTP proxy`, {
		hint: 'Write it as http://HOST:PORT, or unset it.',
	});
}

/** NO_PROXY: `*`, names with all below them, `.names` below alone, addresses, networks; each with an optional port. */
function isExcepted(url: URL, environment: Environment): boolean {
	const list = environment['no_proxy'] || environment['NO_PROXY'] || '';
	const hostname = bareHostname(url).toLowerCase();
	const port = url.port || (url.protocol === 'https:' ? '443' : '80');
	return list
		.split(/[\s,]+/)
		.filter(Boolean)
		.some(entry => covers(entry.toLowerCase(), hostname, port));
}

function covers(entry: string, hostname: string, port: string): boolean {
	if (entry === '*') return true;
	if (entry.includes('/')) return isInNetwork(entry, hostname);
	const [, bracketed, plain, wantedPort] = /^(?:\[([^\]]+)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(
		entry,
	) ?? [undefined, undefined, entry, undefined];
	if (wantedPort !== undefined && wantedPort !== port) return false;
	const name = (bracketed ?? plain ?? '').replace(/^\*(?=\.)/, '');
	if (hostname === name) return true;
	return isIP(hostname) === 0 && hostname.endsWith(name.startsWith('.') ? name : `.${name}`);
}

function isInNetwork(entry: string, hostname: string): boolean {
	const family = isIP(hostname);
	const [network = '', bits = ''] = entry.split('/');
	if (family === 0 || isIP(network) !== family || !/^\d{1,3}$/.test(bits)) return false;
	if (Number(bits) > (family === 4 ? 32 : 128)) return false;
	const type = family === 4 ? 'ipv4' : 'ipv6';
	const list = new BlockList();
	list.addSubnet(network, Number(bits), type);
	return list.check(hostname, type);
}
