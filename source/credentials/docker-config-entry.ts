/** Taking a login out of docker's config.json, as `docker logout` does, without harm to the rest. */
import {randomBytes} from 'node:crypto';
import {open, realpath, rename, rm, stat} from 'node:fs/promises';
import {RegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import {parseAuthFile, parseObject, readBounded} from './auth-file.ts';
import {entryOf} from './host-keys.ts';
import type {Query} from './source-context.ts';

/**
 * Removes the host's entries from the file's `auths`; whether there were any. Everything else in
 * the file is kept, a symbolic link stays one, and the new file is readable by its owner only. A
 * file that is not understood is left as it is: rejects with `SETTINGS_UNREADABLE`; with
 * `SETTINGS_UNWRITABLE` or `DISK_FULL` when it cannot be written.
 */
export async function removeDockerConfigEntry(
	file: string,
	query: Pick<Query, 'host' | 'hints'>,
): Promise<boolean> {
	const text = await readBounded(file).catch(() => '');
	if (text === undefined) return false;
	const parsed = parseAuthFile(text);
	const content = parseObject(text);
	if (!parsed || !content) {
		throw new RegbenchError(
			'SETTINGS_UNREADABLE',
			`${sanitise(file)} is not a valid login file and was left as it is`,
			{hint: 'Repair the file, then log out again.'},
		);
	}
	const auths = new Map(Object.entries((content['auths'] ?? {}) as Record<string, unknown>));
	const before = auths.size;
	for (let entry = entryOf(auths, query); entry; entry = entryOf(auths, query)) {
		auths.delete(entry.key);
	}
	if (auths.size === before) return false;
	await replaceFile(
		file,
		JSON.stringify({...content, auths: Object.fromEntries(auths)}, null, '\t'),
	);
	return true;
}

async function replaceFile(file: string, text: string): Promise<void> {
	let temporary: string | undefined;
	try {
		// The real file is replaced, so that a link into a dotfiles folder stays a link.
		const target = await realpath(file);
		temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
		const handle = await open(temporary, 'wx', 0o600);
		try {
			await handle.writeFile(text);
			// Under sudo the file stays the user's own.
			if (process.getuid?.() === 0) {
				const {uid, gid} = await stat(target);
				await handle.chown(uid, gid);
			}
			await handle.sync();
		} finally {
			await handle.close();
		}
		await rename(temporary, target);
	} catch (error) {
		if (temporary !== undefined) await rm(temporary, {force: true}).catch(() => {});
		const {code = 'unknown'} = error as NodeJS.ErrnoException;
		throw new RegbenchError(
			code === 'ENOSPC' || code === 'EDQUOT' ? 'DISK_FULL' : 'SETTINGS_UNWRITABLE',
			`${sanitise(file)} cannot be written (${code})`,
			{hint: 'Make the file and its folder writable, then log out again.'},
		);
	}
}
