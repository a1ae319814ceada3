import {expect, test} from 'vitest';
import {makeQrCode} from '../../../source/ui/hooks/use-qr-code.ts';
import {createTheme} from '../../../source/ui/theme.ts';
import type {Dialog} from '../../../source/workbench/dialog.ts';
import {dialogs} from './dialog-fixtures.ts';
import {openDialog} from './open-dialog.tsx';

const large = {columns: 120, rows: 40};

function read(dialog: Dialog): string {
	using screen = openDialog(dialog, large);
	return screen.screen();
}

test('copying tells where from, where to, what is there, and the command that does the same', async () => {
	using screen = openDialog(dialogs.copy, large);
	const text = screen.screen();
	expect(text).toContain('from  ghcr.io/octocat/hello:1.0.0');
	expect(text).toContain('the tag is free there');
	expect(text).toContain('[x] signatures');
	expect(text.replaceAll(/[\s│#]+/g, ' ')).toContain(
		'$ skopeo copy --all docker://ghcr.io/octocat/hello:1.0.0 docker://coursereg.azurecr.io/hello:1.0.0',
	);
	await screen.send('\u0002', '\t', 'x', '\r');
	expect(screen.calls.map(({intent}) => intent)).toEqual([
		'toggleReferrers',
		'cycleCopyTarget',
		'changeCopyValue',
		'submitCopy',
	]);
});

test('a copy onto itself is refused, without a command', () => {
	expect(read(dialogs.copyWrong)).toContain('This is where it comes from');
	expect(read(dialogs.copyWrong)).not.toContain('skopeo');
});

test('deleting on a registry names every tag, platform and artifact, and what to type', async () => {
	using screen = openDialog(dialogs.removeRemote, large);
	const text = screen.screen();
	for (const words of [
		'The image 39f039dca641 goes with 4 tags.',
		'– 1.0.0',
		'– latest',
		'linux/amd64, linux/arm64',
		'1 signature is left without the image',
		'Within 30 days it can be restored.',
		'To confirm, type octocat/hello:1.0.0',
		'● the image with all its tags',
	]) {
		expect(text).toContain(words);
	}
	await screen.send(':1.0.0', '\r');
	expect(screen.dialog()).toMatchObject({value: 'octocat/hello:1.0.0'});
	expect(screen.screen()).toContain('✓ octocat/hello:1.0.0');
	expect(screen.called('submitRemoteRemove')).toHaveLength(1);
});

test('a refused delete says why and asks for nothing', async () => {
	using screen = openDialog(dialogs.removeRemoteRefused, large);
	expect(screen.screen()).toContain('It is one of the platforms of latest');
	expect(screen.screen()).not.toContain('To confirm');
	await screen.send('octocat', '\t');
	expect(screen.calls.map(({intent}) => intent)).toEqual(['toggleRemovalMode']);
});

test('a repository that is not what it is called is told, and the page shown as text, link and code', async () => {
	const theme = createTheme({
		mode: 'dark',
		ascii: false,
		environment: {TERM_PROGRAM: 'WezTerm'},
	});
	using screen = openDialog(dialogs.visibility, {...large, theme});
	const address = dialogs.visibility.facts.value.settingsAddress;
	expect(screen.screen()).toContain(address);
	expect(screen.screen().replaceAll(/[\s│#]+/g, ' ')).toContain(
		'The registry calls it private, yet a pull without a login works.',
	);
	expect(screen.frames()).toContain(`\u{1B}]8;;${address}`);
	await expect.poll(() => screen.screen()).toContain('█▀▀▀▀▀█');
});

test.each([
	[80, 24, darkTheme()],
	[120, 40, createTheme({mode: 'dark', ascii: true, environment: {}})],
])(
	'at %i×%i without room or characters there is no code, and the address is there',
	async (columns, rows, theme) => {
		using screen = openDialog(dialogs.visibility, {columns, rows, theme});
		await makeQrCode('loaded by now');
		await screen.send();
		expect(screen.screen()).toContain('github.com/users/octocat/packages/container/hello/settings');
		expect(screen.screen()).not.toContain('█');
		expect(screen.frames()).not.toContain('\u{1B}]8;;');
	},
);

test('where the registry does not tell, its page is shown all the same', () => {
	const page = 'https://github.com/octocat/packages/container/package/hello';
	const error = {code: 'FORBIDDEN', message: 'api.github.com refused', hint: 'Log in.'} as const;
	for (const facts of [{phase: 'failed', error}, {phase: 'ready'}] as const) {
		using screen = openDialog({...dialogs.visibility, facts, page} as never, large);
		expect(screen.screen()).toContain('where its owner finds the settings');
		expect(screen.screen()).toContain(page);
	}
});

test('a practice registry that has no page for it says where the page would stand', () => {
	const {settingsAddress: _, ...value} = dialogs.visibility.facts.value;
	const words = (facts: object) => {
		using screen = openDialog({...dialogs.visibility, facts: {phase: 'ready', value: facts}});
		return screen.screen().replaceAll(/[\s│#]+/g, ' ');
	};
	expect(words(value)).toContain('On ghcr.io the link stands here');
	expect(words({versionCount: 1})).not.toContain('On ghcr.io');
});

function darkTheme() {
	return createTheme({mode: 'dark', ascii: false, environment: {}});
}
