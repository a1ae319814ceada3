import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {createRegistryClient, type RegistryClientOptions} from '../../source/registry/client.ts';
import {Secret, type Credential} from '../../source/domain/credential.ts';

/** One request that is expected, and what is answered. */
export type Step = {
	readonly method: string;
	/** Path and query: all of it, or a pattern. */
	readonly path: string | RegExp;
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string | string[]>>;
	readonly body?: string | Buffer;
	/** Answers in its own way instead; the request's body has not been read. */
	readonly answer?: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
};

export type SeenRequest = {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingMessage['headers'];
	readonly body: Buffer;
};

export type ScriptedRegistry = {
	/** `127.0.0.1:PORT` */
	readonly host: string;
	readonly requests: readonly SeenRequest[];
	/** Ends it; throws when a request came that no step was for, or a step was never reached. */
	[Symbol.asyncDispose](): Promise<void>;
};

/** A server that plays the steps in their order, and nothing else. */
export async function scriptedRegistry(
	makeSteps: readonly Step[] | ((host: string) => readonly Step[]),
): Promise<ScriptedRegistry> {
	const requests: SeenRequest[] = [];
	const surprises: string[] = [];
	let steps: readonly Step[] = [];
	let next = 0;

	const server = createServer((request, response) => {
		void play(request, response).catch(() => response.destroy());
	});
	const play = async (request: IncomingMessage, response: ServerResponse) => {
		const {method = '', url = ''} = request;
		const step = steps[next];
		const fits =
			step?.method === method &&
			(typeof step.path === 'string' ? step.path === url : step.path.test(url));
		if (!fits) {
			surprises.push(`${method} ${url}`);
			response.writeHead(418).end();
			return;
		}

		next++;
		if (step.answer) {
			requests.push({method, path: url, headers: request.headers, body: Buffer.alloc(0)});
			await step.answer(request, response);
			return;
		}
		requests.push({method, path: url, headers: request.headers, body: await bodyOf(request)});
		response.writeHead(step.status ?? 200, step.headers).end(step.body);
	};

	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	steps = typeof makeSteps === 'function' ? makeSteps(host) : makeSteps;
	return {
		host,
		requests,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise(resolve => server.close(resolve));
			if (surprises.length > 0) throw new Error(`Nobody expected ${surprises.join(', ')}`);
			const left = steps.slice(next).map(({method, path}) => `${method} ${String(path)}`);
			if (left.length > 0) throw new Error(`Never asked for: ${left.join(', ')}`);
		},
	};
}

export async function bodyOf(request: AsyncIterable<Buffer>): Promise<Buffer> {
	const parts: Buffer[] = [];
	for await (const part of request) parts.push(part);
	return Buffer.concat(parts);
}

/** The first contact of every client with a registry that wants no login. */
export const open: Step = {method: 'GET', path: '/v2/'};

/** The first contact with one that has a token service. */
export function wantsTokens(realm: string, extra = ''): Step {
	return {
		method: 'GET',
		path: '/v2/',
		status: 401,
		headers: {'www-authenticate': `Bearer realm="${realm}",service="registry"${extra}`},
	};
}

export function basicLogin(username = 'anna', password = 'secret'): Credential {
	return {kind: 'basic', username, password: new Secret(password)};
}

/** A client that does not wait: what it would have slept is in `waits`, what it said in `notices`. */
export function testClient({
	credential,
	...options
}: Partial<RegistryClientOptions> & {readonly credential?: Credential} = {}) {
	const waits: number[] = [];
	const notices: string[] = [];
	const found = credential && {credential, source: 'docker config'};
	const client = createRegistryClient({
		credentials: {find: async () => found},
		sleep: async milliseconds => {
			waits.push(milliseconds);
		},
		random: () => 0.5,
		...options,
	});
	return {
		...client,
		waits,
		notices,
		call: {onNotice: ({message}: {readonly message: string}) => void notices.push(message)},
		[Symbol.asyncDispose]: () => client.close(),
	};
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const parts: Uint8Array[] = [];
	for await (const chunk of chunks) parts.push(chunk);
	return Buffer.concat(parts);
}
