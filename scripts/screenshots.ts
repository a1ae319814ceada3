/**
 * Takes the pictures of the documentation from the real program: it plays on `--demo` in a terminal of
 * its own, by keys. Run it as `npm run pictures` after a change that can be seen.
 */
import {mkdir, writeFile} from 'node:fs/promises';
import {openTerminal, type OpenTerminal} from '../test/support/terminal.ts';
import type {StyledRun} from '../test/support/screen.ts';
import {drawSvg} from './pictures/draw-svg.ts';

const folder = 'docs/pictures';
await mkdir(folder, {recursive: true});

await playWide();
await playSmall();

async function playWide(): Promise<void> {
	await using terminal = await openTerminal({args: ['--demo'], columns: 120, rows: 28});
	await terminal.waitFor('web/api');
	const [registry] = /ghcr\.localhost:\d+/.exec(terminal.screen())!;

	// An older image is on the registry as "latest", so that the newer one differs there.
	await terminal.press('j', 'j', 'j', 't');
	await terminal.waitFor('hello:1.0.0   ');
	await terminal.press('ctrl-u');
	await terminal.type(`${registry}/octocat/hello:latest`);
	await terminal.waitFor('does not say which version');
	await terminal.press('enter');
	await terminal.waitFor(/ latest +2728/);
	await terminal.press('2', 'j');
	await terminal.waitFor('▸ latest');
	await terminal.press('P');
	await terminal.waitFor('to upload');
	await terminal.press('enter');
	await terminal.waitFor('✓ Pushed');

	await terminal.press('1', 'k', 'k');
	await terminal.waitFor('▸ hello:1.1.0');
	await terminal.press('4', 'c', '2', 'R');
	await terminal.waitFor('≠');
	await terminal.press('P');
	await terminal.waitFor('to upload');
	await terminal.press('down', 'space');
	await terminal.waitFor('2 registries');
	await take(
		terminal,
		'push',
		'The push dialog: which registries, and what will be uploaded to each',
	);
	await terminal.press('enter');
	await terminal.waitFor(/1\.1\.0 .*✓ +✓ +✓/);
	await take(
		terminal,
		'workbench',
		'Four panes: images, the tags of one and how each stands on every registry, registries, log',
	);

	await terminal.press('enter');
	await terminal.waitFor('Configuration');
	await take(
		terminal,
		'details',
		'The details of an image: references, digests, configuration, layers',
	);
	await terminal.press('esc', 'r');
	await terminal.waitFor('re-pull   Esc');
	await take(
		terminal,
		'repull',
		'The re-pull dialog: what happens in which order, and what is safe',
	);
	await terminal.press('y');
	await terminal.waitFor('✓ Same image');
	await take(terminal, 'same-image', 'After a re-pull: the same image came back');
	await terminal.press('q');
	await terminal.exit;
}

async function playSmall(): Promise<void> {
	await using terminal = await openTerminal({args: ['--demo'], columns: 80, rows: 24});
	await terminal.waitFor('web/api');
	await terminal.press('j', 'P');
	await terminal.waitFor('to upload');
	await terminal.press('enter');
	await terminal.waitFor('✓ Pushed');
	await take(terminal, 'small', 'The workbench in a terminal of 80 by 24');
	await terminal.press('q');
	await terminal.exit;
}

async function take(terminal: OpenTerminal, name: string, description: string): Promise<void> {
	await terminal.idle(300);
	const {cols: columns} = terminal.emulator;
	const lines = terminal.styledLines().map(line => line.map(withNeutralTime));
	const svg = drawSvg({lines, columns, title: 'regbench --demo', description});
	await writeFile(`${folder}/${name}.svg`, svg);
	console.log(`${folder}/${name}.svg\n${terminal.screen()}`);
}

/** Of the time of day only the seconds matter to the story. */
function withNeutralTime(run: StyledRun): StyledRun {
	return {...run, text: run.text.replaceAll(/\b\d\d:\d\d:(\d\d)\b/g, '12:00:$1')};
}
