import type {Dialog} from '../../workbench/dialog.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, minorSentence, type DialogView} from './dialog-view.ts';
import {problemRows} from './tag-view.tsx';
import {textRow} from './text-row.tsx';

/** A repository's name, for registries that list none. */
export function repositoryView(
	{host, value, problem}: Dialog & {readonly kind: 'repository'},
	context: DialogContext,
): DialogView {
	const {intents, theme, width} = context;
	return {
		title: `Open a repository on ${host}`,
		tone: 'focus',
		rows: [
			textRow({
				label: {text: `${host}/`, tone: 'quiet'},
				name: 'repository',
				theme,
				value,
				onChange: text => intents.changeRepositoryName(text),
				focus: true,
				placeholder: 'owner/name',
			}),
			blank,
			...(problem
				? problemRows(problem, context)
				: minorSentence(
						'The name as in a reference, without host and tag. Registries that list no repositories still tell the tags of one.',
						width,
					)),
		],
	};
}
