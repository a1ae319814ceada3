import {skopeoCommand} from '../../operations/docker-command.ts';
import type {Dialog} from '../../workbench/dialog.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, minorSentence, row, sentence, type DialogView, type Row} from './dialog-view.ts';
import {accent, quiet, strong} from './lines.ts';
import {checkRows, problemRows, targetChoice} from './tag-view.tsx';
import {textRow} from './text-row.tsx';

type CopyDialog = Dialog & {readonly kind: 'copy'};

/** From one registry to another: where it comes from, where it goes, and what is there now. */
export function copyView(dialog: CopyDialog, context: DialogContext): DialogView {
	const {source, value, targetId, withReferrers, check} = dialog;
	const {intents, theme, width, state} = context;
	return {
		title: 'Copy to another place',
		tone: 'focus',
		rows: [
			...minorSentence(
				'From registry to registry, every platform, byte for byte. This machine keeps nothing of it.',
				width,
			),
			blank,
			row(quiet('from  '), strong(source)),
			row(
				quiet('for   '),
				...targetChoice(targetId, state.targets, 'no target: type where it goes', 0),
			),
			textRow({
				label: {text: 'to    ', tone: 'quiet'},
				name: 'copy',
				theme,
				value,
				onChange: text => intents.changeCopyValue(text),
				focus: true,
				placeholder: 'registry/name:tag',
			}),
			row(
				quiet('      '),
				withReferrers ? accent('[x]') : quiet('[ ]'),
				' signatures, SBOMs and attestations as well',
				quiet('  Ctrl-b'),
			),
			blank,
			...(check.problem ? problemRows(check.problem, context) : checkRows(check, value, context)),
			...(check.problem ? [] : commandRows(dialog, width)),
		],
	};
}

function commandRows({source, value}: CopyDialog, width: number): readonly Row[] {
	const command = skopeoCommand('copy', '--all', `docker://${source}`, `docker://${value}`);
	return [blank, ...sentence(command, width, 'quiet', quiet('$ '))];
}
