/** The characters that carry meaning, each one column wide, and their stand-ins where there is only ASCII. */

export const unicodeSymbols = {
	topLeft: '╭',
	topRight: '╮',
	bottomLeft: '╰',
	bottomRight: '╯',
	horizontal: '─',
	vertical: '│',
	/** On the right edge: where in a long list this is. */
	thumb: '┃',
	cursor: '▸',
	mark: '◆',
	same: '✓',
	different: '≠',
	absent: '–',
	unknown: '?',
	checking: '…',
	loggedIn: '●',
	loggedOut: '○',
	success: '✓',
	failure: '✗',
	warning: '!',
	up: '↑',
	down: '↓',
	full: '█',
	/** What is full as well, and not the same. */
	shade: '▓',
	empty: '░',
	ellipsis: '…',
	separator: '·',
	dash: '–',
	arrow: '→',
	enter: '⏎',
	caret: '▏',
	/** One step further in. */
	into: '›',
	/** A folder that is closed, and one that is open. */
	closed: '▸',
	opened: '▾',
	/** Name of the frames in ink-spinner. */
	spinner: 'dots',
} as const;

export type Symbols = {readonly [Name in keyof typeof unicodeSymbols]: string} & {
	readonly spinner: 'dots' | 'line';
};

export const asciiSymbols: Symbols = {
	topLeft: '+',
	topRight: '+',
	bottomLeft: '+',
	bottomRight: '+',
	horizontal: '-',
	vertical: '|',
	thumb: '#',
	cursor: '>',
	mark: '*',
	same: '=',
	different: '!',
	absent: '-',
	unknown: '?',
	checking: '.',
	loggedIn: '@',
	loggedOut: 'o',
	success: '+',
	failure: 'x',
	warning: '!',
	up: '^',
	down: 'v',
	full: '#',
	shade: '=',
	empty: '.',
	ellipsis: '~',
	separator: '|',
	dash: '-',
	arrow: '>',
	enter: 'Enter',
	caret: '_',
	into: '>',
	closed: '>',
	opened: 'v',
	spinner: 'line',
};
