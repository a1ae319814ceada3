import {createServer, request as forward} from 'node:http';
import {connect, type AddressInfo} from 'node:net';

export type ConnectProxy = {
	/** `http://127.0.0.1:PORT` */
	readonly url: string;
	/** What was asked of it: `CONNECT host:port`, or method and full address. */
	readonly requests: string[];
	/** Proxy-Authorization of each of them. */
	readonly logins: (string | undefined)[];
	[Symbol.asyncDispose](): Promise<void>;
};

/** An HTTP proxy to whom every host of the world is the one at `port` on this machine. */
export async function startConnectProxy(
	port: number,
	{login}: {readonly login?: string} = {},
): Promise<ConnectProxy> {
	const requests: string[] = [];
	const logins: (string | undefined)[] = [];
	const sockets = new Set<{destroy(): void}>();
	const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`;
	const server = createServer((incoming, outgoing) => {
		const {method, url, headers} = incoming;
		requests.push(`${method} ${url}`);
		logins.push(headers['proxy-authorization']);
		const {pathname, search} = new URL(url!);
		const path = pathname + search;
		const onward = forward({host: '127.0.0.1', port, method, path, headers}, answer => {
			outgoing.writeHead(answer.statusCode!, answer.headers);
			answer.pipe(outgoing);
		});
		onward.on('error', () => outgoing.destroy());
		incoming.pipe(onward);
	});
	server.on('connection', socket => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	server.on('connect', (incoming, socket) => {
		requests.push(`CONNECT ${incoming.url}`);
		logins.push(incoming.headers['proxy-authorization']);
		if (wanted !== undefined && incoming.headers['proxy-authorization'] !== wanted) {
			socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
			return;
		}
		const target = connect(port, '127.0.0.1', () => {
			socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
			target.pipe(socket).pipe(target);
		});
		target.on('error', () => socket.destroy());
		socket.on('error', () => target.destroy());
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		logins,
		async [Symbol.asyncDispose]() {
			for (const socket of sockets) socket.destroy();
			await new Promise(resolve => server.close(resolve));
		},
	};
}
