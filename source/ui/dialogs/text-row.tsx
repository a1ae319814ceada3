import {TextField, type TextFieldProps} from '../components/text-field.tsx';
import type {Cell} from '../rows/line.ts';
import type {FieldRow} from './dialog-view.ts';

type Input = Omit<TextFieldProps, 'width'> & {readonly label: Cell | string};

/**
 * A line of a form: a label, and a field in the columns beside it. A bare label is quiet, and bright
 * where the field has the keyboard. `cursorHidden` says that a list below has the cursor.
 */
export function textRow({label, ...input}: Input): FieldRow {
	const {name, focus, cursorHidden = false} = input;
	return {
		kind: 'field',
		name,
		label: typeof label === 'string' ? {text: label, tone: focus ? 'focus' : 'quiet'} : label,
		current: focus && !cursorHidden,
		field: columns => <TextField key={name} {...input} width={columns} />,
	};
}
