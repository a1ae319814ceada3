/** A terminal's screen as an SVG picture: every cell in its place, whatever font the reader has. */
import type {CellColour, StyledRun} from '../../test/support/screen.ts';

const cellWidth = 8.4;
const cellHeight = 18;
const fontSize = 14;
const baseline = 13.2;
const padding = 18;
const barHeight = 30;

const background = '#12161f';
const foreground = '#cdd5e1';
const edge = '#2a3140';

/** The terminal's sixteen colours, on a dark ground. */
const palette = [
	'#3b4356 #f0717a #8fd18a #e6c274 #74a8f0 #c792ea #5fcfd6 #cdd5e1',
	'#66708a #ff8a92 #a8e6a1 #f4d58d #8fbcff #d9a8f7 #7fe3ea #f2f5fa',
].flatMap(row => row.split(' '));

export type Picture = {
	readonly lines: ReadonlyArray<readonly StyledRun[]>;
	readonly columns: number;
	/** What is typed to get there; shown in the window's bar. */
	readonly title: string;
	/** What the picture shows, for people who cannot see it. */
	readonly description: string;
};

/** The picture as the text of an SVG file. */
export function drawSvg({lines, columns, title, description}: Picture): string {
	const width = round(columns * cellWidth + 2 * padding);
	const height = round(lines.length * cellHeight + barHeight + padding * 1.5);
	const rows = lines.map((runs, row) => drawRow(runs, barHeight + padding / 2 + row * cellHeight));
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(description)}">`,
		`<title>${escape(description)}</title>`,
		`<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="${background}" stroke="${edge}"/>`,
		`<path d="M0.5 ${barHeight - 0.5}H${width - 0.5}" stroke="${edge}"/>`,
		...[20, 38, 56].map(x => `<circle cx="${x}" cy="15" r="5" fill="${edge}"/>`),
		`<g font-family="ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace" font-size="${fontSize}" fill="${foreground}" xml:space="preserve">`,
		`<text x="${width / 2}" y="20" text-anchor="middle" font-size="12" fill="${palette[8]}">${escape(title)}</text>`,
		...rows.filter(text => text !== ''),
		'</g>',
		'</svg>',
		'',
	].join('\n');
}

function drawRow(runs: readonly StyledRun[], top: number): string {
	let column = 0;
	return runs
		.map(run => {
			const drawn = drawRun(run, padding + column * cellWidth, top);
			column += [...run.text].length;
			return drawn;
		})
		.join('');
}

function drawRun(run: StyledRun, left: number, top: number): string {
	const ink = colourOf(run.foreground) ?? foreground;
	const paper = colourOf(run.background);
	const [text, under] = run.inverse ? [paper ?? background, ink] : [ink, paper];
	const opacity = run.dim ? ' opacity="0.62"' : '';
	const parts: string[] = [];
	if (under !== undefined) {
		const width = round([...run.text].length * cellWidth);
		parts.push(
			`<rect x="${round(left)}" y="${round(top)}" width="${width}" height="${cellHeight}" fill="${under}"/>`,
		);
	}
	const characters = [...run.text];
	for (let at = 0; at < characters.length;) {
		const end = endOfPiece(characters, at);
		const piece = characters.slice(at, end).join('');
		const x = left + at * cellWidth;
		if (isLine(characters[at]!))
			parts.push(drawLines(characters.slice(at, end), x, top, text, opacity));
		else if (piece.trim() !== '') parts.push(drawText(piece, x, top, run, text, opacity));
		at = end;
	}
	return parts.join('');
}

/** Words that belong together stay one piece, so that the picture's text can be selected and searched. */
function endOfPiece(characters: readonly string[], start: number): number {
	const lines = isLine(characters[start]!);
	let end = start + 1;
	while (end < characters.length && isLine(characters[end]!) === lines) end += 1;
	return end;
}

