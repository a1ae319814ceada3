/** One-line text fields: what is typed, with a cursor, in a fixed number of columns. */
import {Box} from 'ink';
import TextInput from 'ink-text-input';
import {
	useContext,
	useEffect,
	useEffectEvent,
	useLayoutEffect,
	useRef,
	useState,
	type ReactNode,
} from 'react';
import {unicodeSymbols} from '../symbols.ts';
import type {Theme} from '../theme.ts';
import {applyEdit, type Edit, type EditState} from './text-editing.ts';
import {TextEntryContext, type TextReceiver} from './text-entry.ts';
import {windowText} from './text-window.ts';

export type TextFieldProps = {
	/** Name under which strokes are sent here, unique on the screen: `tag`, `login:password`. */
	readonly name: string;
	readonly value: string;
	readonly onChange: (value: string) => void;
	/** Enter, where the field answers it itself; told the text as it is, also before it is drawn. */
	readonly onSubmit?: (value: string) => void;
	/** Whether the keyboard is this field's. */
	readonly focus: boolean;
	/** Columns that are drawn, always exactly these. */
	readonly width: number;
	readonly placeholder?: string;
	/** Drawn in place of every character. */
	readonly mask?: string;
	/** Hides the cursor of a field that is typed in while a list beside it has the selection. */
	readonly cursorHidden?: boolean;
	readonly theme: Theme;
};

/**
 * A controlled field. What it is sent by its name acts here: typed text, pasted text as one piece, the
 * usual editing keys (see text-entry.ts). Without a `TextEntryContext` it is only drawn.
 *
 * The editing is regbench's own and ink-text-input draws the text: that package's key handling takes
 * control characters, Ctrl-letters and whole chunks with their Enter into the value, and a text that
 * is wider than its place would break the line.
 */
export function TextField(props: TextFieldProps): ReactNode {
	const {name, value, onChange, onSubmit, focus, width} = props;
	const [state, setState] = useState<EditState>({text: value, cursor: value.length});
	// A value that was not typed here (another target, a repaired name) has its cursor at its end.
	if (state.text !== value) setState({text: value, cursor: value.length});

	// Several strokes may come before the next drawing: each builds on the one before.
	const undrawn = useRef<EditState>(undefined);
	useLayoutEffect(() => {
		undrawn.current = undefined;
	});

	const receive = (edit: Edit): void => {
		const before = undrawn.current ?? state;
		const next = applyEdit(before, edit);
		if (next === before) return;
		undrawn.current = next;
		setState(next);
		if (next.text !== before.text) onChange(next.text);
	};
	const submit = (): boolean => {
		onSubmit?.((undrawn.current ?? state).text);
		return onSubmit !== undefined;
	};
	useStrokes(name, focus, {receive, submit});

	return (
		<Box width={width} height={1} flexShrink={0} aria-role="textbox">
			<TextInput value={drawField(state, props)} focus={false} onChange={onChange} />
		</Box>
	);
}

/** The field as it looks, in exactly `width` columns. */
function drawField(
	state: EditState,
	{width, theme, focus, mask, placeholder = '', cursorHidden = false}: TextFieldProps,
): string {
	const isEmpty = state.text === '';
	const {before, at, after, padding} = windowText(
		isEmpty ? {text: placeholder, cursor: 0} : state,
		width,
		{ellipsis: theme.symbols.ellipsis, ...(mask === undefined || isEmpty ? {} : {mask})},
	);
	const tone = isEmpty ? 'quiet' : undefined;
	return (
		before +
		theme.paint(focus && !cursorHidden ? 'badge' : tone, at) +
		theme.paint(tone, after) +
		' '.repeat(padding)
	);
}

/** Joins a field to the road that strokes come on, while it has the keyboard. */
function useStrokes(name: string, focus: boolean, receiver: TextReceiver): void {
	const entry = useContext(TextEntryContext);
	const receive = useEffectEvent(receiver.receive);
	const submit = useEffectEvent(receiver.submit);
	useEffect(() => {
		if (!focus || !entry) return undefined;
		return entry.attach(name, {receive: edit => receive(edit), submit: () => submit()});
	}, [entry, name, focus]);
}

/**
 * A field for a secret. Its characters live in this component alone: they are drawn as dots, handed
 * over once on Enter, and gone when the field is.
 */
export function SecretField(
	props: Omit<TextFieldProps, 'value' | 'onChange' | 'onSubmit' | 'mask'> & {
		readonly onSecret: (text: string) => void;
	},
): ReactNode {
	const {onSecret, ...rest} = props;
	const [text, setText] = useState('');
	// The dot has no stand-in of its own: it says nothing that a star does not.
	const mask = rest.theme.symbols.ellipsis === unicodeSymbols.ellipsis ? '•' : '*';
	return <TextField {...rest} value={text} onChange={setText} onSubmit={onSecret} mask={mask} />;
}
