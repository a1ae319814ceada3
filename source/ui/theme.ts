/** Meaning to looks: the terminal's own sixteen colours, and the symbols that say the same without colour. */
import {asciiSymbols, unicodeSymbols, type Symbols} from './symbols.ts';

export type Tone =
	/** The one accent: what has the keyboard. */
	| 'focus'
	/** The selected row where the keyboard is. */
	| 'selected'
	/** New, or the selected row of a list that the keyboard is not in. */
	| 'strong'
	| 'good'
	| 'caution'
	| 'failure'
	/** What is there for whoever looks for it. */
	| 'quiet'
	/** A word that must not be overlooked: DEMO, read-only. */
	| 'badge'
	/** Dark on light whatever the terminal's own colours are: what a camera reads. */
	| 'paper';

export type ThemeMode = 'auto' | 'dark' | 'light' | 'mono';

export type Theme = {
	readonly mode: Exclude<ThemeMode, 'auto'>;
	readonly symbols: Symbols;
	/** The text in the looks of a tone; as it is without one. The text holds no styles of its own. */
	paint(tone: Tone | undefined, text: string): string;
	/** Painted text that leads to an address (OSC 8), where the terminal is known to follow such links. */
	link(address: string, text: string): string;
};

type Style = readonly [open: string, close: string];

const weightOff = '\u{1B}[22m';
const colorOff = '\u{1B}[39m';

function color(code: number): Style {
	return [`\u{1B}[${code}m`, colorOff];
}

function boldColor(code: number): Style {
	return [`\u{1B}[1m\u{1B}[${code}m`, `${colorOff}${weightOff}`];
}

const bold: Style = ['\u{1B}[1m', weightOff];
const dim: Style = ['\u{1B}[2m', weightOff];
const blackOnWhite: Style = ['\u{1B}[30m\u{1B}[107m', '\u{1B}[49m\u{1B}[39m'];
const inverse: Style = ['\u{1B}[7m', '\u{1B}[27m'];

const palettes: Readonly<Record<Theme['mode'], Readonly<Record<Tone, Style>>>> = {
	dark: {
		focus: color(36),
		selected: boldColor(36),
		strong: bold,
		good: color(32),
		caution: color(33),
		failure: color(31),
		quiet: dim,
		badge: inverse,
		paper: blackOnWhite,
	},
	// Yellow and cyan cannot be read on white.
	light: {
		focus: color(34),
		selected: boldColor(34),
		strong: bold,
		good: color(32),
		caution: color(35),
		failure: color(31),
		quiet: dim,
		badge: inverse,
		paper: blackOnWhite,
	},
	mono: {
		focus: bold,
		selected: bold,
		strong: bold,
		good: ['', ''],
		caution: bold,
		failure: bold,
		quiet: dim,
		badge: inverse,
		paper: inverse,
	},
};

export type ThemeOptions = {
	/** The setting; `auto` looks at the environment. */
	readonly mode: ThemeMode;
	/** Draw with ASCII alone; `undefined` lets the locale decide. */
	readonly ascii?: boolean | undefined;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly platform?: NodeJS.Platform;
};

/** The theme for a setting and an environment. `NO_COLOR` and `FORCE_COLOR` are as no-color.org and Node have them. */
export function createTheme(options: ThemeOptions): Theme {
	const {environment} = options;
	const mode = modeFor(options.mode, environment);
	const ascii = options.ascii ?? !isUtf8(environment, options.platform ?? 'linux');
	const palette = palettes[mode];
	const links = followsLinks(environment);
	return {
		mode,
		symbols: ascii ? asciiSymbols : unicodeSymbols,
		paint(tone, text) {
			if (tone === undefined || text === '') return text;
			const [open, close] = palette[tone];
			return open + text + close;
		},
		link: (address, text) =>
			links && isPlain.test(address)
				? `\u{1B}]8;;${address}\u{1B}\\${text}\u{1B}]8;;\u{1B}\\`
				: text,
	};
}

/** What may stand in an escape sequence. */
const isPlain = /^https?:\/\/[!-~]+$/;

/** Terminals that are known to follow OSC 8 links; others may draw the sequence. */
function followsLinks(environment: ThemeOptions['environment']): boolean {
	const {TERM = '', TERM_PROGRAM = '', VTE_VERSION, WT_SESSION, KONSOLE_VERSION} = environment;
	return (
		/^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper|rio)$/.test(TERM_PROGRAM) ||
		/kitty|alacritty|foot|ghostty|wezterm/.test(TERM) ||
		// GNOME Terminal and its kin, since 0.50.
		Number(VTE_VERSION) >= 5000 ||
		Boolean(WT_SESSION ?? KONSOLE_VERSION)
	);
}

function modeFor(mode: ThemeMode, environment: ThemeOptions['environment']): Theme['mode'] {
	const {NO_COLOR, FORCE_COLOR, TERM, COLORFGBG} = environment;
	if (FORCE_COLOR === '0' || FORCE_COLOR === 'false') return 'mono';
	// An empty value means "not set" for both (no-color.org).
	if (!FORCE_COLOR && (NO_COLOR || TERM === 'dumb')) return 'mono';
	if (mode !== 'auto') return mode;
	// rxvt, Konsole and others tell their colours as `foreground;background`.
	const background = Number(COLORFGBG?.split(';').at(-1) || Number.NaN);
	return background === 7 || background === 15 ? 'light' : 'dark';
}

function isUtf8(environment: ThemeOptions['environment'], platform: NodeJS.Platform): boolean {
	const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'];
	if (locale) return /utf-?8/i.test(locale);
	return platform === 'win32' || platform === 'darwin';
}
