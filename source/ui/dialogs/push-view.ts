import {shortDigest} from '../../domain/digest.ts';
import {formatBytes} from '../../domain/size.ts';
import type {Dialog, PushPlan} from '../../workbench/dialog.ts';
import type {Loadable} from '../../workbench/loadable.ts';
import type {Cell} from '../rows/line.ts';
import {count} from './counting.ts';
import type {DialogContext} from './dialog-context.ts';
import {
	blank,
	item,
	minorSentence,
	row,
	sentence,
	type DialogView,
	type TextRow,
} from './dialog-view.ts';
import {safetySummary} from './push-safety.ts';
import {accent, caution, failure, good, quiet, strong} from './lines.ts';

type PushDialog = Dialog & {readonly kind: 'push'};

const indent = '      ';

/** Where to push, and what will move to each place before it does. */
export function pushView(dialog: PushDialog, context: DialogContext): DialogView {
	const {rows, targetIds} = dialog;
	const [first] = rows;
	return {
		title: rows.length === 1 && first ? `Push ${first.key}` : `Push ${rows.length} tags`,
		tone: 'focus',
		rows: [
			...targetIds.flatMap((targetId, index) => targetRows(dialog, targetId, index, context)),
			...safetyRows(dialog, context),
			...summary(dialog, context),
		],
	};
}

function targetRows(
	dialog: PushDialog,
	targetId: string,
	index: number,
	context: DialogContext,
): readonly TextRow[] {
	const {chosen, cursor} = dialog;
	const {state, theme} = context;
	const isChosen = chosen.includes(targetId);
	const at = index === cursor;
	const name: Cell = at ? {text: targetId, tone: 'selected'} : {text: targetId};
	const head = item(at, theme.symbols.cursor, isChosen ? accent('[x] ') : quiet('[ ] '), name);
	return [
		targetId === state.defaultTargetId ? {...head, end: [quiet('default')]} : head,
		...(isChosen ? planRows(dialog, targetId, context) : []),
		blank,
	];
}

/** The plan of one target, summed over all tags that go there. */
function planRows(
	dialog: PushDialog,
	targetId: string,
	{theme, width}: DialogContext,
): readonly TextRow[] {
	const {symbols} = theme;
	const loadables = plansOf(dialog, targetId);
	const failed = loadables.find(plan => plan.phase === 'failed');
	if (failed) {
		return [
			...sentence(failed.error.message, width, undefined, failure(`${indent}${symbols.failure} `)),
			...sentence(failed.error.hint, width, 'quiet', quiet(`${indent}  `)),
		];
	}
	const plans = loadables.flatMap(plan => (plan.phase === 'ready' ? [plan.value] : []));
	if (plans.length === 0 || loadables.some(plan => plan.phase === 'loading')) {
		return [row(quiet(`${indent}asking what is there already${symbols.checking}`))];
	}
	const warn = (text: string) =>
		sentence(text, width, 'quiet', caution(`${indent}${symbols.warning} `));
	const replaced = replacedText(plans);
	return [
		row(indent, ...sizes(plans, symbols.separator, width < 60 ? 'there' : 'already there')),
		...(plans.length < dialog.rows.length
			? [row(quiet(`${indent}(looked at ${plans.length} of ${dialog.rows.length} tags)`))]
			: []),
		...namingRows(plans, width),
		...(replaced === undefined ? [] : warn(replaced)),
		...[...new Set(plans.flatMap(plan => plan.warnings))].flatMap(warn),
	];
}

function plansOf(dialog: PushDialog, targetId: string): ReadonlyArray<Loadable<PushPlan>> {
	return dialog.rows.flatMap(tagRow => dialog.plans[`${targetId} ${tagRow.key}`] ?? []);
}

