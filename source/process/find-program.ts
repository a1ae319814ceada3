/** Finding a program on PATH without a shell. */
import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {posix, win32} from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The absolute path of the program `name` on the environment's PATH (and PATHEXT on Windows), or
 * undefined when there is none. Relative PATH entries are passed over, so that nothing is run from
 * whatever folder happens to be the current one. A name with a folder in it is only checked.
 */
export async function findProgram(
	name: string,
	environment: Environment,
	platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
	if (name === '' || name.includes('\0')) return undefined;
	const path = platform === 'win32' ? win32 : posix;
	const suffixes = platform === 'win32' ? windowsSuffixes(name, environment) : [''];
	const folders =
		path.basename(name) === name ? searchFolders(environment, path) : [path.dirname(name)];
	for (const folder of folders) {
		for (const suffix of suffixes) {
			const candidate = path.resolve(folder, path.basename(name) + suffix);
			if (await isRunnable(candidate, platform)) return candidate;
		}
	}
	return undefined;
}

function searchFolders(environment: Environment, path: typeof posix): string[] {
	const searchPath = environment['PATH'] ?? environment['Path'] ?? '';
	return searchPath.split(path.delimiter).filter(folder => path.isAbsolute(folder));
}

function windowsSuffixes(name: string, environment: Environment): string[] {
	const suffixes = (environment['PATHEXT'] || '.COM;.EXE;.BAT;.CMD').toLowerCase().split(';');
	return suffixes.includes(win32.extname(name).toLowerCase()) ? [''] : suffixes;
}

async function isRunnable(file: string, platform: NodeJS.Platform): Promise<boolean> {
	try {
		if (!(await stat(file)).isFile()) return false;
		if (platform !== 'win32') await access(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
