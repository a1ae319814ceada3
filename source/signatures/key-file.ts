/** Files of keys and roots, read with a bound. */
import {constants, open} from 'node:fs/promises';
import {homedir} from 'node:os';
import path from 'node:path';
import {RegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';

const mostBytes = 64 * 1024;

/**
 * `file` may begin with `~/`. The text of the file and the name it is shown by. `what` it is goes into
 * messages. `USAGE` where it cannot be read or is too long.
 */
export async function readKeyFile(
	file: string,
	what: 'key' | 'trust root' = 'key',
): Promise<{readonly name: string; readonly text: string}> {
	const name = sanitise(path.basename(file));
	try {
		// Without waiting: to open a pipe would take until somebody writes to it. Windows has no such flag.
		const full = file.startsWith('~/') ? path.join(homedir(), file.slice(2)) : file;
		const handle = await open(full, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
		try {
			if (!(await handle.stat()).isFile()) throw new RegbenchError('USAGE', `${name} is no file`);
			const {buffer, bytesRead} = await handle.read(Buffer.alloc(mostBytes + 1), 0, mostBytes + 1);
			if (bytesRead > mostBytes)
				throw new RegbenchError('USAGE', `${name} is too long for a ${what}`);
			return {name, text: buffer.toString('utf8', 0, bytesRead)};
		} finally {
			await handle.close();
		}
	} catch (cause) {
		if (cause instanceof RegbenchError) throw cause;
		const code = (cause as NodeJS.ErrnoException).code ?? 'it cannot be read';
		throw new RegbenchError('USAGE', `The ${what} ${name} was not read: ${code}`, {
			hint: `Check the path of the ${what}.`,
			cause,
		});
	}
}
