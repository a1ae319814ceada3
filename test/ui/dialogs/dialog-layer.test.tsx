import {Box, renderToString} from 'ink';
import stringWidth from 'string-width';
import stripAnsi from 'strip-ansi';
import {describe, expect, test, vi} from 'vitest';
import {Secret} from '../../../source/domain/credential.ts';
import {DialogLayer, dialogTakesText} from '../../../source/ui/dialogs/dialog-layer.tsx';
import {createTheme} from '../../../source/ui/theme.ts';
import type {Dialog} from '../../../source/workbench/dialog.ts';
import {dialogs, recordedIntents, stateWith} from './dialog-fixtures.ts';
import {darkTheme, openDialog, type OpenDialog} from './open-dialog.tsx';

const escape = '\u{1B}';

function draw(dialog: Dialog, columns = 80, rows = 24, theme = darkTheme): readonly string[] {
	const frame = renderToString(
		<Box width={columns} height={rows}>
			<DialogLayer
				state={stateWith(dialog)}
				intents={recordedIntents().intents}
				columns={columns}
				rows={rows}
				theme={theme}
			/>
		</Box>,
		{columns},
	);
	return stripAnsi(frame).split('\n');
}

/** The text of a dialog, without its frame, its line breaks and its air. */
function read(dialog: Dialog, columns = 80, rows = 24): string {
	return draw(dialog, columns, rows)
		.map(line => line.replaceAll(/[│╭╮╰╯─]/g, ' ').trim())
		.filter(Boolean)
		.join(' ')
		.replaceAll(/ {2,}/g, ' ');
}

/** The text of the secret that a login was given. */
function handedOver(screen: OpenDialog): unknown {
	const value = screen.called('submitLogin')[0]?.values[0];
	return value instanceof Secret ? value.reveal() : value;
}

const sizes = [
	[60, 16],
	[80, 24],
	[120, 40],
] as const;

describe.each(Object.entries<Dialog>(dialogs))('the dialog %s', (_, dialog) => {
	test.each(sizes)('fits %i×%i with whole edges', (columns, rows) => {
		const lines = draw(dialog, columns, rows);
		expect(lines.length).toBeLessThanOrEqual(rows);
		const drawn = lines.filter(line => line.trim() !== '');
		expect(drawn[0]).toMatch(/^ *╭─ .* ─*╮$/);
		expect(drawn.at(-1)).toMatch(/^ *╰─.*╯$/);
		expect(new Set(drawn.map(line => stringWidth(line.trimEnd()))).size).toBe(1);
		for (const line of drawn.slice(1, -1)) expect(line.trim()).toMatch(/^│.*│$/);
	});

	test('is drawn with ASCII alone where there is no more', () => {
		const theme = createTheme({mode: 'mono', ascii: true, environment: {}});
		const text = draw(dialog, 80, 24, theme).join('\n');
		expect(text).toMatch(/^[\n -~→]*$/);
	});

	test('covers what is behind it', async () => {
		using screen = openDialog(dialog);
		await screen.send();
		for (const line of screen.screen().split('\n')) {
			const inside = /^#*([│╭╰].*[│╮╯])#*$/.exec(line)?.[1];
			if (inside) expect(inside).not.toContain('#');
			else expect(line).toBe('#'.repeat(80));
		}
	});

	test('says how to leave it', () => {
		expect(read(dialog, 60, 16)).toMatch(/Esc cancel|close|n stay/);
	});
});

describe('tag', () => {
	test('offers the repaired form and its key', () => {
		expect(read(dialogs.tagWrong)).toContain('press Ctrl-r to use ghcr.io/octocat/hello:1.0.0');
	});

	test('tells where the tag exists, and the command that does the same', () => {
		const text = read(dialogs.tag);
		expect(text).toContain('on ghcr.io: exists already (39f039dca641)');
		expect(text).toContain('$ docker tag hello:1.0.0 ghcr.io/octocat/hello:1.0.0');
	});

	test('arrows change the place, Ctrl-r repairs, Enter tags', async () => {
		using screen = openDialog(dialogs.tagWrong);
		await screen.send(`${escape}[B`, `${escape}[A`, '\u0012', '\r');
		expect(screen.calls.map(({intent, values}) => [intent, ...values])).toEqual([
			['cycleTagTarget', 1],
			['cycleTagTarget', -1],
			['useRepairedTag'],
			['submitTag'],
		]);
	});

	test('several images list what goes where', () => {
		const text = read(dialogs.tagSeveral);
		expect(text).toContain('Tag 8 images');
		expect(text).toContain('and 3 more');
	});
});

