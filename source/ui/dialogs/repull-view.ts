import {parseReference} from '../../domain/reference.ts';
import type {Dialog} from '../../workbench/dialog.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, capped, item, minor, row, sentence, type DialogView} from './dialog-view.ts';
import {accent, good, quiet, strong} from './lines.ts';

type RepullDialog = Dialog & {readonly kind: 'repull'};

/** The round trip's second half: what will happen, in order, and from where. */
export function repullView(dialog: RepullDialog, {theme, width}: DialogContext): DialogView {
	const {references, choice, keepsNote} = dialog;
	const chosen = references[choice] ?? '';
	const {cursor, separator, success} = theme.symbols;
	const list =
		references.length > 1
			? [
					row('From which registry?'),
					...references.map((reference, index) =>
						item(
							index === choice,
							cursor,
							index === choice ? {text: reference, tone: 'selected'} : reference,
						),
					),
					blank,
				]
			: [];
	return {
		title: references.length > 1 ? 'Re-pull' : `Re-pull ${chosen}`,
		tone: 'focus',
		rows: [
			...list,
			row(accent('1  '), 'Ask ', strong(hostOf(chosen)), ' whether it can be pulled'),
			row(accent('2  '), 'Delete the copy on this machine'),
			row(accent('3  '), 'Pull it, and compare digest and image ID'),
			blank,
			...sentence(
				'If the first step fails, nothing is deleted.',
				width,
				'quiet',
				good(`${success} `),
			),
			...(keepsNote.length === 0
				? []
				: [
						blank,
						minor(quiet('Other names of the image are put back afterwards:')),
						...capped(keepsNote, 3, name => minor(quiet(`  ${separator} ${name}`))),
					]),
		],
	};
}

function hostOf(reference: string): string {
	try {
		return parseReference(reference).domain;
	} catch {
		return 'the registry';
	}
}
