import {createServer, type IncomingMessage, type RequestListener, type Server} from 'node:http';
import {createServer as createSecureServer, type ServerOptions} from 'node:https';
import type {AddressInfo, Socket} from 'node:net';

export type HttpService = {
	readonly server: Server;
	/** `127.0.0.1:PORT` */
	readonly host: string;
	readonly port: number;
	/** Breaks every open connection. */
	cutAll(): void;
	/** Stops listening and breaks every open connection. */
	stop(): Promise<void>;
};

export type HttpServiceOptions = {
	readonly address?: string;
	readonly port?: number;
	/** Serve https with this key and certificate. */
	readonly tls?: ServerOptions;
};

/** Listens on a loopback port, a free one unless told otherwise. */
export async function serveHttp(
	listener: RequestListener,
	{address = '127.0.0.1', port = 0, tls}: HttpServiceOptions = {},
): Promise<HttpService> {
	const server = tls ? createSecureServer(tls, listener) : createServer(listener);
	// Faults make clients wait long; nothing here may lose patience before they do.
	server.requestTimeout = 0;
	server.headersTimeout = 0;
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.once('close', () => sockets.delete(socket));
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, address, resolve);
	});
	const bound = server.address() as AddressInfo;
	const cutAll = () => {
		for (const socket of sockets) socket.destroy();
	};
	return {
		server,
		host: `${address}:${bound.port}`,
		port: bound.port,
		cutAll,
		async stop() {
			const closed = new Promise<void>(resolve => server.close(() => resolve()));
			cutAll();
			await closed;
		},
	};
}

/** The whole body of a request. */
export async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}
