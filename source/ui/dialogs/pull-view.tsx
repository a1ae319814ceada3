import type {Dialog} from '../../workbench/dialog.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, item, minor, row, sentence, type DialogView} from './dialog-view.ts';
import {caution, quiet} from './lines.ts';
import {textRow} from './text-row.tsx';

type PullDialog = Dialog & {readonly kind: 'pull'};

/** Any reference, typed or taken from those pulled before. */
export function pullView(dialog: PullDialog, {intents, theme, width}: DialogContext): DialogView {
	const {value, recent, cursor, problem} = dialog;
	const {symbols} = theme;
	return {
		title: 'Pull an image',
		tone: 'focus',
		rows: [
			textRow({
				label: {text: 'reference  ', tone: 'quiet'},
				name: 'pull',
				theme,
				value,
				onChange: text => intents.changePullValue(text),
				focus: true,
				cursorHidden: cursor >= 0,
				placeholder: 'ghcr.io/octocat/hello:1.0.0',
			}),
			...(problem === undefined
				? [
						minor(
							quiet(`           [registry/]name[:tag] ${symbols.separator} no tag means :latest`),
						),
					]
				: sentence(problem, width, undefined, caution(`${symbols.warning} `))),
			...(recent.length === 0
				? []
				: [
						blank,
						row(quiet('pulled before')),
						...recent.map((reference, index) =>
							item(
								index === cursor,
								symbols.cursor,
								index === cursor ? {text: reference, tone: 'selected'} : reference,
							),
						),
					]),
		],
	};
}
