import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

// Ink measures every text and takes it apart character by character in every frame, also what has not
// changed: at 120×40 that is most of the time between a key and its frame. All answers depend on the
// text alone, so the bundle keeps them from one frame to the next: some screens' worth, and no more,
// so that a log may run for days.
const changes = {
	'output.js': [
		[
			`import stringWidth from 'string-width';`,
			`import stringWidth from 'string-width';\nimport QuickLRU from 'quick-lru';`,
		],
		['    widths = new Map();', '    widths = new QuickLRU({maxSize: 1000});'],
		['    blockWidths = new Map();', '    blockWidths = new QuickLRU({maxSize: 500});'],
		['    styledChars = new Map();', '    styledChars = new QuickLRU({maxSize: 500});'],
		[
			'export default class Output',
			'const kept = new OutputCaches();\nexport default class Output',
		],
		['caches = new OutputCaches();\n    width', 'caches = kept;\n    width'],
		// A line that is whole already need not be put together again.
		[
			'let lines = characterLines.map(',
			`let lines = !text.includes('\\n') ? [text] : characterLines.map(`,
		],
		[
			'return this.sliceLineToColumns(line, from, to);',
			'return from === 0 && to === width ? line : this.sliceLineToColumns(line, from, to);',
		],
	],
	'render-node-to-output.js': [
		// Layout has measured the same texts already, and remembers.
		[`import widestLine from 'widest-line';`, `import measureText from './measure-text.js';`],
		['const currentWidth = widestLine(text);', 'const currentWidth = measureText(text).width;'],
	],
	'sanitize-ansi.js': [
		[
			`import { hasAnsi`,
			`import QuickLRU from 'quick-lru';\nconst kept = new QuickLRU({maxSize: 500});\nimport { hasAnsi`,
		],
		['const sanitizeAnsi = (text) => {', 'const sanitizeAnew = (text) => {'],
		[
			'export default sanitizeAnsi;',
			`export default function sanitizeAnsi(text) {
	let clean = kept.get(text);
	if (clean === undefined) {
		clean = sanitizeAnew(text);
		kept.set(text, clean);
	}
	return clean;
}`,
		],
	],
	'ink.js': [
		// The screen was entered and painted before Ink was loaded: Ink goes on from what is there.
		[
			`        this.writeBestEffort(this.options.stdout, ansiEscapes.enterAlternativeScreen);
        this.writeBestEffort(this.options.stdout, hideCursorEscape);`,
			`        if (this.options.painted !== undefined) {
            this.log.sync(this.options.painted);
            return;
        }
        this.writeBestEffort(this.options.stdout, ansiEscapes.enterAlternativeScreen);
        this.writeBestEffort(this.options.stdout, hideCursorEscape);`,
		],
	],
	'line-update.js': [
		// Box-drawing characters need no segmentation either.
		[
			'const printableAscii = /^[ -~]*$/u;',
			`import {isNarrow} from ${JSON.stringify(sourceFile('narrow.ts'))};\nconst printableAscii = {test: isNarrow};`,
		],
	],
	// The layout engine comes as a data: address; fetching that would load Node's whole fetch first.
	'yoga-wasm-base64-esm.js': [
		['return w||"function"!=typeof fetch?Promise', 'return true?Promise'],
		[
			'var b=xa(a.slice(37)),c=new Uint8Array(b.length);for(a=0;a<b.length;++a)c[a]=b.charCodeAt(a);var d=c',
			'var d=Buffer.from(a.slice(37),"base64")',
		],
	],
};

// Ink and the packages under it bring five copies of this, which go through box-drawing characters by
// way of grapheme segmentation.
const quickWidth = sourceFile('string-width.ts');

/** For esbuild: lets Ink remember. Fails the build when an update of Ink has moved what it changes. */
export const quickInk = {
	name: 'quick-ink',
	setup(build) {
		const inDependency = new RegExp(`[/\\\\]node_modules[/\\\\]`);
		build.onResolve({filter: /^string-width$/}, ({importer, kind}) =>
			kind === 'import-statement' && inDependency.test(importer)
				? {path: 'string-width', namespace: 'quick-ink'}
				: undefined,
		);
		build.onLoad({filter: /./, namespace: 'quick-ink'}, () => ({
			contents: `export {quickStringWidth as default} from ${JSON.stringify(quickWidth)};`,
			resolveDir: path.dirname(quickWidth),
		}));
		const filter =
			/(?:[/\\]ink[/\\]build[/\\](?:ink|output|render-node-to-output|sanitize-ansi|line-update)|[/\\]yoga-wasm-base64-esm)\.js$/;
		build.onLoad({filter}, async ({path: file}) => {
			let contents = await readFile(file, 'utf8');
			for (const [from, to] of changes[path.basename(file)]) {
				if (contents.split(from).length !== 2) {
					return {errors: [{text: `${file} no longer has: ${from}`}]};
				}
				contents = contents.replace(from, () => to);
			}
			return {contents, loader: 'js'};
		});
	},
};

function sourceFile(name) {
	return fileURLToPath(new URL(`../source/ui/${name}`, import.meta.url));
}
