import {readlinkSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {hostname} from 'node:os';

/** A process as others can check it: where it runs, its id, and which of the id's users it was. */
export type ProcessIdentity = {
	/** Machine and process-id namespace: only there does the id mean anything. */
	readonly place: string;
	readonly pid: number;
	/** Ticks since boot at which it started; tells a reused id apart. Linux only, otherwise empty. */
	readonly startedAt: string;
};

/** Where this process runs. Containers may share a folder and a host name, but not their process ids. */
export function ownPlace(): string {
	let namespace = '';
	try {
		namespace = readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '');
	} catch {
		// Not Linux, or no /proc.
	}
	return `${hostname()}/${namespace}`;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
	return {place: ownPlace(), pid: process.pid, startedAt: (await startOf(process.pid)) ?? ''};
}

/** Whether the process may still run. One in another place counts as running: nobody here can tell. */
export async function mayBeAlive(identity: ProcessIdentity): Promise<boolean> {
	if (identity.place !== ownPlace()) return true;
	try {
		process.kill(identity.pid, 0);
	} catch (error) {
		if ((error as {code?: string}).code === 'ESRCH') return false;
	}
	const start = await startOf(identity.pid);
	return start === undefined || identity.startedAt === '' || start === identity.startedAt;
}

/** A process in words: `process 12 on lab-7`. */
export function describeProcess({pid, place}: ProcessIdentity): string {
	return `process ${pid} on ${(place.split('/')[0] ?? '').replaceAll(/[^\w.-]/g, '?')}`;
}

/** Reads an identity that was written as JSON; undefined when the text is none. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
	try {
		const value = JSON.parse(text) as Partial<ProcessIdentity> | null;
		if (typeof value?.place !== 'string' || !Number.isSafeInteger(value.pid)) return undefined;
		return {place: value.place, pid: Number(value.pid), startedAt: String(value.startedAt ?? '')};
	} catch {
		return undefined;
	}
}

async function startOf(pid: number): Promise<string | undefined> {
	try {
		const text = await readFile(`/proc/${pid}/stat`, 'utf8');
		// The second field is the program's name in brackets and may hold blanks; the 22nd is the start.
		return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
	} catch {
		return undefined;
	}
}
