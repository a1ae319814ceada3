/** What OSV knows of an image's packages. Their names and versions leave the machine: only when a person wants it. */
import {RegbenchError} from '../domain/errors.ts';
import {isObject} from '../domain/json-fields.ts';
import {bySeverity} from '../domain/severity.ts';
import type {PackageFact, Vulnerability} from '../domain/vulnerability.ts';
import type {Environment} from '../process/find-program.ts';
import {createConnector} from '../registry/agents.ts';
import {createTransport, defaultTimeouts, type Transport} from '../registry/transport.ts';
import {
	osvBatch,
	osvQuery,
	readBatch,
	readRecord,
	type OsvQuery,
} from '../safety/vulnerabilities/osv.ts';

export const osvAddress = 'https://api.osv.dev';

export type OsvAnswer = {
	readonly vulnerabilities: readonly Vulnerability[];
	/** Packages that OSV knows no place for. */
	readonly unknown: number;
	/** IDs whose records were not read: there are too many, or they could not be had. */
	readonly unread: number;
};

export type OsvOptions = {
	readonly address: string;
	readonly environment: Environment;
	readonly signal: AbortSignal;
};

const largestAnswer = 32 * 1024 * 1024;
/** Records that are read for their severity; one request each. */
const mostRecords = 500;
const atOnce = 6;

type Asked = {readonly fact: PackageFact; readonly query: OsvQuery};

/** Rejects as requests to a registry do: `REGISTRY_UNREACHABLE`, `TIMED_OUT`, `PROTOCOL_ERROR`, `CANCELLED`. */
export async function askOsv(
	packages: readonly PackageFact[],
	{address, environment, signal}: OsvOptions,
): Promise<OsvAnswer> {
	const transport = createTransport({
		connector: createConnector({environment}),
		userAgent: 'regbench',
		insecureHosts: new Set(),
		timeouts: defaultTimeouts,
	});
	try {
		const asked = distinctQueries(packages);
		const base = address.replace(/\/+$/, '');
		const hits: Array<Asked & {readonly id: string}> = [];
		for (let at = 0; at < asked.length; at += osvBatch) {
			const batch = asked.slice(at, at + osvBatch);
			const body = {queries: batch.map(({query}) => query)};
			const ids = readBatch(
				await send(transport, `${base}/v1/querybatch`, signal, body),
				batch.length,
			);
			if (!ids) throw noAnswer(base);
			for (const [index, found] of ids.entries()) {
				const one = batch[index];
				if (one) hits.push(...found.map(id => ({...one, id})));
			}
		}
		const records = await readRecords(transport, base, hits, signal);
		return {
			vulnerabilities: bySeverity(
				hits.map(({id, fact, query}) => readRecord(records.get(id), id, fact, query)),
			),
			unknown: packages.filter(fact => osvQuery(fact) === undefined).length,
			unread: [...new Set(hits.map(({id}) => id))].filter(id => !records.has(id)).length,
		};
	} finally {
		transport.close();
	}
}

function distinctQueries(packages: readonly PackageFact[]): readonly Asked[] {
	const asked = new Map<string, Asked>();
	for (const fact of packages) {
		const query = osvQuery(fact);
		if (query) asked.set(`${JSON.stringify(query)} ${fact.name}`, {fact, query});
	}
	return [...asked.values()];
}

async function readRecords(
	transport: Transport,
	base: string,
	hits: ReadonlyArray<{readonly id: string}>,
	signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown>> {
	const ids = [...new Set(hits.map(({id}) => id))].slice(0, mostRecords);
	const records = new Map<string, unknown>();
	const next = ids.values();
	const work = async () => {
		for (const id of next) {
			try {
				records.set(
					id,
					await send(transport, `${base}/v1/vulns/${encodeURIComponent(id)}`, signal),
				);
			} catch (error) {
				// One that cannot be had is told without its severity.
				if (error instanceof RegbenchError && error.code === 'CANCELLED') throw error;
			}
		}
	};
	await Promise.all(Array.from({length: atOnce}, work));
	return records;
}

async function send(
	transport: Transport,
	address: string,
	signal: AbortSignal,
	body?: object,
): Promise<unknown> {
	const url = new URL(address);
	const answer = await transport.send({
		method: body ? 'POST' : 'GET',
		url,
		headers: {accept: 'application/json', ...(body ? {'content-type': 'application/json'} : {})},
		...(body ? {body: Buffer.from(JSON.stringify(body))} : {}),
		signal,
	});
	if (answer.status !== 200) {
		answer.discard();
		throw new RegbenchError('REGISTRY_ERROR', `${url.host} answered with ${answer.status}`, {
			hint: 'Try again later.',
			status: answer.status,
			retryable: answer.status >= 500,
		});
	}
	try {
		const value: unknown = JSON.parse((await answer.bytes(largestAnswer)).toString('utf8'));
		if (isObject(value)) return value;
	} catch (error) {
		if (error instanceof RegbenchError) throw error;
	}
	throw noAnswer(address);
}

function noAnswer(address: string): RegbenchError {
	return new RegbenchError(
		'PROTOCOL_ERROR',
		`${new URL(address).host} answered with something that is not OSV's`,
		{hint: 'Check safety.osvAddress in the settings.'},
	);
}
