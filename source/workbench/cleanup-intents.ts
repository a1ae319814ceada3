/** Cleaning up: rules in a small form, a preview of what they do, then a job that does exactly that. */
import {isTouched} from '../domain/cleanup.ts';
import {toErrorRecord} from '../domain/errors.ts';
import {previewCleanup} from '../operations/look-for-cleanup.ts';
import {withoutEntries} from '../operations/plan-cleanup.ts';
import type {RetentionRule} from '../settings/schema.ts';
import {selectCleanupRows} from './cleanup-rows.ts';
import {cleanupFields, type CleanupDialog} from './dialog.ts';
import type {Intents} from './intents.ts';
import {selectCurrentTargetRow} from './selectors.ts';
import type {Workbench} from './workbench.ts';

type CleanupIntents = Pick<
	Intents,
	| 'openCleanup'
	| 'cycleCleanupScope'
	| 'focusCleanupField'
	| 'changeCleanupField'
	| 'previewCleanup'
	| 'toggleCleanupRow'
	| 'cycleCleanupShow'
	| 'confirmCleanup'
>;

export function createCleanupIntents(workbench: Workbench): CleanupIntents {
	const {store, engine, registry, credentials, settings, surroundings} = workbench;
	const {dispatch, getState} = store;
	let looking: AbortController | undefined;
	const show = (dialog: CleanupDialog | undefined) => dispatch({type: 'dialogChanged', dialog});
	const current = () => {
		const {dialog} = getState();
		return dialog?.kind === 'cleanup' ? dialog : undefined;
	};

	/** The saved rules, and the rule of the form in the place of the one that it replaces. */
	const rulesOf = (own: RetentionRule | undefined) =>
		own ? withRule(settings.get().retention, own) : settings.get().retention;

	const look = (dialog: CleanupDialog) => {
		looking?.abort();
		const rule = ruleFrom(dialog.values);
		if (typeof rule === 'string') return show({...dialog, problem: rule});
		const {problem: _, ...rest} = dialog;
		const rules = rulesOf(rule);
		const loading: CleanupDialog = {
			...rest,
			field: undefined,
			others: rules.filter(one => one !== rule),
			plan: {phase: 'loading'},
			taken: [],
			cursor: 0,
		};
		show(loading);
		const controller = new AbortController();
		looking = controller;
		const signal = AbortSignal.any([controller.signal, surroundings.signal]);
		const target = getState().targets.find(({id}) => id === dialog.targetId);
		const scope = {local: !target, targets: target ? [target] : []};
		const settle = (plan: CleanupDialog['plan']) => {
			const now = current();
			if (now && looking === controller) show({...now, plan});
		};
		previewCleanup(scope, rules, {
			engine,
			registry,
			credentials,
			signal,
			now: surroundings.now,
		}).then(
			value => settle({phase: 'ready', value}),
			(error: unknown) => settle({phase: 'failed', error: toErrorRecord(error)}),
		);
	};

	return {
		openCleanup() {
			const state = getState();
			const target =
				state.focus === 'registries' ? selectCurrentTargetRow(state)?.target.id : undefined;
			const saved = settings.get().retention;
			const rule = saved.find(({repositories}) => repositories === '*') ?? saved[0];
			look({
				kind: 'cleanup',
				targetId: target,
				field: undefined,
				values: {
					keep: rule?.keepNewest?.toString() ?? '',
					older: rule?.olderThanDays?.toString() ?? '',
					order: rule?.order ?? 'version',
					only: rule?.repositories ?? '*',
					protect: rule?.protect.join(' ') ?? '',
				},
				others: [],
				plan: {phase: 'loading'},
				taken: [],
				show: 'all',
				cursor: 0,
			});
		},
		cycleCleanupScope() {
			const dialog = current();
			if (!dialog) return;
			const ids = [undefined, ...getState().targets.map(({id}) => id)];
			look({...dialog, targetId: ids[(ids.indexOf(dialog.targetId) + 1) % ids.length]});
		},
		focusCleanupField(step) {
			const dialog = current();
			if (!dialog) return;
			const places = [undefined, ...cleanupFields];
			const place = places.indexOf(dialog.field) + step + places.length;
			const field = places[place % places.length];
			// What is seen must be what the rules in sight say before it can be applied.
			if (field === undefined) look(dialog);
			else show({...dialog, field});
		},
		changeCleanupField(field, value) {
			const dialog = current();
			if (dialog) show({...dialog, values: {...dialog.values, [field]: value}});
		},
		previewCleanup() {
			const dialog = current();
			if (!dialog) return;
			const rule = ruleFrom(dialog.values);
			if (rule !== undefined && typeof rule !== 'string' && !getState().readOnly) {
				settings
					.update(saved => ({...saved, retention: rulesOf(rule).slice(0, 1000)}))
					.catch((error: unknown) => workbench.log('warning', toErrorRecord(error).message));
			}
			look(dialog);
		},
		toggleCleanupRow() {
			const dialog = current();
			if (!dialog) return;
			const found = selectCleanupRows(dialog)[dialog.cursor];
			if (!found) return;
			if (!isTouched(found.entry)) {
				return workbench.notify('info', `It stays already: ${found.reason}.`);
			}
			const taken = dialog.taken.includes(found.key)
				? dialog.taken.filter(key => key !== found.key)
				: [...dialog.taken, found.key];
			show({...dialog, taken});
		},
		cycleCleanupShow() {
			const dialog = current();
			if (!dialog) return;
			const next = {all: 'goes', goes: 'stays', stays: 'all'} as const;
			show({...dialog, show: next[dialog.show], cursor: 0});
		},
		confirmCleanup() {
			const dialog = current();
			if (dialog?.plan.phase !== 'ready') {
				return workbench.notify('info', 'It is not known yet what would go.');
			}
			const plan = withoutEntries(dialog.plan.value, new Set(dialog.taken));
			if (!plan.entries.some(isTouched)) return workbench.notify('info', 'Nothing would go.');
			show(undefined);
			workbench.run({operation: 'cleanup', plan});
		},
	};
}

