/** A registry of regbench's own on this machine, for people without an account and for the demo. */
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {RegbenchError} from '../../domain/errors.ts';
import {openBlobStore} from '../../oci-layout/blob-store.ts';
import {reachableFrom, removeOthers} from '../../oci-layout/collect-garbage.ts';
import {systemCode, throwIfCancelled} from '../../oci-layout/file-errors.ts';
import {acquireLock} from '../../oci-layout/folder-lock.ts';
import {privatePath} from '../../oci-layout/layout-paths.ts';
import {acrAuthority} from './acr-authority.ts';
import {basicAuthority, openAuthority, type Authority, type RegistryUser} from './authority.ts';
import type {RegistryServices} from './exchange.ts';
import {ghcrAuthority} from './ghcr-authority.ts';
import {handleRequest, type RegistryEvent} from './handle-request.ts';
import {openRepositoryStore, type RepositoryStore} from './repository-store.ts';
import {shapes, type Authentication} from './shape.ts';
import {createUploads} from './uploads.ts';

export type {RegistryUser} from './authority.ts';
export type {RegistryEvent} from './handle-request.ts';
export type {Authentication} from './shape.ts';

export type EmbeddedRegistryOptions = {
	/** Where everything is kept; made when it is not there. */
	readonly folder: string;
	/** 0 (the default) takes a free one. */
	readonly port?: number;
	/** Address to listen on. Default 127.0.0.1: only this machine. */
	readonly hostname?: string;
	/** Whose logins, names and limits it has. Default `none`. */
	readonly authentication?: Authentication;
	/** Who may log in; needed for everything but `none`. */
	readonly users?: readonly RegistryUser[];
	readonly onEvent?: ((event: RegistryEvent) => void) | undefined;
	/** Closes the registry when it fires. */
	readonly signal?: AbortSignal | undefined;
	/** Uploads that nobody wrote to for so long are dropped. Default one hour. */
	readonly uploadIdleMs?: number;
};

export type EmbeddedRegistry = {
	/** As in references: `127.0.0.1:PORT`. */
	readonly host: string;
	readonly port: number;
	readonly url: string;
	/** Makes a repository readable by everybody or by its owner only (`ghcr`), as a package's settings page does. */
	setVisibility(repository: string, visibility: 'private' | 'public'): Promise<void>;
	/** Stops taking requests, lets running ones end for two seconds, then cuts them. */
	close(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

const closingMs = 2000;

/**
 * Starts a registry that speaks the distribution API over HTTP, so that docker, podman, skopeo and
 * crane can use it. Rejects with `LAYOUT_LOCKED` when another process serves the folder, `USAGE`
 * when the port is taken or may not be used, `LAYOUT_CORRUPT` when a record cannot be understood.
 */
export async function startEmbeddedRegistry(
	options: EmbeddedRegistryOptions,
): Promise<EmbeddedRegistry> {
	const {folder, port = 0, hostname = '127.0.0.1', authentication = 'none', signal} = options;
	throwIfCancelled(signal);
	const lock = await acquireLock(privatePath(folder, 'serving'), {timeoutMs: 1000, signal});
	try {
		const services = await openServices(folder, authentication, signal);
		const authority = authorityFor(authentication, options.users ?? [], services.repositories);
		const server = createServer((request, response) => {
			void handleRequest(request, response, services, authority, options.onEvent);
		});
		// Uploads over slow links take longer than Node's default of five minutes for a whole request.
		server.requestTimeout = 0;
		server.keepAliveTimeout = 65_000;
		await listen(server, port, hostname);
		const {uploadIdleMs = 60 * 60 * 1000} = options;
		const sweeping = setInterval(
			() => void services.uploads.sweep(uploadIdleMs).catch(() => {}),
			Math.min(uploadIdleMs, 60_000),
		).unref();

		let closing: Promise<void> | undefined;
		const close = () => {
			closing ??= (async () => {
				clearInterval(sweeping);
				signal?.removeEventListener('abort', closeQuietly);
				await stop(server);
				await services.uploads.cancelAll();
				await lock.release();
			})();
			return closing;
		};
		const closeQuietly = () => void close().catch(() => {});
		signal?.addEventListener('abort', closeQuietly, {once: true});
		if (signal?.aborted) await close();
		throwIfCancelled(signal);

		const actual = (server.address() as AddressInfo).port;
		const shown = hostname === '0.0.0.0' || hostname === '::' ? 'localhost' : hostname;
		const host = `${shown.includes(':') ? `[${shown}]` : shown}:${actual}`;
		return {
			host,
			port: actual,
			url: `http://${host}`,
			close,
			setVisibility: (repository, visibility) =>
				services.repositories.update(repository, draft => {
					draft.visibility = visibility;
				}),
			[Symbol.asyncDispose]: close,
		};
	} catch (error) {
		await lock.release();
		throw error;
	}
}

async function openServices(
	folder: string,
	authentication: Authentication,
	signal: AbortSignal | undefined,
): Promise<RegistryServices> {
	const shape = shapes[authentication];
	const blobs = await openBlobStore(folder);
	const repositories = await openRepositoryStore(
		path.join(folder, 'repositories'),
		shape.privateAtFirst ? 'private' : 'public',
	);
	await repositories.dropOrphans(async record => {
		const roots = [...(record?.manifests ?? [])];
		return reachableFrom(
			blobs,
			roots.map(([digest, {mediaType}]) => ({digest, mediaType})),
			{signal},
		);
	});
	await removeOthers(blobs, repositories.linked(), {signal});
	return {blobs, repositories, uploads: createUploads(blobs), shape};
}

function authorityFor(
	authentication: Authentication,
	users: readonly RegistryUser[],
	repositories: RepositoryStore,
): Authority {
	switch (authentication) {
		case 'none':
			return openAuthority;
		case 'basic':
			return basicAuthority(users);
		case 'ghcr':
			return ghcrAuthority({users, visibility: name => repositories.get(name)?.visibility});
		case 'acr':
			return acrAuthority(users);
	}
}

async function listen(server: Server, port: number, hostname: string): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, hostname, () => {
			server.removeListener('error', reject);
			resolve();
		});
	}).catch((error: unknown) => {
		const reasons: Readonly<Record<string, string>> = {
			EADDRINUSE: 'is taken by another program',
			EACCES: 'may not be used by this user',
			EADDRNOTAVAIL: 'is not an address of this machine',
		};
		const reason = reasons[systemCode(error) ?? ''] ?? 'cannot be listened on';
		throw new RegbenchError('USAGE', `${hostname}:${port} ${reason}`, {
			hint: 'Choose another port with --port, or leave it out for a free one.',
			cause: error,
		});
	});
}

async function stop(server: Server): Promise<void> {
	const closed = new Promise<void>(resolve => server.close(() => resolve()));
	server.closeIdleConnections();
	const cutting = setTimeout(() => server.closeAllConnections(), closingMs);
	await closed;
	clearTimeout(cutting);
}
