/**
 * Takes the pictures of the documentation from the real program: the scripts in demos/ are played and
 * recorded, and where one says `picture` the recording is drawn. Run it as `npm run pictures` after a
 * change that can be seen.
 */
import {mkdir, writeFile} from 'node:fs/promises';
import {demoNames, picturesOf, playDemo, type Picture} from '../test/support/play-demo.ts';
import type {StyledRun} from '../test/support/screen.ts';
import {drawSvg} from './pictures/draw-svg.ts';

const folder = 'docs/pictures';
await mkdir(folder, {recursive: true});

for (const script of await demoNames()) {
	// Where there is nothing but pictures nobody is told anything.
	const played = await playDemo(script, script.startsWith('picture') ? [] : ['--show-keys']);
	if (played.code !== 0) throw new Error(`${script} failed\n${played.screen}`);
	for (const picture of await picturesOf(played)) await draw(picture);
}

async function draw({label, columns, text, lines}: Picture): Promise<void> {
	const [, name, description = ''] = /^picture ([a-z\d-]+): (.*)$/.exec(label) ?? [];
	// Captions are markers as well.
	if (name === undefined) return;
	// The line for an audience is the last one; it may have nothing to say.
	const isQuiet = lines.at(-1)?.every(run => run.text.trim() === '');
	const rows = (isQuiet ? lines.slice(0, -1) : lines).map(line => line.map(neutral));
	const svg = drawSvg({lines: rows, columns, title: 'regbench --demo', description});
	await writeFile(`${folder}/${name}.svg`, svg);
	console.log(`${folder}/${name}.svg\n${text}`);
}

/** Of the time of day only the seconds matter to the story, and nothing of where the practice world lay. */
function neutral(run: StyledRun): StyledRun {
	const text = run.text
		.replaceAll(/\b\d\d:\d\d:(\d\d)\b/g, '12:00:$1')
		.replaceAll(/\/\S*\/(regbench-demo)-\d+-\w+/g, '/tmp/$1');
	// What stands after it stays in its column.
	return {...run, text: text.padEnd(run.text.length)};
}
