import {randomBytes} from 'node:crypto';
import {open, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {withFileErrors} from './file-errors.ts';

/** Makes renames in a folder survive a power cut. File systems that cannot sync a folder are let be. */
export async function syncFolder(folder: string): Promise<void> {
	// Windows cannot open folders at all.
	if (process.platform === 'win32') return;
	const handle = await open(folder, 'r');
	try {
		await handle.sync();
	} catch {
		// Some network and FUSE file systems refuse; the rename itself has happened.
	} finally {
		await handle.close();
	}
}

/**
 * Replaces a file in one step: readers see the old content or the new, also after a crash or a
 * power cut. `DISK_FULL` when there is no room; the old content then stands.
 */
export async function writeFileAtomically(
	file: string,
	content: Uint8Array | string,
): Promise<void> {
	const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
	await withFileErrors(file, async () => {
		try {
			const handle = await open(temporary, 'wx');
			try {
				await handle.writeFile(content);
				await handle.sync();
			} finally {
				await handle.close();
			}
			await rename(temporary, file);
		} catch (error) {
			await rm(temporary, {force: true}).catch(() => {});
			throw error;
		}
		await syncFolder(path.dirname(file));
	});
}
