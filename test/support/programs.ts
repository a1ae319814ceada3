import {accessSync, constants} from 'node:fs';
import path from 'node:path';

/** A program on this machine, or `world`: the suite's own network, mounts and /etc/hosts. */
export type Program =
	| NewerProgram
	| 'busybox'
	| 'docker'
	| 'docker-registry'
	| 'dockerd'
	| 'htpasswd'
	| 'openssl'
	| 'podman'
	| 'skopeo'
	| 'ssh'
	| 'tmux'
	| 'world';

/** Clients that this Debian does not have: `scripts/newer-programs.sh` fetches them where it can. */
const newerPrograms = ['cosign', 'crane', 'notation', 'oras'] as const;

export type NewerProgram = (typeof newerPrograms)[number];

const folders = [
	process.env.REGBENCH_NEWER_PROGRAMS ?? '',
	...(process.env.PATH ?? '').split(path.delimiter),
	// Debian keeps daemons here, and the PATH of ordinary users leaves them out.
	'/usr/local/sbin',
	'/usr/sbin',
	'/sbin',
].filter(Boolean);

/** Where the program is, or `undefined` when it is not installed. */
export function findProgram(name: string): string | undefined {
	for (const folder of folders) {
		const file = path.join(folder, name);
		try {
			accessSync(file, constants.X_OK);
			return file;
		} catch {
			// Not here; the next folder may have it.
		}
	}
	return undefined;
}

/** Whether all that is missing are programs which a machine need not have, even where live tests are required. */
export function areDispensable(missing: readonly string[]): boolean {
	return missing.every(name => newerPrograms.some(program => program === name));
}

/** Whether this process lives in the namespaces made by `scripts/test.mjs`. */
export function insideWorld(): boolean {
	return process.env.REGBENCH_TEST_WORLD === '1';
}

/**
 * Those of `needs` that this machine cannot offer, in words. Engines only ever run inside the
 * suite's own world: outside it they would touch the bridges and sockets of the machine.
 */
export function missingPrograms(needs: readonly Program[]): string[] {
	const missing = needs.filter(need => need !== 'world' && !findProgram(need)) as string[];
	const needsWorld = needs.some(
		need => need === 'world' || need === 'dockerd' || need === 'podman',
	);
	if (needsWorld && !insideWorld()) missing.push('npm test as root on Linux');
	return missing;
}
