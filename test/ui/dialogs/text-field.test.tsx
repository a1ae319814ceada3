import {describe, expect, test} from 'vitest';
import {
	applyEdit,
	cleanText,
	longestText,
	type Edit,
} from '../../../source/ui/components/text-editing.ts';
import {createTextEntry} from '../../../source/ui/components/text-entry.ts';
import {windowText} from '../../../source/ui/components/text-window.ts';
import {displayWidth} from '../../../source/ui/text.ts';
import {dialogs} from './dialog-fixtures.ts';
import {openDialog} from './open-dialog.tsx';

const escape = '\u{1B}';
const enter = '\r';
const tab = '\t';
const emptyPull = {...dialogs.pull, cursor: -1, recent: []};

function type(text: string, ...edits: Edit[]) {
	return edits.reduce(applyEdit, {text, cursor: text.length});
}

/** Remembers what a field is sent; leaves Enter to the screen. */
function receiver(got: unknown[]) {
	return {
		receive: (edit: Edit) => got.push(edit),
		submit() {
			got.push('enter');
			return false;
		},
	};
}

function valueOf(screen: {dialog(): unknown}): string {
	return (screen.dialog() as {value: string}).value;
}

describe('typing', () => {
	test('a chunk of text with Enter in it is put in, and then entered', async () => {
		using screen = openDialog(emptyPull);
		await screen.send(`alpine:3.20${enter}`);
		expect(valueOf(screen)).toBe('alpine:3.20');
		expect(screen.calls.at(-1)?.intent).toBe('submitPull');
		expect(screen.called('submitPull')).toHaveLength(1);
	});

	test('a chunk with Tab in it fills two fields', async () => {
		using screen = openDialog({...dialogs.target, field: 'host', host: '', proposals: []});
		await screen.send(`ghcr.io${tab}octocat`);
		expect(screen.dialog()).toMatchObject({host: 'ghcr.io', namespace: 'octocat'});
	});

	test('a chunk that opens a field and types in it loses nothing', async () => {
		using screen = openDialog(undefined);
		await screen.send(':zoo');
		expect(screen.dialog()).toMatchObject({kind: 'palette', query: 'zoo'});
	});

	test('a command opened, typed and entered in one chunk is that command', async () => {
		using screen = openDialog(undefined);
		await screen.send(`:zoom${enter}`);
		expect(screen.calls.map(call => call.intent).slice(-2)).toEqual(['back', 'toggleZoom']);
	});

	test('a single letter goes to the field, not to the dialog', async () => {
		using screen = openDialog(emptyPull);
		await screen.send('q', 'j', 'k', '?');
		expect(valueOf(screen)).toBe('qjk?');
		expect(screen.called('move')).toHaveLength(0);
	});

	test('a pasted text is one piece without line breaks, and presses no key', async () => {
		using screen = openDialog(emptyPull);
		await screen.send(`${escape}[200~alpine\r\n:3.20\t${escape}[31m\r${escape}[201~`);
		expect(valueOf(screen)).toBe('alpine:3.20');
		expect(screen.called('submitPull')).toHaveLength(0);
		expect(screen.called('changePullValue')).toHaveLength(1);
	});

	test('Home, End and the control keys edit in place', async () => {
		using screen = openDialog(emptyPull);
		await screen.send('hello:1.0', `${escape}[H`, 'my/', '\u0005', '\u0017', '2', '\u0001', '>');
		expect(valueOf(screen)).toBe('>my/hello:1.2');
		await screen.send('\u0005', `${escape}[D`, `${escape}[D`, '\u000B');
		expect(valueOf(screen)).toBe('>my/hello:1');
		await screen.send('\u007F', '\u0015');
		expect(valueOf(screen)).toBe('');
	});

	test('a backspace held down takes one character each time', async () => {
		using screen = openDialog(emptyPull);
		await screen.send('hello', '\u007F\u007F\u007F');
		expect(valueOf(screen)).toBe('he');
	});

	test('a text wider than its place keeps the cursor in sight and the line whole', async () => {
		using screen = openDialog(emptyPull);
		await screen.send(`${'x'.repeat(100)}:end`);
		const line = screen
			.screen()
			.split('\n')
			.find(text => text.includes('reference'));
		expect(line).toContain(':end');
		expect(line).toContain('…');
		expect(line).toHaveLength(80);
	});

	test('a value that comes from elsewhere is typed on at its end', async () => {
		using screen = openDialog({...emptyPull, value: 'alpine'});
		await screen.send(':', '3');
		expect(valueOf(screen)).toBe('alpine:3');
	});
});

describe('editing', () => {
	test('an emoji or a letter with marks is one character', () => {
		expect(type('a👩‍💻', {type: 'erase', to: 'left'}).text).toBe('a');
		expect(type('e\u0301x', {type: 'move', to: 'left'}, {type: 'erase', to: 'left'}).text).toBe(
			'x',
		);
	});

	test('words are the parts of a reference', () => {
		expect(type('ghcr.io/me/hello:1.0.0', {type: 'erase', to: 'word-left'}).text).toBe(
			'ghcr.io/me/hello:1.0.',
		);
		expect(
			type('ghcr.io/me', {type: 'move', to: 'start'}, {type: 'erase', to: 'word-right'}).text,
		).toBe('.io/me');
	});

	test('what controls a terminal or turns the writing round is no text', () => {
		expect(cleanText('a\u001B[2Jb\u0007c\u202Ed\u2028e')).toBe('abcde');
		expect(cleanText('\u001B]0;title\u0007ok')).toBe('ok');
	});

	test('a paste of a megabyte is cut', () => {
		expect(type('', {type: 'insert', text: 'x'.repeat(1_000_000)}).text).toHaveLength(longestText);
	});

	test.each([
		['', 0],
		['short', 5],
		['日本語のとても長い名前です', 0],
		['日本語のとても長い名前です', 6],
		['日本語のとても長い名前です', 13],
		['ghcr.io/octocat/a-very-long-name:1', 17],
	])('%s with the cursor at %i takes exactly the columns it has', (text, cursor) => {
		for (const width of [1, 2, 3, 8, 13, 40]) {
			const {before, at, after, padding} = windowText({text, cursor}, width);
			const drawn = displayWidth(before + at + after) + padding;
			expect(drawn).toBe(Math.max(width, displayWidth(at)));
		}
	});
});

describe('the road to a field', () => {
	const key = {} as Parameters<ReturnType<typeof createTextEntry>['send']>[2];
	test('Enter does not overtake text that waits for its field', () => {
		const entry = createTextEntry();
		const got: unknown[] = [];
		entry.onLateEnter(() => got.push('late enter'));
		entry.send('palette', 'q', key);
		expect(entry.submit('palette')).toBe(true);
		entry.attach('palette', receiver(got));
		expect(got).toEqual([{type: 'insert', text: 'q'}, 'enter', 'late enter']);
	});

	test('strokes for a field that never came do not turn up in a later one', () => {
		let now = 0;
		const entry = createTextEntry(() => now);
		const got: unknown[] = [];
		entry.send('palette', 'q', key);
		now = 5000;
		entry.attach('palette', receiver(got));
		expect(got).toEqual([]);
	});

	test('a field that has gone gets nothing more', () => {
		const entry = createTextEntry();
		const got: unknown[] = [];
		const detach = entry.attach('tag', receiver(got));
		detach();
		entry.send('tag', 'q', key);
		expect(got).toEqual([]);
	});
});