/**
 * The first rule that is for a repository counts. So a new one for all repositories comes after those
 * for some, which it would put out of force; a new one for some comes before all.
 */
export function withRule(
	saved: readonly RetentionRule[],
	own: RetentionRule,
): readonly RetentionRule[] {
	const place = saved.findIndex(({repositories}) => repositories === own.repositories);
	if (place >= 0) return saved.with(place, own);
	return own.repositories === '*' ? [...saved, own] : [own, ...saved];
}

/** The rule of a form; none where it sets no limit, and in words what cannot be read. */
export function ruleFrom(values: CleanupDialog['values']): RetentionRule | string | undefined {
	const keepNewest = numberFrom(values.keep);
	const olderThanDays = numberFrom(values.older);
	if (keepNewest === 'wrong' || olderThanDays === 'wrong')
		return 'Write a whole number up to 100000.';
	const order = values.order.trim() || 'version';
	if (order !== 'version' && order !== 'time') return 'The order is version or time.';
	if (keepNewest === undefined && olderThanDays === undefined) return undefined;
	const repositories = values.only.trim() || '*';
	const protect = values.protect.split(/[\s,]+/).filter(Boolean);
	if ([repositories, ...protect].some(text => text.length > 300)) return 'A pattern is too long.';
	return {
		repositories,
		...(keepNewest === undefined ? {} : {keepNewest}),
		...(olderThanDays === undefined ? {} : {olderThanDays}),
		order,
		protect,
	};
}

function numberFrom(text: string): number | 'wrong' | undefined {
	const trimmed = text.trim();
	if (trimmed === '') return undefined;
	return /^\d{1,6}$/.test(trimmed) && Number(trimmed) <= 100_000 ? Number(trimmed) : 'wrong';
}
