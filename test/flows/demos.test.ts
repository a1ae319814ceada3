import {readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {demoFolder, demoNames, parseCast, picturesOf, playDemo} from '../support/play-demo.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal, restored, type TerminalOptions} from '../support/terminal.ts';

/** Plays lines on the practice world, with what was recorded. */
async function playLines(lines: readonly string[], options: TerminalOptions = {}) {
	const folder = await temporaryFolder();
	const script = path.join(folder.path, 'demo.keys');
	const cast = path.join(folder.path, 'demo.cast');
	await writeFile(script, lines.join('\n'));
	const {args = [], ...rest} = options;
	const terminal = await openTerminal({
		args: ['--demo', '--play', script, '--record', cast, ...args],
		...rest,
	});
	return {
		terminal,
		cast: () => readFile(cast, 'utf8'),
		castFile: cast,
		async [Symbol.asyncDispose]() {
			await terminal[Symbol.asyncDispose]();
			await folder[Symbol.asyncDispose]();
		},
	};
}

describe('every script in demos/', async () => {
	test.each(await demoNames())(
		'%s plays to its end, and is recorded',
		async name => {
			const played = await playDemo(name, ['--show-keys']);
			expect(played.code, played.screen).toBe(0);
			expect(played.screen).not.toContain('SCRIPT_FAILED');

			const {header, events} = played;
			expect(header).toMatchObject({version: 2, env: {TERM: 'xterm-256color'}});
			expect(Object.keys(header.env).filter(key => !['TERM', 'SHELL'].includes(key))).toEqual([]);
			let last = 0;
			for (const event of events) {
				expect(event).toHaveLength(3);
				const [time, kind, data] = event;
				expect(time).toBeGreaterThanOrEqual(last);
				expect(['o', 'r', 'm']).toContain(kind);
				expect(data).toBeTypeOf('string');
				last = time;
			}
			// Every caption of the script is a marker, and what it says is on the screen soon after.
			const script = await readFile(path.join(demoFolder, name), 'utf8');
			const captions = [...script.matchAll(/^caption (.+)$/gm)].map(([, text]) => text!);
			const markers = events.filter(([, kind]) => kind === 'm').map(([, , label]) => label);
			expect(markers.filter(label => !label.startsWith('picture '))).toEqual(captions);
			expect(events.map(([, , data]) => data).join('')).toContain('Esc');
		},
		90_000,
	);
});

test('captions and keys are on the last line, and typed text is not', async () => {
	await using played = await playLines(
		[
			'wait "tools/backup" within 30s',
			'caption Look at this',
			'key j j',
			'picture moved',
			'key p',
			'wait "Pull an image"',
			'type secret/name',
			'picture typed',
			'key esc',
			'wait no "Pull an image"',
			'quit',
		],
		{args: ['--show-keys']},
	);
	expect(await played.terminal.exit).toEqual({code: 0, state: restored});
	const pictures = await picturesOf(parseCast(await played.cast()));
	const lastLine = (name: string) =>
		pictures
			.find(({label}) => label.startsWith(`picture ${name}`))
			?.text.split('\n')
			.at(-1);
	expect(lastLine('moved')).toMatch(/^ Look at this .* j ×2$/);
	expect(lastLine('typed')).toMatch(/ p .* …$/);
});

test('of a login that is typed where it belongs not three letters are recorded', async () => {
	const login = 'Zq7-Xw4-Kj9-Vb2';
	await using played = await playLines(
		[
			'wait "tools/backup" within 30s',
			'key 3 l',
			'wait "Log in"',
			`type ${login}`,
			'wait "•••••"',
			'key backspace left left',
			'wait idle',
			'key enter',
			'wait "refused"',
			'quit',
		],
		{args: ['--show-keys']},
	);
	const {code} = await played.terminal.exit;
	expect(code, played.terminal.screen()).toBe(0);
	for (const text of [await played.cast(), played.terminal.output()]) {
		for (let at = 0; at + 3 <= login.length; at++) {
			expect(text).not.toContain(login.slice(at, at + 3));
		}
	}
});

test('a login that was typed is in no recording, even where the screen shows it afterwards', async () => {
	await using played = await playLines(
		[
			'wait "tools/backup" within 30s',
			'key 3 l',
			'wait "Log in"',
			'type correct-horse',
			'wait "•••••"',
			'key enter',
			'wait "refused"',
			'wait idle',
			'key esc esc 1 /',
			'type correct-horse',
			'wait "correct-horse"',
			'picture typed',
			'quit',
		],
		{args: ['--show-keys']},
	);
	const {code} = await played.terminal.exit;
	expect(code, played.terminal.screen()).toBe(0);
	expect(played.terminal.output()).toContain('correct-horse');
	const cast = await played.cast();
	expect(cast).not.toContain('correct-horse');
	const [picture] = await picturesOf(parseCast(cast));
	expect(picture?.text).not.toContain('correct-horse');
	expect(picture?.text).toMatch(/•{5}/);
});

test('what is waited for and does not come ends the program with exit code 1, the line and the screen', async () => {
	await using played = await playLines(['wait "tools/backup"', 'wait "a unicorn" within 300ms']);
	const {code, state} = await played.terminal.exit;
	expect(code).toBe(1);
	expect(state).toEqual(restored);
	expect(played.terminal.output()).toMatch(/demo\.keys:2: after 0\.3 s there was no "a unicorn"/);
	expect(played.terminal.output().split('The screen showed:')[1]).toContain('tools/backup');
});

test('a script that says nothing known is refused before anything is drawn or written', async () => {
	await using played = await playLines(['wait "x"', 'press j']);
	const {code, state} = await played.terminal.exit;
	expect({code, state}).toEqual({code: 2, state: restored});
	expect(played.terminal.screen()).toContain('demo.keys:2: there is no "press"');
	expect(played.terminal.output()).not.toContain('\u001B[?1049h');
	await expect(stat(played.castFile)).rejects.toThrow();
});

test('a terminal that is too small for the script is told', async () => {
	await using played = await playLines(['size 130x50', 'quit'], {columns: 100, rows: 30});
	expect(await played.terminal.exit).toMatchObject({code: 2});
	expect(played.terminal.screen()).toContain('needs a terminal of 130×50; this one is 100×30');
});

test('Ctrl-C takes the keyboard back; until then the person does not get in between', async () => {
	await using played = await playLines(['wait "tools/backup"', 'key j', 'wait "never" within 60s']);
	const {terminal} = played;
	await terminal.waitFor(/▸ hello/);
	await terminal.press('k');
	await terminal.idle();
	expect(terminal.screen()).toMatch(/▸ hello/);
	await terminal.press('ctrl-c');
	await terminal.waitFor('Stopped: the keyboard is yours');
	await terminal.press('k');
	await terminal.waitFor(/▸ tools\/backup/);
	await terminal.press('q');
	expect(await terminal.exit).toEqual({code: 0, state: restored});
});

test('after its last line a script hands the keyboard over', async () => {
	await using played = await playLines([
		'wait "tools/backup"',
		'caption Yours',
		'pause 1s',
		'key j',
	]);
	const {terminal} = played;
	// The keys are the person's when the caption has been there and is gone.
	await terminal.waitFor('Yours');
	await terminal.waitFor(/▸ hello/);
	await terminal.waitFor(screen => !screen.includes('Yours'));
	// A line that is drawn anew is away for a moment as well.
	await terminal.idle();
	await terminal.press('k');
	await terminal.waitFor(/▸ tools\/backup/);
	await terminal.press('q');
	expect(await terminal.exit).toMatchObject({code: 0});
});

test('a script whose program is left before its end has not been played', async () => {
	await using played = await playLines(['wait "tools/backup"', 'key q', 'wait "more"', 'quit']);
	expect(await played.terminal.exit).toEqual({code: 1, state: restored});
	expect(played.terminal.screen()).toContain('demo.keys:2: the workbench was left before');
});

test.each([
	['SIGTERM', 143],
	['SIGHUP', 129],
	['SIGKILL', 137],
] as const)('a recording is whole after %s, resizes and all', async (signal, code) => {
	await using folder = await temporaryFolder();
	const cast = path.join(folder.path, 'demo.cast');
	await using terminal = await openTerminal({args: ['--demo', '--record', cast]});
	await terminal.waitFor('tools/backup');
	terminal.resize(100, 30);
	await terminal.waitFor(screen => screen.includes('tools/backup'));
	await terminal.idle();
	terminal.signal(signal);
	expect(await terminal.exit).toMatchObject({code});
	const {header, events} = parseCast(await readFile(cast, 'utf8'));
	expect(header).toMatchObject({width: 120, height: 40});
	expect(events.filter(([, kind]) => kind === 'r').map(([, , data]) => data)).toEqual(['100x30']);
	expect((await stat(cast)).mode & 0o777).toBe(0o600);
});

test('a recording does not replace a file unless asked', async () => {
	await using folder = await temporaryFolder();
	const cast = path.join(folder.path, 'demo.cast');
	await writeFile(cast, 'mine');
	await using terminal = await openTerminal({args: ['--demo', '--record', cast]});
	expect(await terminal.exit).toEqual({code: 2, state: restored});
	expect(terminal.screen()).toContain('--overwrite');
	expect(await readFile(cast, 'utf8')).toBe('mine');
	await using other = await openTerminal({args: ['--demo', '--record', cast, '--overwrite']});
	await other.waitFor('tools/backup');
	await other.press('q');
	expect(await other.exit).toEqual({code: 0, state: restored});
	expect(parseCast(await readFile(cast, 'utf8')).header.version).toBe(2);
});
