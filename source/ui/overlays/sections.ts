/** Facts in sections, as lines to scroll through: what details of local and of remote images are made of. */
import {formatBytes} from '../../domain/size.ts';
import {composeLine, type Cell} from '../rows/line.ts';
import {wrap} from '../text.ts';
import type {Theme} from '../theme.ts';

const labelWidth = 13;
const indent = 2;

/** A label or an annotation may hold megabytes; nobody reads on here. */
const longestValue = 4000;

export type HistoryStep = {readonly createdBy: string; readonly sizeBytes: number};

export type Sections = {
	/** All lines so far, each of exactly the width. */
	readonly lines: readonly string[];
	/** A line of cells, indented. */
	add(...cells: readonly Cell[]): void;
	air(): void;
	heading(text: string): void;
	/** A label and its values, one below the other, then what is to be said of them; nothing without values. */
	pair(label: string, values: readonly string[], remark?: string): void;
	/** Names that may be long, each above its value. */
	named(entries: Readonly<Record<string, string>>): void;
	/** Instructions with what each added, newest first. */
	history(steps: readonly HistoryStep[]): void;
};

/** An empty text of `width` columns, to be filled from top to bottom. */
export function createSections(theme: Theme, width: number): Sections {
	const lines: string[] = [];
	const add = (...cells: readonly Cell[]) =>
		lines.push(composeLine(theme, [{text: '', width: indent}, ...cells], width));
	const air = () => lines.push(' '.repeat(width));
	return {
		lines,
		add,
		air,
		heading(text) {
			air();
			add({text, tone: 'strong'});
		},
		pair(label, values, remark = '') {
			const room = Math.max(8, width - indent - labelWidth - 1);
			const parts = values.flatMap(value => wrap(shortened(value), room));
			for (const [index, part] of parts.entries()) {
				add({text: index === 0 ? label : '', width: labelWidth, tone: 'quiet'}, {text: part});
			}
			for (const part of remark === '' ? [] : wrap(remark, room)) {
				add({text: '', width: labelWidth}, {text: part, tone: 'quiet'});
			}
		},
		named(entries) {
			for (const [name, value] of Object.entries(entries)) {
				add({text: name, tone: 'quiet'});
				for (const part of wrap(shortened(value), width - 2 * indent - 1)) {
					add({text: '', width: indent}, {text: part});
				}
			}
		},
		history(steps) {
			for (const {createdBy, sizeBytes} of steps) {
				const tone = sizeBytes > 0 ? undefined : 'quiet';
				const size = sizeBytes > 0 ? formatBytes(sizeBytes) : theme.symbols.dash;
				add(
					{text: size, width: 7, align: 'right', tone},
					{text: '  '},
					{text: instruction(createdBy), width: width - indent - 10, tone},
				);
			}
		},
	};
}

function shortened(value: string): string {
	if (value.length <= longestValue) return value;
	return `${value.slice(0, longestValue)} (and ${value.length - longestValue} more characters)`;
}

/** An argument list as it would be typed. */
export function commandLine(values: readonly string[]): readonly string[] {
	if (values.length === 0) return [];
	return [
		values.map(value => (/^[\w@%+=:,./-]+$/.test(value) ? value : JSON.stringify(value))).join(' '),
	];
}

/** The instruction as it stood in the Dockerfile, without the shell that the builder put before it. */
export function instruction(createdBy: string): string {
	return createdBy
		.replace(/^\/bin\/sh -c #\(nop\)\s*/, '')
		.replace(/^(?:RUN )?(?:\|\d+ .*? )?\/bin\/sh -c /, 'RUN ')
		.replace(/\s*# buildkit$/, '')
		.replaceAll(/\s+/g, ' ');
}
