/** How bad something is. */

/** Most severe first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

/** For sorting: the smaller, the more severe. */
export function severityRank(severity: Severity): number {
	return severities.indexOf(severity);
}

/** Most severe first; equal ones as they came. */
export function bySeverity<Item extends {readonly severity: Severity}>(
	items: readonly Item[],
): readonly Item[] {
	return items.toSorted((one, other) => severityRank(one.severity) - severityRank(other.severity));
}

/** How many of each severity, most severe first; those that occur. */
export function countSeverities(
	items: ReadonlyArray<{readonly severity: Severity}>,
): ReadonlyArray<readonly [severity: Severity, count: number]> {
	return severities.flatMap(severity => {
		const count = items.filter(item => item.severity === severity).length;
		return count === 0 ? [] : [[severity, count] as const];
	});
}
