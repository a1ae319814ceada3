/** Blobs that a running pull or import counts on, told to every process that may collect garbage. */
import {randomBytes} from 'node:crypto';
import {mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {isDigest, type Digest} from '../domain/digest.ts';
import {withFileErrors} from './file-errors.ts';
import {privatePath} from './layout-paths.ts';
import {mayBeAlive, ownIdentity, ownPlace, parseIdentity} from './process-identity.ts';

/** A pull in another container or on another machine, of which nobody here can tell whether it lives. */
const foreignLifetimeMs = 24 * 60 * 60 * 1000;

/** Writes down that this process needs the blobs; call it under the layout's lock. Returns the file. */
export async function writeHold(folder: string, digests: readonly Digest[]): Promise<string> {
	const holds = privatePath(folder, 'holds');
	const file = path.join(holds, `${randomBytes(8).toString('hex')}.json`);
	await withFileErrors(file, async () => {
		await mkdir(holds, {recursive: true});
		await writeFile(file, JSON.stringify({...(await ownIdentity()), digests}));
	});
	return file;
}

/** All blobs held by living processes; holds of dead ones are removed. Call it under the layout's lock. */
export async function readHolds(folder: string): Promise<Set<Digest>> {
	const holds = privatePath(folder, 'holds');
	const held = new Set<Digest>();
	for (const name of await readdir(holds).catch(() => [])) {
		const file = path.join(holds, name);
		const text = await readFile(file, 'utf8').catch(() => '');
		const owner = parseIdentity(text);
		const {mtimeMs = Date.now()} = (await stat(file).catch(() => undefined)) ?? {};
		const isOutdated = owner?.place !== ownPlace() && Date.now() - mtimeMs > foreignLifetimeMs;
		if (!owner || isOutdated || !(await mayBeAlive(owner))) {
			await rm(file, {force: true});
			continue;
		}
		const {digests} = JSON.parse(text) as {digests?: unknown};
		for (const digest of Array.isArray(digests) ? digests : []) {
			if (typeof digest === 'string' && isDigest(digest)) held.add(digest);
		}
	}
	return held;
}