describe('push', () => {
	test('tells what will move before it does', () => {
		const text = read(dialogs.push);
		expect(text).toContain('[x] ghcr.io/octocat');
		expect(text).toContain('[ ] coursereg.azurecr.io');
		expect(text).toContain('2 of 5 layers already there · up to 12 MB to upload');
		expect(text).toContain('replaces 39f039dca641 there');
	});

	test('an exact size is not called an upper bound', () => {
		const text = read(dialogs.pushTwo);
		expect(text).toContain('· 12 MB to upload');
		expect(text).not.toContain('up to');
	});

	test('says when nothing has to be sent', () => {
		const plan = dialogs.push.plans['ghcr.io/octocat hello:1.0.0'];
		if (!plan) throw new Error('no plan');
		const value = {...plan.value, layersPresent: 5, bytesToUpload: 0};
		const plans = {'ghcr.io/octocat hello:1.0.0': {phase: 'ready', value}} as const;
		expect(read({...dialogs.push, plans})).toContain(
			'all 5 layers already there · nothing to upload',
		);
	});

	test('a place that cannot be asked says why and what to do, beside the others', () => {
		const text = read(dialogs.pushTwo);
		expect(text).toContain('coursereg.azurecr.io wants a login');
		expect(text).toContain('Log in to the registry');
		expect(text).toContain('asking what is there already');
		expect(text).toContain(':latest moves with every push');
	});

	test('Space chooses and Enter pushes', async () => {
		using screen = openDialog(dialogs.push);
		await screen.send('j', ' ', '\r');
		expect(screen.calls.map(call => call.intent)).toEqual([
			'move',
			'togglePushTarget',
			'submitPush',
		]);
	});
});

describe('delete', () => {
	test('tells exactly what goes, how much it frees, and where it comes back from', () => {
		const text = read(dialogs.remove);
		expect(text).toContain('Untags 2 references, frees 33 MB.');
		expect(text).toContain('hello:1.0.0');
		expect(text).toContain('It can be pulled again from ghcr.io/octocat/hello');
		expect(text).not.toContain('f force');
	});

	test.each(sizes)('names containers and the only copy also at %i×%i', (columns, rows) => {
		const text = read(dialogs.removeUsed, columns, rows);
		expect(text).toContain('frees 1.2 GB');
		expect(text).toContain('quiet_banach running');
		expect(text).toContain('web stopped');
		expect(text).toContain('this is the only copy');
		expect(text).toContain('Press f first');
		expect(text).toMatch(/and \d more/);
	});

	test('force is told apart from a plain delete', () => {
		expect(read({...dialogs.removeUsed, force: true})).toContain('Force is on');
	});

	test('Enter destroys nothing, y does', async () => {
		using screen = openDialog(dialogs.remove);
		await screen.send('\r', '\r', ' ');
		expect(screen.calls).toEqual([]);
		await screen.send('y');
		expect(screen.called('confirmRemove')).toHaveLength(1);
	});

	test('a name that is only untagged frees nothing and keeps the image', () => {
		const plan = {...dialogs.remove.plan.value, references: ['hello:1.0.0'], images: []};
		const text = read({...dialogs.remove, plan: {phase: 'ready', value: plan}});
		expect(text).toContain('Untags 1 reference.');
		expect(text).toContain('The image stays');
		expect(text).not.toContain('frees');
	});
});

describe('re-pull', () => {
	test('tells its three steps and the choice of registries', () => {
		const text = read(dialogs.repull);
		expect(text).toContain('1 Ask ghcr.io whether it can be pulled');
		expect(text).toContain('2 Delete the copy on this machine');
		expect(text).toContain('3 Pull it, and compare digest and image ID');
		expect(text).toContain('coursereg.azurecr.io/hello:1.0.0');
		expect(text).toContain('nothing is deleted');
	});

	test('y begins', async () => {
		using screen = openDialog(dialogs.repullOne);
		await screen.send('y');
		expect(screen.called('confirmRepull')).toHaveLength(1);
	});
});

