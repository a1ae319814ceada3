import {readFile} from 'node:fs/promises';

// Ink measures every text and takes it apart character by character in every frame, also what has not
// changed: at 120×40 that is most of the time between a key and its frame. Both answers depend on the
// text alone, so the bundle keeps them from one frame to the next.
const changes = [
	{
		file: /[/\\]ink[/\\]build[/\\]output\.js$/,
		from: 'caches = new OutputCaches();',
		to: 'caches = keptCaches();',
		added: `
let kept;
function keptCaches() {
	// Begun anew now and then, so that a log that runs for days fills no memory.
	if (!kept || kept.styledChars.size > 2000 || kept.widths.size > 8000 || kept.blockWidths.size > 2000) {
		kept = new OutputCaches();
	}
	return kept;
}`,
	},
	{
		file: /[/\\]ink[/\\]build[/\\]render-node-to-output\.js$/,
		from: 'const currentWidth = widestLine(text);',
		to: 'const currentWidth = keptWidth(text);',
		added: `
const keptWidths = new Map();
function keptWidth(text) {
	let width = keptWidths.get(text);
	if (width === undefined) {
		width = widestLine(text);
		if (keptWidths.size > 2000) keptWidths.clear();
		keptWidths.set(text, width);
	}
	return width;
}`,
	},
];

/** For esbuild: lets Ink remember. Fails the build when an update of Ink has moved what it changes. */
export const quickInk = {
	name: 'quick-ink',
	setup(build) {
		for (const {file, from, to, added} of changes) {
			build.onLoad({filter: file}, async ({path}) => {
				const text = await readFile(path, 'utf8');
				if (text.split(from).length !== 2) {
					return {errors: [{text: `${path} no longer has: ${from}`}]};
				}
				return {contents: text.replace(from, to) + added, loader: 'js'};
			});
		}
	},
};
