/** An explanation: a row of topics, then facts of this machine, how it works, and what to try. */
import {withKeys, type Paragraph} from '../../explain/paragraph.ts';
import {findTopic} from '../../explain/topics.ts';
import type {Dialog} from '../../workbench/dialog.ts';
import {selectExplanation} from '../../workbench/explain.ts';
import {keyOf, type KeyBinding} from '../keymap.ts';
import {displayWidth} from '../text.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, row, sentence, type DialogView, type TextRow} from './dialog-view.ts';
import {accent, quiet, strong} from './lines.ts';
import type {Cell} from '../rows/line.ts';

/** The open page of the explanation. */
export function explainView(
	dialog: Dialog & {readonly kind: 'explain'},
	{state, theme, width}: DialogContext,
	bindings: readonly KeyBinding[],
): DialogView {
	const {title, paragraphs} = selectExplanation(state, dialog);
	const nameOf = (id: string) => keyOf(bindings, id);
	const draw = ({kind, text}: Paragraph): readonly TextRow[] => {
		const said = withKeys(text, nameOf);
		switch (kind) {
			case 'fact':
				return sentence(said, width, undefined, accent(`${theme.symbols.separator} `));
			case 'plain':
				return sentence(said, width, 'quiet');
			case 'next':
				return sentence(said, width, undefined, accent(`${theme.symbols.arrow} `));
		}
	};
	const of = (kind: Paragraph['kind']) => paragraphs.filter(paragraph => paragraph.kind === kind);
	const facts = of('fact').flatMap(draw);
	return {
		title: dialog.name,
		tone: 'focus',
		offset: dialog.offset,
		rows: [
			...(dialog.topics.length > 1 ? [tabs(dialog, theme.symbols, width), blank] : []),
			row(strong(title)),
			blank,
			...facts,
			...(facts.length > 0 ? [blank] : []),
			...of('plain').flatMap((paragraph, index) =>
				index === 0 ? draw(paragraph) : [blank, ...draw(paragraph)],
			),
			blank,
			...of('next').flatMap(draw),
		],
	};
}

/** As many topics as fit, the open one always among them. */
function tabs(
	{topics, page}: Dialog & {readonly kind: 'explain'},
	symbols: {readonly ellipsis: string},
	width: number,
): TextRow {
	const names = topics.map(id => findTopic(id)?.tab ?? id);
	const widthOf = (from: number, to: number) =>
		names.slice(from, to).reduce((sum, name) => sum + displayWidth(name) + 2, 4);
	let first = 0;
	while (first < page && widthOf(first, page + 1) > width) first++;
	let end = page + 1;
	while (end < names.length && widthOf(first, end + 1) <= width) end++;
	const cells = names
		.slice(first, end)
		.flatMap((name, place): Cell[] => [
			first + place === page ? {text: name, tone: 'selected'} : quiet(name),
			{text: '  '},
		]);
	return row(
		...(first > 0 ? [quiet(`${symbols.ellipsis} `)] : []),
		...cells,
		...(end < names.length ? [quiet(symbols.ellipsis)] : []),
	);
}