describe('pull and registries', () => {
	test('the reference pulled before is under the cursor', () => {
		expect(read(dialogs.pull)).toContain('▸ alpine:3.20');
	});

	test('a wrong reference says why', () => {
		expect(read(dialogs.pullWrong)).toContain('A name has no blanks.');
	});

	test('the fields are called as the registry calls them', () => {
		const text = read(dialogs.target);
		expect(text).toContain('owner');
		expect(text).toContain('GitHub Container Registry');
		expect(text).toContain('ghcr.io/OWNER/hello:1.0.0');
		expect(text).toContain('gh login as octocat');
	});

	test('a field with the keyboard is drawn also where the registry has no owners', async () => {
		const host = 'coursereg.azurecr.io';
		using screen = openDialog({...dialogs.target, host, proposals: []});
		await screen.send('team');
		expect(screen.dialog()).toMatchObject({namespace: 'team'});
		expect(screen.screen()).toContain('coursereg.azurecr.io/team/hello:1.0.0');
	});

	test('Enter on a proposal takes it', async () => {
		using screen = openDialog({...dialogs.target, cursor: 1});
		await screen.send('\r');
		expect(screen.calls).toEqual([{intent: 'acceptProposal', values: [1]}]);
	});

	test('removing a registry needs y, and says what stays', async () => {
		expect(read(dialogs.removeTarget)).toContain('images on the registry stay');
		using screen = openDialog(dialogs.removeTarget);
		await screen.send('\r');
		expect(screen.calls).toEqual([]);
		await screen.send('y');
		expect(screen.called('confirmRemoveTarget')).toHaveLength(1);
	});
});

describe('login', () => {
	const secret = 'ghp_0123456789abcdef';

	test('names the token page whole where there is room, and the scopes', () => {
		const text = read(dialogs.login, 120, 40);
		expect(text).toContain('https://github.com/settings/tokens/new');
		expect(text).toContain('write:packages');
		expect(draw(dialogs.login, 120, 40).filter(line => line.includes('https://'))).toHaveLength(1);
	});

	test('the password is dots on every frame, and is handed over once as a secret', async () => {
		using screen = openDialog(dialogs.login);
		await screen.send(...secret.slice(0, 4), secret.slice(4));
		expect(screen.screen()).toContain('•'.repeat(secret.length));
		await screen.send('\r');
		const [call, ...more] = screen.called('submitLogin');
		expect(more).toEqual([]);
		const [handed] = call?.values ?? [];
		expect(handed).toBeInstanceOf(Secret);
		expect((handed as Secret).reveal()).toBe(secret);
		expect(screen.frames()).not.toContain(secret.slice(0, 4));
		expect(JSON.stringify(screen.calls)).not.toContain(secret);
		expect(JSON.stringify(screen.dialog())).not.toContain(secret);
	});

	test('name, Tab, token and Enter in one chunk log in', async () => {
		using screen = openDialog({...dialogs.login, field: 'username', username: ''});
		await screen.send(`octocat\t${secret}\r`);
		expect(screen.dialog()).toMatchObject({username: 'octocat', field: 'password'});
		expect(handedOver(screen)).toBe(secret);
		expect(screen.frames()).not.toContain('ghp_');
	});

	test('a pasted token with a line break is the token', async () => {
		using screen = openDialog(dialogs.login);
		await screen.send(`${escape}[200~${secret}\n${escape}[201~`);
		expect(screen.called('submitLogin')).toHaveLength(0);
		await screen.send('\r');
		expect(handedOver(screen)).toBe(secret);
	});

	test('Enter in the name goes on to the password', async () => {
		using screen = openDialog({...dialogs.login, field: 'username'});
		await screen.send('\r');
		expect(screen.dialog()).toMatchObject({field: 'password'});
		expect(screen.called('submitLogin')).toHaveLength(0);
	});

	test('a refused login keeps the dialog and says what to do', () => {
		expect(read(dialogs.loginRefused)).toContain(
			'ghcr.io refused this login. Check that the token',
		);
	});

	test('the password is gone when the dialog is', async () => {
		using screen = openDialog(dialogs.login);
		await screen.send('secret', escape);
		// Ink waits a moment whether more follows an escape.
		await vi.waitFor(() => expect(screen.dialog()).toBeUndefined());
		await screen.send();
		expect(screen.screen()).not.toContain('•');
	});
});

