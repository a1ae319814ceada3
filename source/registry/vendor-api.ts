/** Requests to what a registry's vendor serves beside the distribution API. Providers' functions are written against this. */
import type {Digest} from '../domain/digest.ts';
import type {CallOptions} from './registry-client.ts';

export type VendorRequest = {
	readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** A path on the registry, or a full address on one of the provider's `vendorOrigins`; no other is asked. */
	readonly to: string;
	/** What it is about, for the words of an error. */
	readonly about?: {readonly path: string; readonly reference?: string};
	/** Sent as JSON. */
	readonly body?: unknown;
	/** Makes the body out of the login, where the vendor takes it there (Docker Hub); for `vendorOrigins` only. */
	readonly loginBody?: (login: {readonly username: string; readonly secret: string}) => unknown;
	readonly headers?: Readonly<Record<string, string>>;
	/**
	 * `registry`: a token for these scopes, as for the distribution API. `login`: the password or token
	 * of the login itself as Bearer (GitHub), nothing where there is no login. `anonymous`: as
	 * `registry`, but as somebody without a login. `none`: nothing.
	 */
	readonly as:
		| {readonly kind: 'registry'; readonly scopes: readonly string[]}
		| {readonly kind: 'anonymous'; readonly scopes: readonly string[]}
		| {readonly kind: 'login'}
		| {readonly kind: 'bearer'; readonly token: string}
		| {readonly kind: 'none'};
	/** Statuses that are an answer; any other becomes an error. */
	readonly expect: readonly number[];
};

export type VendorAnswer = {
	readonly status: number;
	/** The parsed body, bounded in size; undefined where there was none. */
	readonly json: unknown;
	/** Address of the next page (Link rel=next), checked to be on the same origin. */
	readonly next?: string;
	header(name: string): string | undefined;
};

export type VendorApi = {
	/** The login of the registry, without its secret; undefined where there is none. */
	login(options?: CallOptions): Promise<{readonly username: string | undefined} | undefined>;
	/** A manifest of the registry, parsed; undefined where it is not there. Read once within a minute. */
	manifest(path: string, digest: Digest, options?: CallOptions): Promise<unknown>;
	/** Rejects as every registry call does; what reads is tried again after transient failures. */
	request(request: VendorRequest, options?: CallOptions): Promise<VendorAnswer>;
};