function drawText(
	piece: string,
	x: number,
	top: number,
	run: StyledRun,
	colour: string,
	opacity: string,
): string {
	const trimmed = piece.trim();
	const indent = [...piece.slice(0, piece.indexOf(trimmed))].length;
	const length = [...trimmed].length;
	const style = [
		colour === foreground ? '' : ` fill="${colour}"`,
		run.bold ? ' font-weight="700"' : '',
		run.italic ? ' font-style="italic"' : '',
		run.underline ? ' text-decoration="underline"' : '',
		opacity,
	].join('');
	// Fonts differ in width: the length of the piece is given, and so every cell keeps its place.
	return `<text x="${round(x + indent * cellWidth)}" y="${round(top + baseline)}" textLength="${round(length * cellWidth)}" lengthAdjust="spacingAndGlyphs"${style}>${escape(trimmed)}</text>`;
}

const arms: Readonly<Record<string, (x: number, y: number) => string>> = {
	'─': (x, y) => `M${round(x)} ${middleOf(y)}h${cellWidth}`,
	'│': (x, y) => `M${centreOf(x)} ${round(y)}v${cellHeight}`,
	'╭': (x, y) => corner(x, y, 1, 1),
	'╮': (x, y) => corner(x, y, -1, 1),
	'╰': (x, y) => corner(x, y, 1, -1),
	'╯': (x, y) => corner(x, y, -1, -1),
};

const blocks: Readonly<Record<string, readonly [widthShare: number, opacity: number]>> = {
	'█': [1, 1],
	'░': [1, 0.25],
	'┃': [0.35, 1],
};

function isLine(character: string): boolean {
	return character in arms || character in blocks;
}

function drawLines(
	characters: readonly string[],
	left: number,
	top: number,
	colour: string,
	opacity: string,
): string {
	let path = '';
	let rectangles = '';
	for (let at = 0; at < characters.length; at += 1) {
		const character = characters[at]!;
		const x = left + at * cellWidth;
		const block = blocks[character];
		let length = block || character === '─' ? runLength(characters, at) : 1;
		if (block) {
			const width = block[0] === 1 ? length * cellWidth : block[0] * cellWidth;
			const inset = block[0] === 1 ? 0 : ((1 - block[0]) / 2) * cellWidth;
			const margin = block[0] === 1 ? 3 : 0;
			rectangles += `<rect x="${round(x + inset)}" y="${round(top + margin)}" width="${round(width)}" height="${cellHeight - 2 * margin}" fill="${colour}"${block[1] === 1 ? opacity : ` opacity="${block[1]}"`}/>`;
			if (block[0] !== 1) length = 1;
		} else if (character === '─') {
			path += `M${round(x)} ${middleOf(top)}h${round(length * cellWidth)}`;
		} else {
			path += arms[character]!(x, top);
		}
		at += length - 1;
	}
	const stroke =
		path === ''
			? ''
			: `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.2"${opacity}/>`;
	return stroke + rectangles;
}

function runLength(characters: readonly string[], start: number): number {
	const end = characters.findIndex((other, at) => at > start && other !== characters[start]);
	return (end < 0 ? characters.length : end) - start;
}

/** A quarter circle from the side edge (`right` 1 or -1) to the lower or upper edge (`down` 1 or -1). */
function corner(x: number, y: number, right: 1 | -1, down: 1 | -1): string {
	const radius = cellWidth / 2;
	const edgeX = right === 1 ? x + cellWidth : x;
	const edgeY = down === 1 ? y + cellHeight : y;
	const centre = x + cellWidth / 2;
	const middle = y + cellHeight / 2;
	return `M${round(edgeX)} ${middleOf(y)}Q${round(centre)} ${middleOf(y)} ${round(centre)} ${round(middle + down * radius)}V${round(edgeY)}`;
}

function centreOf(x: number): number {
	return round(x + cellWidth / 2);
}

function middleOf(y: number): number {
	return round(y + cellHeight / 2);
}

function colourOf(colour: CellColour): string | undefined {
	return typeof colour === 'number' ? palette[colour] : colour;
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}

function escape(text: string): string {
	return text
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;');
}
