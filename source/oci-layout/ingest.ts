/** Temporary files of blobs being written, named so that those of dead processes can be told. */
import {randomBytes} from 'node:crypto';
import {mkdir, readdir, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import type {Digest} from '../domain/digest.ts';
import {withFileErrors} from './file-errors.ts';
import {partialPath, privatePath} from './layout-paths.ts';
import {mayBeAlive, ownIdentity, ownPlace} from './process-identity.ts';

/** Partial downloads that nobody continued for so long are given up. */
const partialLifetimeMs = 7 * 24 * 60 * 60 * 1000;

/** Files of processes in other places, of which nobody here can tell whether they live. */
const foreignLifetimeMs = 24 * 60 * 60 * 1000;

// PURPOSE.PLACE.PID.START.RANDOM.writing; PLACE in base64url, which has no dot.
const writingName = /^(.+)\.([\w-]*)\.(\d+)\.(\d*)\.[a-f0-9]+\.writing$/;

/** A path for a temporary file of this process; `purpose` may not hold dots. */
export async function newIngestPath(folder: string, purpose: string): Promise<string> {
	const {place, pid, startedAt} = await ownIdentity();
	const ingest = privatePath(folder, 'ingest');
	await withFileErrors(ingest, () => mkdir(ingest, {recursive: true}));
	const owner = `${Buffer.from(place).toString('base64url')}.${pid}.${startedAt}`;
	return path.join(ingest, `${purpose}.${owner}.${randomBytes(6).toString('hex')}.writing`);
}

/** Takes the partial download of a blob for itself, if there is one; only one taker gets it. */
export async function claimPartial(folder: string, digest: Digest, file: string): Promise<void> {
	try {
		await rename(partialPath(folder, digest), file);
	} catch {
		// None there, or another process was faster: the blob is begun anew.
	}
}

/** Clears away what crashed processes left: their downloads become partials, the rest is removed. */
export async function cleanIngest(folder: string): Promise<void> {
	const ingest = privatePath(folder, 'ingest');
	const names = await readdir(ingest).catch(() => []);
	for (const name of names) {
		const file = path.join(ingest, name);
		const age = Date.now() - ((await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now());
		if (name.endsWith('.partial')) {
			if (age > partialLifetimeMs) await rm(file, {force: true});
			continue;
		}
		const [, purpose = '', place = '', pid, startedAt = ''] = writingName.exec(name) ?? [];
		if (pid === undefined) continue;
		const owner = {place: Buffer.from(place, 'base64url').toString(), pid: Number(pid), startedAt};
		if ((await mayBeAlive(owner)) && (owner.place === ownPlace() || age < foreignLifetimeMs))
			continue;
		if (purpose.startsWith('download-')) {
			await rename(file, path.join(ingest, `${purpose.slice('download-'.length)}.partial`));
		} else {
			await rm(file, {force: true});
		}
	}
}
