import {Text} from 'ink';
import {memo, type ReactNode} from 'react';
import type {TargetColumn} from '../../workbench/selectors.ts';
import type {EngineState, State} from '../../workbench/state.ts';
import {headerLine} from '../rows/header-line.ts';
import {useUi} from '../ui-context.ts';

export type HeaderProps = {
	readonly width: number;
	readonly engine: EngineState;
	readonly count: number;
	readonly sizeBytes: number;
	readonly columns: readonly TargetColumn[];
	readonly logins: State['logins'];
	readonly demo: boolean;
	readonly readOnly: boolean;
};

const unknown = {phase: 'unknown'} as const;

export const Header = memo(function Header(props: HeaderProps): ReactNode {
	const {theme} = useUi();
	const {count, sizeBytes, columns, logins, width} = props;
	const targets = columns.map(column => ({
		column,
		login: logins[column.target.host] ?? unknown,
	}));
	return (
		<Text wrap="truncate">
			{headerLine(theme, {...props, totals: {count, sizeBytes}, targets}, width)}
		</Text>
	);
});
