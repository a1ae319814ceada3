import type {Dialog} from '../../workbench/dialog.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, item, row, sentence, type DialogView} from './dialog-view.ts';
import {accent, caution, good, strong} from './lines.ts';

type ProveDialog = Dialog & {readonly kind: 'prove'};

/** The round trip as a proof: what will happen, in order, and through which registry. */
export function proveView(dialog: ProveDialog, {theme, width}: DialogContext): DialogView {
	const {source, references, choice, notRun, usedBy} = dialog;
	const {cursor, success, warning} = theme.symbols;
	const runs = notRun === undefined;
	const steps = [
		'Tag it for the registry, and push it',
		...(runs ? ['Run it, and ask it for its answer'] : []),
		'Delete the copy on this machine, and pull it again',
		...(runs ? ['Run what came back, and ask it the same'] : []),
		`Compare image ID${runs ? ', digest and answers' : ' and digest'}; show a report to hand in`,
	];
	return {
		title: `Prove ${source}`,
		tone: 'focus',
		rows: [
			...(references.length > 1
				? [
						row('Through which registry?'),
						...references.map((reference, index) =>
							item(
								index === choice,
								cursor,
								index === choice ? {text: reference, tone: 'selected'} : reference,
							),
						),
					]
				: [row('Through ', strong(references[0] ?? ''))]),
			blank,
			...steps.map((text, index) => row(accent(`${index + 1}  `), text)),
			blank,
			...(runs ? [] : sentence(`Not run: ${notRun}`, width, undefined, caution(`${warning} `))),
			...(usedBy === undefined
				? []
				: sentence(
						`The container ${usedBy} uses it, so it cannot be deleted. Remove that first: Esc, then U.`,
						width,
						undefined,
						caution(`${warning} `),
					)),
			...sentence(
				'Whether it can be pulled is found out before anything is deleted.',
				width,
				'quiet',
				good(`${success} `),
			),
		],
	};
}
