/** Rows as a table for people. */
import {verdictOf, type Row} from './figures.ts';

/** Name, figure, limit, verdict and where the figure comes from. */
export function renderTable(rows: readonly Row[]): string {
	const cells = [
		['', 'measured', 'limit', '', 'from'],
		...rows.map(row => [
			row.name,
			row.figure === undefined ? '–' : `${round(row.figure)} ${row.unit}`,
			`${row.limit} ${row.unit}`,
			verdictOf(row),
			row.detail,
		]),
	];
	const widths = [0, 1, 2, 3].map(column =>
		Math.max(...cells.map(line => (line[column] ?? '').length)),
	);
	return cells
		.map(line =>
			line
				.map((cell, column) => {
					const width = widths[column] ?? 0;
					return column === 1 || column === 2 ? cell.padStart(width) : cell.padEnd(width);
				})
				.join('  ')
				.trimEnd(),
		)
		.join('\n');
}

function round(figure: number): string {
	if (figure >= 100) return figure.toFixed(0);
	return figure.toFixed(figure >= 10 ? 1 : 2);
}
