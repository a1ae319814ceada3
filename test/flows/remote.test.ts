import {describe, expect, test} from 'vitest';
import {openTerminal, restored, type OpenTerminal} from '../support/terminal.ts';

/** The demo with `tools/backup:nightly` pushed to the registry that stands for GHCR. */
async function openPushed(
	options: {
		readonly columns?: number;
		readonly rows?: number;
		readonly more?: readonly string[];
	} = {},
): Promise<OpenTerminal> {
	const {more = [], ...size} = options;
	const terminal = await openTerminal({args: ['--demo', ...more], ...size});
	await terminal.waitFor('▸ tools/backup');
	await terminal.press('P');
	await terminal.waitFor('to upload');
	await terminal.press('enter');
	await terminal.waitFor('Pushed ghcr.localhost');
	return terminal;
}

async function browse(terminal: OpenTerminal, place: 'ghcr' | 'acr'): Promise<void> {
	await terminal.press('3', place === 'ghcr' ? 'g' : 'G', 'enter');
	// On the right: the image of that name is on the left.
	await terminal.waitFor(/││ ▸ (?:octocat\/)?tools\/backup/);
	await terminal.press('enter');
	await terminal.waitFor(/▸ nightly +[\da-f]{12}/);
}

describe('inside a registry', () => {
	test('are its repositories, their tags, and one tag in full; a filter narrows them down', async () => {
		await using terminal = await openPushed();
		await terminal.press('3', 'enter');
		await terminal.waitFor('REPOSITORY');
		await terminal.waitFor(/▸ octocat\/tools\/backup.* private/);
		await terminal.press('/');
		await terminal.type('zz');
		await terminal.waitFor('Nothing matches /zz');
		await terminal.press('esc');
		await terminal.waitFor(/▸ octocat\/tools\/backup/);
		await terminal.press('enter');
		await terminal.waitFor(/▸ nightly +[\da-f]{12} +✓/);
		await terminal.waitFor('private · 1 version');
		await terminal.press('enter');
		await terminal.waitFor('› nightly');
		await terminal.waitFor('what the tag points at: config and layers');
		await terminal.waitFor('✓ on this machine too');
		await terminal.waitFor('digest of the config');
		await terminal.waitFor('Layers, lowest first (5)');
		await terminal.press('esc', 'esc', 'esc');
		await terminal.waitFor('4 Log');
		await terminal.press('q');
		expect(await terminal.exit).toEqual({code: 0, state: restored});
	});

	test('a tag is copied to the other registry by two keys, and untagged there by typing its name', async () => {
		await using terminal = await openPushed();
		await browse(terminal, 'ghcr');
		await terminal.press('m');
		await terminal.waitFor('the tag is free there');
		expect(terminal.screen()).toContain('skopeo copy --all');
		await terminal.press('enter');
		await terminal.waitFor(/Copied ghcr\.localhost\S+ to coursereg\.azurecr\.localhost/);

		await terminal.press('esc', 'esc');
		await browse(terminal, 'acr');
		await terminal.press('d');
		await terminal.waitFor('To confirm, type tools/backup:nightly');
		// Enter does nothing until the name is there.
		await terminal.press('enter');
		await terminal.type('tools/backup');
		await terminal.press('enter');
		await terminal.waitFor('Type tools/backup:nightly to confirm');
		expect(terminal.screen()).toContain('Delete on the registry');
		await terminal.type(':nightly');
		await terminal.waitFor('✓ tools/backup:nightly');
		await terminal.press('enter');
		await terminal.waitFor('Untagged coursereg.azurecr.localhost');
		await terminal.waitFor('This repository has no tag');
	});

	test('GHCR takes the last tag with the whole package only, and says so before', async () => {
		await using terminal = await openPushed();
		await browse(terminal, 'ghcr');
		await terminal.press('d');
		await terminal.waitFor('It is the only tag of octocat/tools/backup');
		await terminal.press('tab');
		await terminal.waitFor('The whole repository goes');
		await terminal.waitFor('GitHub deletes the whole package');
		await terminal.type('octocat/tools/backup:nightly');
		await terminal.press('enter');
		await terminal.waitFor(/Deleted [\da-f]{12} from the registry/);
	});

	test('shows who can see a repository, tried without a login', async () => {
		await using terminal = await openPushed();
		await browse(terminal, 'ghcr');
		await terminal.press('v');
		await terminal.waitFor('refused: every pull needs a login');
		await terminal.waitFor(/visibility +private/);
		await terminal.press('esc');
		await terminal.waitFor(screen => !screen.includes('Who can see'));
	});

	test('all of it works at 80×24, and a repository is found by its name', async () => {
		await using terminal = await openPushed({columns: 80, rows: 24});
		await terminal.press('3', 'enter');
		await terminal.waitFor('REPOSITORY');
		await terminal.press('n');
		await terminal.waitFor('Open a repository on ghcr.localhost');
		await terminal.type('Tools/backup');
		await terminal.press('enter');
		await terminal.waitFor('octocat/tools/backup');
		await terminal.press('ctrl-r', 'enter');
		await terminal.waitFor(/▸ nightly +[\da-f]{12} +✓/);
		await terminal.press('enter');
		await terminal.waitFor('what the tag points at');
		await terminal.press('m');
		await terminal.waitFor('the tag is free there');
		await terminal.press('esc');
		await terminal.waitFor(screen => !screen.includes('Copy to another place'));
		await terminal.press('d');
		await terminal.waitFor('It is the only tag');
		await terminal.press('tab');
		await terminal.waitFor('To confirm, type octocat/tools/backup:nightly');
	});
});

test('with --read-only a registry can be looked into, and nothing on it changed', async () => {
	await using terminal = await openTerminal({args: ['--demo', '--read-only']});
	await terminal.waitFor('▸ tools/backup');
	await terminal.press('3', 'enter');
	await terminal.waitFor('No repository is listed here');
	for (const key of ['m', 'd', 'p']) {
		await terminal.press(key);
		await terminal.waitFor('--read-only.');
		await terminal.press('j');
		await terminal.waitFor(screen => !screen.includes('--read-only.'));
	}
});
