import {expect, test} from 'vitest';
import {openTerminal, restored} from './terminal.ts';

const painter = `
process.stdin.setRawMode(true);
process.stdin.on('data', data => {
	const text = data.toString();
	if (text === 'q') {
		process.stdout.write('\\u001B[?2004l\\u001B[?25h\\u001B[?1049l');
		process.stdin.setRawMode(false);
		process.stdout.write('bye\\n', () => process.exit(3));
	} else process.stdout.write('\\r\\n' + JSON.stringify(text));
});
process.stdout.on('resize', () => process.stdout.write('\\r\\n' + process.stdout.columns + 'x' + process.stdout.rows));
process.stdout.write('\\u001B[?1049h\\u001B[?25l\\u001B[?2004h\\u001B[1;36mhello\\u001B[0m \\u001B[7mworld\\u001B[0m 漢x');
`;
const command = [process.execPath, '-e', painter] as const;

test('a terminal shows what the program draws and how the program left it', async () => {
	await using terminal = await openTerminal({command: [...command], columns: 60, rows: 10});
	await terminal.waitFor('hello world 漢x');
	expect(await terminal.state()).toEqual({
		alternateScreen: true,
		cursorVisible: false,
		bracketedPaste: true,
		mouse: false,
		raw: true,
	});
	const [first] = terminal.styledLines();
	expect(first?.[0]).toMatchObject({text: 'hello', foreground: 6, bold: true});
	expect(first?.[2]).toMatchObject({text: 'world', inverse: true});

	await terminal.press('a', 'esc', 'shift-tab', 'ctrl-c');
	await terminal.waitFor('\\u0003');
	expect(terminal.screen()).toContain('\\u001b[Z');
	terminal.paste('two\nlines');
	await terminal.waitFor('200~two\\nlines');
	terminal.resize(50, 8);
	await terminal.waitFor('50x8');

	await terminal.press('q');
	const exit = await terminal.exit;
	expect(exit).toEqual({code: 3, state: restored});
	expect(terminal.screen()).toBe('bye');
});

test('a program that leaves its terminal in disorder is found out', async () => {
	await using terminal = await openTerminal({command: [...command]});
	await terminal.waitFor('hello');
	terminal.signal('SIGKILL');
	const {code, state} = await terminal.exit;
	expect(code).toBe(128 + 9);
	expect(state).toMatchObject({alternateScreen: true, cursorVisible: false, raw: true});
});

test('waiting in vain shows the screen, and ends at once when the program does', async () => {
	await using terminal = await openTerminal({command: [...command]});
	await terminal.waitFor('hello');
	await expect(terminal.waitFor('never', 50)).rejects.toThrow('|hello world');
	const waiting = terminal.waitFor('never');
	await terminal.press('q');
	await expect(waiting).rejects.toThrow('ended');
});

test('a line that breaks ends the program', async () => {
	await using terminal = await openTerminal({command: [...command]});
	await terminal.waitFor('hello');
	terminal.hangUp();
	await terminal.exit;
	await expect.poll(() => isRunning(terminal.pid)).toBe(false);
});

test('the built program runs in a terminal', async () => {
	await using terminal = await openTerminal({args: ['--version']});
	expect((await terminal.exit).code).toBe(0);
	expect(terminal.screen()).toMatch(/^\d+\.\d+\.\d+/);
});

function isRunning(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}
