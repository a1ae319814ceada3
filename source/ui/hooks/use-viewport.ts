/** Which rows of a long list are on screen. */
import {useState} from 'react';

/** The first visible row: as before where that still shows the cursor, else moved just as far as needed. */
export function scrollTo(previous: number, cursor: number, total: number, visible: number): number {
	const furthest = Math.max(0, total - visible);
	const offset = Math.min(Math.max(0, previous), furthest);
	if (cursor < 0) return offset;
	// A row of the neighbourhood stays in sight, so that one sees what comes.
	const margin = visible >= 6 ? 1 : 0;
	if (cursor < offset + margin) return Math.max(0, cursor - margin);
	if (cursor >= offset + visible - margin) {
		return Math.min(furthest, cursor - visible + 1 + margin);
	}
	return offset;
}

/** Keeps the place of a list between drawings. */
export function useViewport(cursor: number, total: number, visible: number): number {
	const [place, setPlace] = useState(0);
	const next = scrollTo(place, cursor, total, visible);
	if (next !== place) setPlace(next);
	return next;
}
