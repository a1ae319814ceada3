import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {runProgram} from './run-program.ts';

// The kernel resets a terminal when the leader of its session ends. So a shell leads, as it does
// for a person, and notes how the program left the terminal. It keeps its own words to itself.
const leader = `
exec 3>&2 2>/dev/null
trap : HUP INT QUIT TERM
sh -c 'echo $$ >"$0/pid"; exec "$@"' "$0" "$@" 2>&3 3>&-
code=$?
stty -a >"$0/modes"
exit $code
`;

/** A shell command line that runs `command` and keeps notes about it in `folder`. */
export function leadCommand(folder: string, command: readonly string[]): [string, ...string[]] {
	return ['/bin/sh', '-c', leader, folder, ...command];
}

/** The process id of the command itself; waits until it runs. */
export async function readProgramId(folder: string): Promise<number> {
	for (;;) {
		const text = await readFile(path.join(folder, 'pid'), 'utf8').catch(() => '');
		if (text.endsWith('\n')) return Number(text);
		await sleep(2);
	}
}

/** Whether a terminal is in raw mode now: keys come one by one and are not shown. */
export async function isRaw(device: string): Promise<boolean> {
	const flag = process.platform === 'linux' ? '-F' : '-f';
	return saysRaw(await runProgram('stty', [flag, device, '-a']));
}

/** Whether the command left the terminal in raw mode; a terminal that is gone is not. */
export async function wasLeftRaw(folder: string): Promise<boolean> {
	return saysRaw(await readFile(path.join(folder, 'modes'), 'utf8').catch(() => ''));
}

function saysRaw(modes: string): boolean {
	return /-icanon\b/.test(modes);
}
