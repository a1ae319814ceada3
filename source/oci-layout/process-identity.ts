import {readFile} from 'node:fs/promises';
import {hostname} from 'node:os';

/** A process as others can check it: on which machine, which id, and which of the ids' users it was. */
export type ProcessIdentity = {
	readonly host: string;
	readonly pid: number;
	/** Ticks since boot at which it started; tells a reused id apart. Linux only, otherwise empty. */
	readonly startedAt: string;
};

async function startOf(pid: number): Promise<string | undefined> {
	try {
		const text = await readFile(`/proc/${pid}/stat`, 'utf8');
		// The second field is the program's name in brackets and may hold blanks; the 22nd is the start.
		return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
	} catch {
		return undefined;
	}
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
	return {host: hostname(), pid: process.pid, startedAt: (await startOf(process.pid)) ?? ''};
}

/** Whether the process may still run. A process on another machine counts as running: nobody here can tell. */
export async function mayBeAlive(identity: ProcessIdentity): Promise<boolean> {
	if (identity.host !== hostname()) return true;
	try {
		process.kill(identity.pid, 0);
	} catch (error) {
		if ((error as {code?: string}).code === 'ESRCH') return false;
	}
	const start = await startOf(identity.pid);
	return start === undefined || identity.startedAt === '' || start === identity.startedAt;
}

/** Reads an identity that was written as JSON; undefined when the text is none. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
	try {
		const value = JSON.parse(text) as Partial<ProcessIdentity> | null;
		if (typeof value?.host !== 'string' || !Number.isSafeInteger(value.pid)) return undefined;
		return {host: value.host, pid: Number(value.pid), startedAt: String(value.startedAt ?? '')};
	} catch {
		return undefined;
	}
}
