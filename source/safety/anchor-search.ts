/**
 * Finds which rules may have something in a block of bytes, in one pass over it (Wu and Manber's way:
 * the last two of three bytes tell how far the search may jump).
 */
import {anchorsOfRules, longestTail, type Anchor} from './anchors.ts';

/** The rules whose anchors are in the bytes; empty for nearly all blocks. */
export type AnchorSearch = (bytes: Buffer) => ReadonlySet<string>;

/** Bytes of an anchor that the jump table knows; no anchor is shorter. */
const head = 3;

type Entry = {readonly rule: string; readonly bytes: Buffer; readonly next: RegExp | undefined};

export function createAnchorSearch(
	rules: Readonly<Record<string, readonly Anchor[]>> = anchorsOfRules,
): AnchorSearch {
	const jumps = new Uint8Array(0x1_00_00).fill(head - 1);
	const entries = new Map<number, Entry[]>();
	for (const [rule, anchors] of Object.entries(rules)) {
		for (const {text, next} of anchors) {
			const bytes = Buffer.from(text, 'latin1');
			const first = pair(bytes, 1);
			const last = pair(bytes, 2);
			jumps[first] = Math.min(jumps[first] ?? 0, 1);
			jumps[last] = 0;
			entries.set(last, [...(entries.get(last) ?? []), {rule, bytes, next}]);
		}
	}
	return bytes => {
		const found = new Set<string>();
		const end = bytes.length;
		let at = head - 1;
		while (at < end) {
			const key = ((bytes[at - 1] as number) << 8) | (bytes[at] as number);
			const jump = jumps[key] as number;
			if (jump > 0) {
				at += jump;
				continue;
			}
			for (const entry of entries.get(key) ?? []) {
				if (!found.has(entry.rule) && holds(entry, bytes, at - head + 1)) found.add(entry.rule);
			}
			at++;
		}
		return found;
	};
}

function pair(bytes: Buffer, at: number): number {
	return ((bytes[at - 1] ?? 0) << 8) | (bytes[at] ?? 0);
}

function holds({bytes, next}: Entry, text: Buffer, start: number): boolean {
	const after = start + bytes.length;
	for (let index = 0; index < bytes.length; index++) {
		if (text[start + index] !== bytes[index]) return false;
	}
	if (!next) return true;
	next.lastIndex = 0;
	return next.test(text.toString('latin1', after, Math.min(after + longestTail, text.length)));
}
