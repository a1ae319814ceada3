/** The line of keys at the bottom of a dialog, from the table of keys. Pure. */
import {isTouched} from '../../domain/cleanup.ts';
import {entryKey} from '../../operations/plan-cleanup.ts';
import {selectTargetForm} from '../../workbench/form-selectors.ts';
import type {State} from '../../workbench/state.ts';
import {asksToConfirm, scopesOf} from '../key-dispatch.ts';
import {whyBlocked, type KeyBinding} from '../keymap.ts';
import type {Cell} from '../rows/line.ts';
import {keyLabel} from './key-label.ts';
import {quiet} from './lines.ts';
import {showsNamespace} from './target-view.tsx';
import {visibilityAddress} from './visibility-view.ts';
import {displayWidth} from '../text.ts';
import type {Theme} from '../theme.ts';

const gap = '   ';

/** Keys and what they do in the open dialog; those that would do nothing now are quiet or left out. */
export function dialogHints(
	state: State,
	bindings: readonly KeyBinding[],
	theme: Theme,
	width: number,
): readonly Cell[] {
	const cells: Cell[] = [];
	let room = width;
	const shown = scopesOf(state)
		.flatMap(scope => bindings.filter(binding => binding.scope === scope && binding.footer))
		.filter(binding => isOfUse(binding.id, state))
		// What the dialog is for comes first.
		.toSorted((a, b) => Number(isAccept(b)) - Number(isAccept(a)));
	// The way out is always told: room for it is kept.
	const wayOut = shown.find(({id}) => id === 'dialog.cancel');
	const kept = wayOut ? displayWidth(`${gap}Esc ${wayOut.title}`) : 0;
	if (state.dialog?.kind === 'palette') {
		// Enter does what is chosen: it is no command of its own, so the table does not have it.
		cells.push({text: theme.symbols.enter, tone: 'focus'}, quiet(' run'));
		room -= displayWidth(`${theme.symbols.enter} run`);
	}
	for (const binding of shown) {
		const key = hintKey(binding.keys[0] ?? '', theme);
		const text = `${cells.length === 0 ? '' : gap}${key} ${binding.title}`;
		const needed = displayWidth(text) + (binding === wayOut ? 0 : kept);
		if (needed > room) continue;
		room -= displayWidth(text);
		const blocked = whyNotNow(binding, state) !== undefined;
		cells.push(
			{text: `${cells.length === 0 ? '' : gap}${key}`, tone: blocked ? 'quiet' : 'focus'},
			{text: ` ${binding.title}`, tone: 'quiet'},
		);
	}
	return cells;
}

function isAccept({keys}: KeyBinding): boolean {
	return keys[0] === 'enter' || keys[0] === 'y';
}

function hintKey(key: string, theme: Theme): string {
	return key === 'enter' ? theme.symbols.enter : keyLabel(key, theme);
}

/** Whether a key has anything to do with what the dialog holds. */
function isOfUse(id: string, state: State): boolean {
	const {dialog, targets} = state;
	switch (id) {
		case 'remove.force':
			return (
				dialog?.kind === 'remove' &&
				dialog.plan.phase === 'ready' &&
				dialog.plan.value.containers.length > 0
			);
		case 'dialog.cancel':
			// These have a key of their own that closes them.
			return !['help', 'explain', 'visibility', 'quit'].includes(dialog?.kind ?? '');
		case 'repository.repair':
			return dialog?.kind === 'repository' && dialog.problem?.repaired !== undefined;
		case 'copy.repair':
			return dialog?.kind === 'copy' && dialog.check.problem?.repaired !== undefined;
		case 'copy.next':
			return targets.length > 1;
		case 'remove-remote.accept':
			return dialog?.kind === 'remove-remote' && asksToConfirm(dialog);
		case 'visibility.copy':
			return dialog?.kind === 'visibility' && visibilityAddress(dialog) !== undefined;
		case 'run.forget':
			return dialog?.kind === 'run' && dialog.before !== undefined;
		case 'signatures.verify':
		case 'signatures.trust':
		case 'signatures.sign':
			// While the password is typed Enter is the field's, and the dialog says so.
			return dialog?.kind === 'signatures' && dialog.locked === undefined;
		case 'tag.repair':
			return dialog?.kind === 'tag' && dialog.check.problem?.repaired !== undefined;
		case 'tag.next':
			return targets.length > 0;
		case 'target.repair':
			return dialog?.kind === 'target' && dialog.problem?.repaired !== undefined;
		case 'target.field':
			return dialog?.kind === 'target' && showsNamespace(dialog, selectTargetForm(state));
		case 'target.down':
			return dialog?.kind === 'target' && dialog.proposals.length > 0;
		case 'pull.down':
			return dialog?.kind === 'pull' && dialog.recent.length > 0;
		default:
			return true;
	}
}

function whyNotNow(binding: KeyBinding, state: State): string | undefined {
	const {dialog} = state;
	if (binding.id === 'remove.confirm' && dialog?.kind === 'remove') {
		if (dialog.plan.phase !== 'ready') return 'It is not known yet what would go.';
		if (dialog.plan.value.containers.length > 0 && !dialog.force) return 'Press f first.';
	}
	if (binding.id === 'cleanup.confirm' && dialog?.kind === 'cleanup') {
		if (dialog.field !== undefined) return 'Leave the form first.';
		if (
			dialog.plan.phase !== 'ready' ||
			!dialog.plan.value.entries.some(
				entry => isTouched(entry) && !dialog.taken.includes(entryKey(entry)),
			)
		) {
			return 'Nothing would go.';
		}
	}
	if (binding.id === 'push.accept' && dialog?.kind === 'push' && dialog.chosen.length === 0) {
		return 'Choose a registry first.';
	}
	if (binding.id === 'remove-remote.accept' && dialog?.kind === 'remove-remote') {
		const {plan, value} = dialog;
		if (plan.phase !== 'ready') return 'It is not known yet what would go.';
		if (value.trim() !== plan.value.confirmation) return 'Type the name first.';
	}
	if (binding.id === 'copy.accept' && dialog?.kind === 'copy' && dialog.check.problem) {
		return dialog.check.problem.message;
	}
	if (binding.id === 'tag.accept' && dialog?.kind === 'tag' && dialog.check.problem) {
		return dialog.check.problem.message;
	}
	return whyBlocked(binding, state);
}
