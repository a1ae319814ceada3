/** Where the megabytes are, as bars. Pure. */
import type {ListedLayer} from '../../operations/layer-reading.ts';
import type {Cell} from '../rows/line.ts';
import type {Theme} from '../theme.ts';

/** All layers in one bar of `width` columns, base at the left: the selected one lit, hidden bytes marked. */
export function pictureCells(
	theme: Theme,
	layers: ReadonlyArray<Pick<ListedLayer, 'sizeBytes' | 'unpackedBytes' | 'wastedBytes'>>,
	selected: number | undefined,
	width: number,
): readonly Cell[] {
	const widths = shares(
		layers.map(({sizeBytes}) => sizeBytes),
		width,
	);
	return layers.flatMap((layer, index): Cell[] => {
		const columns = widths[index] ?? 0;
		const hidden = hiddenColumns(layer, columns);
		const isLit = index === selected;
		const symbol = index % 2 === 0 ? theme.symbols.full : theme.symbols.shade;
		return [
			{
				text: (isLit ? theme.symbols.full : symbol).repeat(columns - hidden),
				width: columns - hidden,
				tone: isLit ? 'selected' : 'quiet',
			},
			{text: theme.symbols.empty.repeat(hidden), width: hidden, tone: 'caution'},
		];
	});
}

/** A bar for one size against the largest, its hidden part marked. Of a size that is not nothing something is seen. */
export function sizeBar(
	theme: Theme,
	size: Pick<ListedLayer, 'sizeBytes' | 'unpackedBytes' | 'wastedBytes'>,
	largest: number,
	width: number,
): readonly Cell[] {
	const columns = barColumns(size.sizeBytes, largest, width);
	const hidden = hiddenColumns(size, columns);
	const kept = columns - hidden;
	return [
		{text: theme.symbols.full.repeat(kept), width: kept, tone: 'focus'},
		{text: theme.symbols.empty.repeat(hidden), width: hidden, tone: 'caution'},
		{text: '', width: width - columns},
	];
}

/** A bar of one piece. */
export function plainBar(theme: Theme, bytes: number, largest: number, width: number): Cell[] {
	const columns = barColumns(bytes, largest, width);
	return [
		{text: theme.symbols.full.repeat(columns), width: columns, tone: 'focus'},
		{text: '', width: width - columns},
	];
}

function barColumns(bytes: number, largest: number, width: number): number {
	if (bytes <= 0 || largest <= 0) return 0;
	return Math.min(width, Math.max(1, Math.round((bytes / largest) * width)));
}

/** Hidden bytes are unpacked ones, whatever the size of the layer is measured in. */
function hiddenColumns(
	{wastedBytes, unpackedBytes}: Pick<ListedLayer, 'unpackedBytes' | 'wastedBytes'>,
	columns: number,
): number {
	if (wastedBytes <= 0 || unpackedBytes <= 0) return 0;
	return Math.min(columns, Math.round((wastedBytes / unpackedBytes) * columns));
}

/** Columns in proportion that fill the width exactly: the largest remainders get what rounding leaves. */
function shares(sizes: readonly number[], width: number): readonly number[] {
	const total = sizes.reduce((sum, size) => sum + size, 0);
	if (total <= 0) return sizes.map(() => 0);
	const exact = sizes.map(size => (size / total) * width);
	const columns = exact.map(Math.floor);
	const left = width - columns.reduce((sum, count) => sum + count, 0);
	const byRemainder = exact
		.map((share, index) => ({index, rest: share - Math.floor(share)}))
		.toSorted((one, other) => other.rest - one.rest);
	for (const {index} of byRemainder.slice(0, left)) columns[index] = (columns[index] ?? 0) + 1;
	return columns;
}
