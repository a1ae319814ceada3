import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import path from 'node:path';
import {temporaryFolder} from '../support/temporary-folder.ts';

export type FakeDaemon = {
	readonly url: string;
	readonly socket: string;
	/** `METHOD path?query` of every request but pings, in order. */
	readonly requests: readonly string[];
	[Symbol.asyncDispose](): Promise<void>;
};

/** A daemon on a unix socket that answers pings itself and leaves the rest to the script. */
export async function startFakeDaemon(
	answer: (request: IncomingMessage, response: ServerResponse) => void,
	apiVersion = '1.41',
): Promise<FakeDaemon> {
	const folder = await temporaryFolder();
	const socket = path.join(folder.path, 'docker.sock');
	const requests: string[] = [];
	const server = createServer((request, response) => {
		request.resume();
		if (request.url === '/_ping') {
			response.setHeader('Api-Version', apiVersion);
			response.end('OK');
			return;
		}
		requests.push(`${request.method} ${request.url}`);
		answer(request, response);
	});
	await new Promise<void>(resolve => {
		server.listen(socket, resolve);
	});
	return {
		url: `unix://${socket}`,
		socket,
		requests,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise(resolve => {
				server.close(resolve);
			});
			await folder[Symbol.asyncDispose]();
		},
	};
}
