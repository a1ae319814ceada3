/**
 * The road from the keyboard to the field that is being typed in. Keys reach a terminal program in
 * chunks (`:pu`, `abc` and Enter, `ab` Tab `cd` over a slow line), and a field that a key has just opened
 * is not drawn yet when the next character of the same chunk is due. So whoever splits the chunk
 * sends each stroke to a field by its name, in order, and what comes early waits for the field.
 */
import type {Key} from 'ink';
import {createContext} from 'react';
import {editFor, type Edit} from './text-editing.ts';

/** Early strokes older than this belong to a field that never came. */
const longestWaitMs = 1000;

/** What a field does with what is sent to it. */
export type TextReceiver = {
	receive(edit: Edit): void;
	/** Enter: whether the field answers it itself, as a password field does. */
	submit(): boolean;
};

export type TextEntry = {
	/** Hands a stroke to the named field. False when the key means nothing to a field. */
	send(field: string, input: string, key: Key): boolean;
	/**
	 * Enter in the named field. True when the field answers it itself, and when it has to wait for a
	 * field that is not drawn yet; false when it is the screen's.
	 */
	submit(field: string): boolean;
	/** Puts text into the named field as one piece. */
	paste(field: string, text: string): void;
	/** Called by a field while it has the keyboard; answers how to stop. */
	attach(field: string, receiver: TextReceiver): () => void;
	/** Sets who is told of an Enter that had to wait and turned out to be the screen's. */
	onLateEnter(listener: () => void): void;
};

type Early = {readonly field: string; readonly edit: Edit | 'enter'; readonly at: number};

/** The road of one running screen. `now` in ms. */
export function createTextEntry(now: () => number = Date.now): TextEntry {
	let attached: {readonly field: string; readonly receiver: TextReceiver} | undefined;
	let early: Early[] = [];
	let tellLateEnter: (() => void) | undefined;

	const deliver = (field: string, edit: Edit): void => {
		if (attached?.field === field) attached.receiver.receive(edit);
		else early.push({field, edit, at: now()});
	};

	return {
		send(field, input, key) {
			const edit = editFor(input, key);
			if (edit) deliver(field, edit);
			return edit !== undefined;
		},
		submit(field) {
			if (attached?.field === field) return attached.receiver.submit();
			// Enter must not overtake the text before it: `:quit` and Enter in one chunk means quit.
			early.push({field, edit: 'enter', at: now()});
			return true;
		},
		paste(field, text) {
			deliver(field, {type: 'insert', text});
		},
		attach(field, receiver) {
			const mine = {field, receiver};
			attached = mine;
			const waiting = early;
			early = [];
			for (const {field: wanted, edit, at} of waiting) {
				if (wanted !== field || now() - at >= longestWaitMs) continue;
				if (edit !== 'enter') receiver.receive(edit);
				else if (!receiver.submit()) tellLateEnter?.();
			}
			return () => {
				if (attached === mine) attached = undefined;
			};
		},
		onLateEnter(listener) {
			tellLateEnter = listener;
		},
	};
}

/** Set by the screen that splits what the keyboard sends into strokes. */
export const TextEntryContext = createContext<TextEntry | undefined>(undefined);
