/**
 * Stands for `Intl.Segmenter` in the bundle, which makes the real one only for text that needs it: its
 * tables take 9 ms to load, and what regbench draws hardly ever needs them.
 */
import {isNarrow} from './narrow.ts';

type Options = ConstructorParameters<typeof Intl.Segmenter>[1];

/** As much of `Intl.Segments` as is used. */
type Segments = Iterable<Intl.SegmentData> & {
	containing(codeUnitIndex?: number): Intl.SegmentData | undefined;
};

export class LateSegmenter {
	readonly #locales: string | string[] | undefined;
	readonly #options: Options;
	#real: Intl.Segmenter | undefined;

	constructor(locales?: string | string[], options?: Options) {
		this.#locales = locales;
		this.#options = options;
	}

	/** The text in graphemes; where every character is one by itself, without asking for it. */
	segment(text: string): Segments {
		const byGrapheme = (this.#options?.granularity ?? 'grapheme') === 'grapheme';
		if (byGrapheme && isNarrow(text.replaceAll(alone, ''))) return charactersOf(text);
		this.#real ??= new globalThis.Intl['Segmenter'](this.#locales, this.#options);
		return this.#real.segment(text);
	}
}

/** Never part of a grapheme with its neighbours; a carriage return could be. */
// eslint-disable-next-line no-control-regex -- Styles begin with ESC.
const alone = /[\u001B\n]/g;

function charactersOf(text: string): Segments {
	const segments = Array.from(text, (segment, index) => ({segment, index, input: text}));
	// Narrow characters have one code unit each, so a character's place is its index.
	return Object.assign(segments, {containing: (index = 0) => segments[index]});
}
