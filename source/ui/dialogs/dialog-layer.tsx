/** The open dialog, over the panes. */
import {useEffect, type ReactNode} from 'react';
import type {Intents} from '../../workbench/intents.ts';
import {selectLoginGuide} from '../../workbench/form-selectors.ts';
import type {Dialog} from '../../workbench/dialog.ts';
import type {State} from '../../workbench/state.ts';
import {useQrCode} from '../hooks/use-qr-code.ts';
import {focusedField} from '../key-dispatch.ts';
import {keymap, type KeyBinding} from '../keymap.ts';
import type {Theme} from '../theme.ts';
import {DialogBox, dialogTextHeight, dialogTextWidth} from './dialog-box.tsx';
import type {DialogContext} from './dialog-context.ts';
import {cleanupView} from './cleanup-view.tsx';
import {copyView} from './copy-view.tsx';
import {dialogHints} from './dialog-hints.ts';
import type {DialogView} from './dialog-view.ts';
import {explainView} from './explain-view.ts';
import {helpView, helpWidth} from './help-view.ts';
import {loginView} from './login-view.tsx';
import {paletteView} from './palette-view.tsx';
import {proveView} from './prove-view.ts';
import {pullView} from './pull-view.tsx';
import {pushView} from './push-view.ts';
import {removeView} from './remove-view.ts';
import {repullView} from './repull-view.ts';
import {removeRemoteView} from './remove-remote-view.tsx';
import {signaturesView} from './signatures-view.tsx';
import {repositoryView} from './repository-view.tsx';
import {runView} from './run-view.tsx';
import {quitView, removeTargetView, resetLabView, saveLogView} from './small-views.tsx';
import {tagView} from './tag-view.tsx';
import {targetView} from './target-view.tsx';
import {visibilityAddress, visibilityView} from './visibility-view.ts';

export type DialogLayerProps = {
	readonly state: State;
	readonly intents: Intents;
	/** Size of the screen. */
	readonly columns: number;
	readonly rows: number;
	readonly theme: Theme;
	/** The table of keys with the person's own changes. */
	readonly bindings?: readonly KeyBinding[];
};

/**
 * Draws the open dialog in the middle of the screen and covers what is behind it; nothing when none is
 * open. It has to stand in a Box of the whole screen, after the panes.
 */
export function DialogLayer(props: DialogLayerProps): ReactNode {
	const {state, intents, columns, rows, theme, bindings = keymap} = props;
	const {dialog} = state;
	const width = widthFor(state, columns);
	const height = dialogTextHeight(rows);
	const code = useQrCode(dialog?.kind === 'visibility' ? visibilityAddress(dialog) : undefined);
	const context: DialogContext = {state, intents, theme, width, height, code};
	const view = dialog && viewOf(dialog, context, bindings);

	// The store does not know how long a text is once it is wrapped: what was scrolled past its end comes back.
	const beyond =
		view?.offset === undefined
			? 0
			: Math.max(0, view.offset - Math.max(0, view.rows.length - height));
	useEffect(() => {
		if (beyond > 0) intents.move({by: 'row', count: -beyond});
	}, [beyond, intents]);

	if (!view) return null;
	return (
		<DialogBox
			key={dialog.kind}
			view={view}
			hints={dialogHints(state, bindings, theme, width)}
			theme={theme}
			width={width}
			columns={columns}
			rows={rows}
		/>
	);
}

/** Most dialogs are as wide as text is read well; keys need more, and so does an address that must not be broken. */
function widthFor(state: State, columns: number): number {
	const usual = dialogTextWidth(columns);
	const most = columns - 8;
	const {dialog} = state;
	if (dialog?.kind === 'help') return helpWidth(most);
	const address =
		(dialog?.kind === 'visibility'
			? visibilityAddress(dialog)
			: selectLoginGuide(state)?.tokenPage) ?? '';
	return Math.max(usual, Math.min(most, address.length + 2));
}

/** Whether printable keys belong to a text field of the open dialog now. */
export function dialogTakesText(state: State): boolean {
	return focusedField(state) !== undefined;
}

function viewOf(
	dialog: Dialog,
	context: DialogContext,
	bindings: readonly KeyBinding[],
): DialogView {
	switch (dialog.kind) {
		case 'help':
			return helpView(dialog, context, bindings);
		case 'palette':
			return paletteView(dialog, context, bindings);
		case 'tag':
			return tagView(dialog, context);
		case 'push':
			return pushView(dialog, context);
		case 'remove':
			return removeView(dialog, context);
		case 'repull':
			return repullView(dialog, context);
		case 'run':
			return runView(dialog, context);
		case 'cleanup':
			return cleanupView(dialog, context);
		case 'prove':
			return proveView(dialog, context);
		case 'pull':
			return pullView(dialog, context);
		case 'target':
			return targetView(dialog, context);
		case 'login':
			return loginView(dialog, context);
		case 'remove-target':
			return removeTargetView(dialog, context);
		case 'signatures':
			return signaturesView(dialog, context);
		case 'repository':
			return repositoryView(dialog, context);
		case 'copy':
			return copyView(dialog, context);
		case 'remove-remote':
			return removeRemoteView(dialog, context);
		case 'visibility':
			return visibilityView(dialog, context);
		case 'save-log':
			return saveLogView(dialog, context);
		case 'explain':
			return explainView(dialog, context, bindings);
		case 'reset-lab':
			return resetLabView(context);
		case 'quit':
			return quitView(dialog, context);
	}
}
