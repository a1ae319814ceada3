/** Calls to a registry by Node's own HTTP client: nothing of the product is between test and wire. */
import {createHash} from 'node:crypto';
import {request, type IncomingHttpHeaders} from 'node:http';
import {Secret} from '../../source/domain/credential.ts';
import {
	startEmbeddedRegistry,
	type EmbeddedRegistry,
	type EmbeddedRegistryOptions,
	type RegistryEvent,
} from '../../source/registry/server/start.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

export type Answer = {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
	/** The body as JSON. */
	json<Value = unknown>(): Value;
	/** The first code of a distribution error. */
	readonly code: string | undefined;
};

export type Call = {
	readonly headers?: Record<string, string>;
	readonly body?: Buffer | string;
	/** User and password for Basic, or a bearer token. */
	readonly login?: readonly [string, string] | string;
};

export async function call(host: string, line: string, options: Call = {}): Promise<Answer> {
	const [method, path = '/'] = line.split(' ');
	const {login, body} = options;
	const authorization =
		login === undefined
			? undefined
			: typeof login === 'string'
				? `Bearer ${login}`
				: `Basic ${Buffer.from(login.join(':')).toString('base64')}`;
	const headers = {...options.headers, ...(authorization ? {Authorization: authorization} : {})};
	return new Promise((resolve, reject) => {
		const [hostname, port] = host.split(':');
		const sent = request({hostname, port, method, path, headers, agent: false}, response => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.once('error', reject);
			response.once('end', () => {
				const body = Buffer.concat(chunks);
				const json = () => JSON.parse(body.toString());
				let code: string | undefined;
				try {
					code = (json() as {errors?: {code: string}[]}).errors?.[0]?.code;
				} catch {
					// No JSON.
				}
				resolve({status: response.statusCode ?? 0, headers: response.headers, body, json, code});
			});
		});
		sent.once('error', reject);
		sent.end(body);
	});
}

export function sha256(bytes: Buffer | string): string {
	return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export type TestRegistry = EmbeddedRegistry & {
	readonly folder: string;
	readonly events: readonly RegistryEvent[];
	readonly call: (line: string, options?: Call) => Promise<Answer>;
	/** Ends this one and starts another on the same folder. */
	restart(): Promise<TestRegistry>;
};

export const demo = ['demo', 'demo-password'] as const;

/** A registry in a temporary folder with the users `demo` and `reader` (who may pull only). */
export async function startTestRegistry(
	options: Partial<EmbeddedRegistryOptions> = {},
): Promise<TestRegistry> {
	const folder = options.folder ? undefined : await temporaryFolder();
	const path = options.folder ?? folder?.path ?? '';
	const events: RegistryEvent[] = [];
	const registry = await startEmbeddedRegistry({
		folder: path,
		users: [
			{username: demo[0], password: new Secret(demo[1])},
			{username: 'reader', password: new Secret('reader-password'), readOnly: true},
		],
		onEvent: event => events.push(event),
		...options,
	});
	return {
		...registry,
		folder: path,
		events,
		call: (line, given) => call(registry.host, line, given),
		async restart() {
			await registry.close();
			return startTestRegistry({...options, folder: path});
		},
		async [Symbol.asyncDispose]() {
			await registry.close();
			await folder?.[Symbol.asyncDispose]();
		},
	};
}

export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
export const ociIndex = 'application/vnd.oci.image.index.v1+json';

/** Pushes a blob in one request and answers with its descriptor. */
export async function pushBlob(
	registry: Pick<TestRegistry, 'call'>,
	name: string,
	bytes: Buffer | string,
	login?: Call['login'],
) {
	const digest = sha256(bytes);
	const answer = await registry.call(`POST /v2/${name}/blobs/uploads/?digest=${digest}`, {
		body: bytes,
		...(login === undefined ? {} : {login}),
	});
	if (answer.status !== 201) throw new Error(`The blob was answered with ${answer.status}`);
	return {mediaType: 'application/octet-stream', digest, size: Buffer.byteLength(bytes)};
}

/** Pushes a small image with a tag; answers with its manifest. */
export async function pushImage(
	registry: Pick<TestRegistry, 'call'>,
	name: string,
	tag: string,
	{login, extra = {}}: {login?: Call['login']; extra?: object} = {},
) {
	const config = await pushBlob(registry, name, `{"tag":"${tag}"}`, login);
	const layer = await pushBlob(registry, name, `layer of ${name}`, login);
	const body = JSON.stringify({
		schemaVersion: 2,
		mediaType: ociManifest,
		config,
		layers: [layer],
		...extra,
	});
	const answer = await registry.call(`PUT /v2/${name}/manifests/${tag}`, {
		body,
		headers: {'Content-Type': ociManifest},
		...(login === undefined ? {} : {login}),
	});
	if (answer.status !== 201) throw new Error(`The manifest was answered with ${answer.status}`);
	return {digest: sha256(body), body, layer, config, answer};
}