function sizes(plans: readonly PushPlan[], separator: string, there: string): readonly Cell[] {
	const total = sum(plans, plan => plan.layersTotal);
	const present = sum(plans, plan => plan.layersPresent);
	const bytes = sum(plans, plan => plan.bytesToUpload);
	if (total > 0 && present === total) {
		return [
			good(`all ${count(total, 'layer')} ${there}`),
			quiet(` ${separator} nothing to upload`),
		];
	}
	const mountable = sum(plans, plan => plan.layersMountable ?? 0);
	return [
		{text: `${present} of ${count(total, 'layer')} ${there} ${separator} `},
		...(mountable > 0 ? [{text: `${mountable} linked there ${separator} `}] : []),
		strong(`${atMost(plans)}${formatBytes(bytes)} to upload`),
	];
}

/** Sizes of unpacked layers are more than what will be sent. */
function atMost(plans: readonly PushPlan[]): string {
	return plans.every(plan => plan.exact) ? '' : 'up to ';
}

function namingRows(plans: readonly PushPlan[], width: number): readonly TextRow[] {
	const [only] = plans;
	if (plans.length === 1 && only) {
		const text = only.tagsFirst ? 'tagged first as' : 'as';
		return sentence(`${text} ${only.reference}`, width, 'quiet', quiet(indent));
	}
	const unnamed = plans.filter(plan => plan.tagsFirst).length;
	return unnamed === 0
		? []
		: [row(quiet(`${indent}tagged first, with ${count(unnamed, 'name')} for this registry`))];
}

function replacedText(plans: readonly PushPlan[]): string | undefined {
	const replaced = plans.flatMap(plan => plan.replaces ?? []);
	const [only] = replaced;
	if (only === undefined) return undefined;
	return replaced.length === 1
		? `replaces ${shortDigest(only)} there`
		: `replaces ${replaced.length} tags there`;
}

/** What is risky in what is pushed, in a line or two: it informs, and stops nothing by itself. */
function safetyRows(
	{rows, safety = {}}: PushDialog,
	{theme, width}: DialogContext,
): readonly TextRow[] {
	const found = rows.flatMap(({key}) => safety[key] ?? []);
	// Two tags of one image are one image.
	const known = [...new Map(found.map(one => [one.report.imageId ?? one, one])).values()];
	if (known.length === 0) return [];
	const {symbols} = theme;
	const {text, isRisky} = safetySummary(known.map(({report}) => report));
	const broken = new Map(found.flatMap(one => one.broken.map(breach => [breach.message, breach])));
	return [
		...sentence(
			text,
			width,
			isRisky ? undefined : 'quiet',
			isRisky ? caution(`${symbols.warning} `) : good(`${symbols.success} `),
		),
		...[...broken.values()].flatMap(({message, whatToDo, rule}) =>
			sentence(
				`It will be refused (${rule}): ${message}. ${whatToDo}`,
				width,
				'failure',
				failure(`${symbols.failure} `),
			),
		),
		blank,
	];
}

function summary(dialog: PushDialog, {theme, width}: DialogContext): readonly TextRow[] {
	const {chosen, rows} = dialog;
	const {warning, separator, arrow} = theme.symbols;
	if (chosen.length === 0)
		return [row(caution(`${warning} `), 'Choose a registry with ', accent('Space'), '.')];
	const [first] = rows;
	const firstPlan =
		chosen.length === 1 && rows.length === 1 ? plansOf(dialog, chosen[0] ?? '')[0] : undefined;
	if (firstPlan?.phase === 'ready' && first) {
		return minorSentence(`$ docker push ${firstPlan.value.reference}`, width);
	}
	const plans = chosen.flatMap(id =>
		plansOf(dialog, id).flatMap(plan => (plan.phase === 'ready' ? [plan.value] : [])),
	);
	const places = `${count(rows.length, 'tag')} ${arrow} ${count(chosen.length, 'registry')}`;
	if (plans.length < chosen.length * rows.length) return [row(quiet(places))];
	const bytes = formatBytes(sum(plans, plan => plan.bytesToUpload));
	return [row(quiet(`${places} ${separator} ${atMost(plans)}${bytes} in all`))];
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
	return items.reduce((total, item) => total + of(item), 0);
}
