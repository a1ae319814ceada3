import {shortDigest} from '../../domain/digest.ts';
import type {Referrer, RemoteRemovalPlan} from '../../domain/remote.ts';
import type {Dialog} from '../../workbench/dialog.ts';
import {TextField} from '../components/text-field.tsx';
import {asksToConfirm} from '../key-dispatch.ts';
import {count} from './counting.ts';
import type {DialogContext} from './dialog-context.ts';
import {
	blank,
	capped,
	minorSentence,
	row,
	sentence,
	type DialogView,
	type Row,
	type TextRow,
} from './dialog-view.ts';
import {accent, caution, failure, good, quiet, strong} from './lines.ts';

type RemoveDialog = Dialog & {readonly kind: 'remove-remote'};

/** What deleting on a registry takes away, all of it, and the name to type before it does. */
export function removeRemoteView(dialog: RemoveDialog, context: DialogContext): DialogView {
	return {
		title: 'Delete on the registry',
		tone: 'failure',
		rows: [
			row(strong(dialog.reference)),
			modeRow(dialog, context),
			blank,
			...bodyRows(dialog, context),
		],
	};
}

function modeRow({mode}: RemoveDialog, {theme}: DialogContext): TextRow {
	const {loggedIn: chosen, loggedOut: other} = theme.symbols;
	const choice = (which: RemoveDialog['mode'], text: string) =>
		which === mode ? accent(`${chosen} ${text}`) : quiet(`${other} ${text}`);
	return row(
		choice('untag', 'this tag alone'),
		'   ',
		choice('manifest', 'the image with all its tags'),
	);
}

function bodyRows(dialog: RemoveDialog, context: DialogContext): readonly Row[] {
	const {plan} = dialog;
	const {theme, width} = context;
	if (plan.phase === 'failed') {
		return [
			...sentence(plan.error.message, width, undefined, failure(`${theme.symbols.failure} `)),
			...sentence(plan.error.hint, width, 'quiet', quiet('  ')),
		];
	}
	if (plan.phase !== 'ready') {
		return [row(quiet(`Looking at what would go${theme.symbols.checking}`))];
	}
	const {value} = plan;
	if (value.mode === 'refused') {
		return [
			...sentence(
				value.reason ?? 'This cannot be deleted here.',
				width,
				undefined,
				failure(`${theme.symbols.failure} `),
			),
			...(value.referrers.length + value.tags.length > 1
				? [blank, ...lossRows(value, context)]
				: []),
		];
	}
	return [
		...consequence(value, context),
		...lossRows(value, context),
		...(value.reason === undefined ? [] : [blank, ...minorSentence(value.reason, width)]),
		...(asksToConfirm(dialog) ? confirmationRows(dialog, value, context) : []),
	];
}

function consequence(plan: RemoteRemovalPlan, {theme, width}: DialogContext): readonly TextRow[] {
	if (plan.mode === 'untag') {
		return [
			row('The tag goes; the image stays, as ', strong(shortDigest(plan.digest)), '.'),
			...(plan.byReplacement
				? sentence(
						'For a moment the tag points at an empty manifest.',
						width,
						undefined,
						caution(`${theme.symbols.warning} `),
					)
				: []),
		];
	}
	if (plan.wholeRepository) {
		return sentence(
			'The whole repository goes, with everything in it.',
			width,
			'failure',
			failure(`${theme.symbols.warning} `),
		);
	}
	const tags = plan.tags.length === 0 ? '' : ` with ${count(plan.tags.length, 'tag')}`;
	return [row('The image ', strong(shortDigest(plan.digest)), ` goes${tags}.`)];
}

/** Tags, platforms and what is left without its image. */
function lossRows(
	{mode, tags, platforms, referrers}: RemoteRemovalPlan,
	{theme, width, height}: DialogContext,
): readonly TextRow[] {
	const {dash, warning} = theme.symbols;
	const list =
		mode === 'untag' ? [] : capped(tags, height < 18 ? 3 : 6, tag => row(quiet(`  ${dash} `), tag));
	return [
		...list,
		...(platforms.length === 0
			? []
			: sentence(platforms.join(', '), width, undefined, quiet('  platforms  '))),
		...(referrers.length === 0
			? []
			: sentence(
					`${kindsOf(referrers)} ${referrers.length === 1 ? 'is' : 'are'} left without the image`,
					width,
					undefined,
					caution(`${warning} `),
				)),
	];
}

const kindNames: Readonly<Record<Referrer['kind'], string>> = {
	signature: 'signature',
	sbom: 'SBOM',
	attestation: 'attestation',
	other: 'other artifact',
};

/** `2 signatures, 1 SBOM`. */
function kindsOf(referrers: readonly Referrer[]): string {
	return (['signature', 'sbom', 'attestation', 'other'] as const)
		.map(kind => ({kind, number: referrers.filter(referrer => referrer.kind === kind).length}))
		.filter(({number}) => number > 0)
		.map(({kind, number}) => count(number, kindNames[kind]))
		.join(', ');
}

function confirmationRows(
	{value}: RemoveDialog,
	{confirmation}: RemoteRemovalPlan,
	{intents, theme}: DialogContext,
): readonly Row[] {
	const isTyped = value.trim() === confirmation;
	return [
		blank,
		row('To confirm, type ', strong(confirmation)),
		{
			kind: 'field',
			name: 'remove-remote',
			label: isTyped
				? good(`${theme.symbols.success} `)
				: {text: `${theme.symbols.cursor} `, tone: 'focus'},
			current: true,
			field: columns => (
				<TextField
					name="remove-remote"
					theme={theme}
					value={value}
					onChange={text => intents.changeConfirmation(text)}
					focus
					width={columns}
				/>
			),
		},
	];
}