describe('palette', () => {
	test('finds a command by a part of its name', () => {
		const text = read({...dialogs.palette, query: 'repull'});
		expect(text).toContain('▸ re-pull');
	});

	test('what a row has to cut stands whole below the list', () => {
		const proof = read({...dialogs.palette, query: 'prove the round'}).replaceAll(/[│\s]+/g, ' ');
		expect(proof).toContain('delete, pull, run again, compare; with a report to hand in');
	});

	test('Enter does the command and closes the palette', async () => {
		using screen = openDialog(dialogs.palette);
		await screen.send('zoom', '\r');
		expect(screen.calls.map(call => call.intent).slice(-2)).toEqual(['back', 'toggleZoom']);
	});

	test('a command of another pane moves there first', async () => {
		using screen = openDialog(dialogs.palette);
		await screen.send('follow\r');
		expect(screen.calls.slice(-3)).toEqual([
			{intent: 'back', values: []},
			{intent: 'focusPane', values: ['log']},
			{intent: 'toggleFollow', values: []},
		]);
	});

	test('a command that cannot be done says why and stays', async () => {
		using screen = openDialog(dialogs.palette, {state: {readOnly: true}});
		await screen.send('push');
		expect(screen.screen()).toContain('push is off');
		await screen.send('\r');
		expect(screen.called('openPush')).toHaveLength(0);
		expect(screen.dialog()).toMatchObject({kind: 'palette'});
	});

	test('letters that fit nothing are said to', () => {
		expect(read({...dialogs.palette, query: 'xyzzy'})).toContain('No command has these letters');
	});
});

describe('reading', () => {
	test('the help has two columns on a wide screen', () => {
		expect(draw(dialogs.help, 120, 40).some(line => /Images .* (Log|Everywhere)/.test(line))).toBe(
			true,
		);
		expect(draw(dialogs.help, 80, 24).some(line => /Images .* (Log|Everywhere)/.test(line))).toBe(
			false,
		);
	});

	test('scrolling stops at the end', async () => {
		using screen = openDialog(dialogs.explain, {columns: 60, rows: 16});
		await screen.send('j', 'j');
		expect(screen.dialog()).toMatchObject({offset: 2});
		await screen.send('j'.repeat(60));
		expect(screen.screen()).toContain('pulls and compares.');
		await screen.send('k');
		expect(screen.screen()).not.toContain('pulls and compares.');
	});

	test('leaving while jobs run names them and needs y', async () => {
		expect(read(dialogs.quit)).toContain('2 jobs are running; quitting cancels them.');
		expect(read(dialogs.quit)).toContain('hello:1.0.0 → ghcr.io/octocat');
		using screen = openDialog(dialogs.quit);
		await screen.send('\r');
		expect(screen.calls).toEqual([]);
		await screen.send('y');
		expect(screen.called('confirmQuit')).toHaveLength(1);
	});
});

test('text from outside cannot write over the screen', () => {
	const hostile = `evil${escape}[2J${escape}]0;title\u0007\u202Ename`;
	const lines = draw({
		...dialogs.remove,
		plan: {
			phase: 'ready',
			value: {
				...dialogs.remove.plan.value,
				references: [hostile],
				containers: [{id: '1', name: hostile, running: true, imageId: '1'}],
			},
		},
	});
	for (const character of ['\u{7}', '\u{202E}', escape]) {
		expect(lines.join('')).not.toContain(character);
	}
	expect(new Set(lines.filter(Boolean).map(line => stringWidth(line.trimEnd()))).size).toBe(1);
});

test('printable keys belong to a field exactly where there is one', () => {
	const typed = Object.values<Dialog>(dialogs).filter(dialog => dialogTakesText(stateWith(dialog)));
	expect(new Set(typed.map(dialog => dialog.kind))).toEqual(
		new Set([
			'palette',
			'tag',
			'pull',
			'target',
			'login',
			'save-log',
			'repository',
			'copy',
			'remove-remote',
		]),
	);
	expect(dialogTakesText(stateWith(dialogs.loginAcr))).toBe(false);
	expect(dialogTakesText(stateWith(undefined))).toBe(false);
});
