/** The registry client: the port of registry-client.ts over node:http, one session for each host. */
import type {AuthenticationFacts} from '../domain/authentication.ts';
import {createConnector, type Connector} from './agents.ts';
import {discover} from './discovery.ts';
import {exchangeEntraToken, type EntraExchange} from './entra-exchange.ts';
import {createEntry, type HostEntry} from './host-entry.ts';
import {tryLogin} from './login-check.ts';
import {providerForHost} from './providers/table.ts';
import type {CredentialSource, RegistryClient} from './registry-client.ts';
import {sleepFor, withRetries, type RetryPolicy, type Sleep} from './retry.ts';
import {createRepository} from './remote-repository.ts';
import {listRepositories} from './repository-list.ts';
import {createTransport, defaultTimeouts, type RequestRecord, type Timeouts} from './transport.ts';

export type RegistryClientOptions = {
	readonly credentials: CredentialSource;
	/** `host` or `host:port` that may be spoken to over plain http; this machine always may. */
	readonly insecureHosts?: readonly string[];
	/** PEM texts of authorities trusted besides the machine's own. */
	readonly certificateAuthorities?: readonly string[];
	/** Folders with a folder for each `host:port`, as docker's `certs.d`: `*.crt`, `*.cert` with `*.key`. */
	readonly certificateFolders?: readonly string[];
	/** Where `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and `NODE_EXTRA_CA_CERTS` are read. @default {} */
	readonly environment?: Readonly<Record<string, string | undefined>>;
	/** Requests, uploads and downloads at once for each host; each kind counts by itself. @default 6 */
	readonly concurrency?: number;
	/** `regbench/VERSION`. @default 'regbench' */
	readonly userAgent?: string;
	/** Largest manifest that is read, in bytes; at most 8 MiB. @default 4 MiB */
	readonly maximumManifestBytes?: number;
	/** Told of every request once it is answered or has failed, without header and secret. */
	readonly onRequest?: (record: RequestRecord) => void;
	/** Another way to reach hosts, such as a proxy. */
	readonly connector?: Connector;
	readonly timeouts?: Partial<Timeouts>;
	/** The clock, the wait and the dice: tests bring their own. */
	readonly now?: () => number;
	readonly sleep?: Sleep;
	readonly random?: () => number;
};

const mebibyte = 1024 * 1024;
const triesInAll = 5;

/** Login conversations that are remembered for each host. */
const mostAuthentications = 20;

export function createRegistryClient(
	options: RegistryClientOptions,
): RegistryClient & EntraExchange {
	const {credentials, now = Date.now} = options;
	const limitBytes = Math.min(options.maximumManifestBytes ?? 4 * mebibyte, 8 * mebibyte);
	const transport = createTransport({
		connector: options.connector ?? createConnector(options),
		userAgent: options.userAgent ?? 'regbench',
		insecureHosts: new Set(options.insecureHosts),
		timeouts: {...defaultTimeouts, ...options.timeouts},
		onRequest: options.onRequest,
	});
	const policy: RetryPolicy = {
		sleep: options.sleep ?? sleepFor,
		random: options.random ?? Math.random,
		tries: triesInAll,
	};
	const concurrency = options.concurrency ?? 6;
	const entries = new Map<string, HostEntry>();
	const authentications = new Map<string, readonly AuthenticationFacts[]>();
	const remember = (facts: AuthenticationFacts) => {
		const text = JSON.stringify(facts);
		// A token that serves many requests is one thing to tell.
		const before = (authentications.get(facts.host) ?? []).filter(
			known => JSON.stringify(known) !== text,
		);
		authentications.set(facts.host, [...before, facts].slice(-mostAuthentications));
	};

	const entryOf = (domain: string): HostEntry => {
		const known = entries.get(domain);
		if (known) return known;
		const entry = createEntry({
			domain,
			transport,
			credentials,
			concurrency,
			policy,
			now,
			limitBytes,
			onAuthentication: remember,
		});
		entries.set(domain, entry);
		return entry;
	};

	const contact = (domain: string) => {
		const provider = providerForHost(domain);
		return {domain, provider, transport, policy, now};
	};

	return {
		repository(domain, path) {
			return createRepository(() => entryOf(domain), domain, path, limitBytes);
		},

		repositories(domain, namespace, call = {}) {
			const {session, vendor} = entryOf(domain);
			return listRepositories(session, vendor, namespace, call);
		},

		vendor: domain => ({
			login: async call => entryOf(domain).vendor.login(call),
			manifest: async (path, digest, call) => entryOf(domain).vendor.manifest(path, digest, call),
			request: async (request, call) => entryOf(domain).vendor.request(request, call),
		}),

		async rateLimit(domain, call = {}) {
			const {session, vendor} = entryOf(domain);
			return session.provider.rateLimit?.(vendor, call);
		},

		async ping(domain, call = {}) {
			const {challenge} = await discover(contact(domain), call);
			const authentication = challenge?.scheme ?? 'none';
			return {authentication: authentication as 'none' | 'basic' | 'bearer'};
		},

		async checkLogin(domain, credential, call = {}) {
			const surroundings = contact(domain);
			const discovery = await discover(surroundings, call);
			return withRetries(policy, domain, call, () =>
				tryLogin({...surroundings, discovery, credential}, call),
			);
		},

		async exchangeEntraToken(domain, accessToken, call = {}) {
			const subject = {domain, provider: providerForHost(domain), writes: false};
			return withRetries(policy, domain, call, () =>
				exchangeEntraToken(transport, subject, accessToken, call, now),
			);
		},

		authentications: domain => authentications.get(domain) ?? [],

		forgetTokens(domain) {
			entries.delete(domain);
		},

		async close() {
			entries.clear();
			transport.close();
		},
	};
}
