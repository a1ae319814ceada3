/** What every dialog's view is made from, next to its own part of the state. */
import type {Intents} from '../../workbench/intents.ts';
import type {State} from '../../workbench/state.ts';
import type {QrCode} from '../hooks/use-qr-code.ts';
import type {Theme} from '../theme.ts';

export type DialogContext = {
	readonly state: State;
	readonly intents: Intents;
	readonly theme: Theme;
	/** Columns between the paddings of the frame. */
	readonly width: number;
	/** Rows there are for the text. */
	readonly height: number;
	/** Of the address that the dialog leads to. */
	readonly code?: QrCode | undefined;
};
