/** Which files later layers delete or overwrite (OCI layer.md, "Whiteouts"), whatever the order of reading. */
import type {FindingPlace} from '../domain/safety.ts';

export type Hidden = {
	/** Starts a layer; its place is told when it is known. */
	layer(): {add(path: string, kind: string): void; place(index: number): void};
	/** By which layer (from 1) a file of layer `index` (from 0) is hidden first; once all were read. */
	hiddenBy(path: string, index: number): (FindingPlace & {readonly at: 'file'})['hidden'];
	/** Files that were not remembered. */
	unlisted(): number;
};

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';
/** Paths over all layers. */
const mostPaths = 500_000;

type Paths = {
	readonly written: Set<string>;
	/** Links and files where a folder may have been: what was in it is gone. */
	readonly removed: Set<string>;
	readonly opaque: Set<string>;
};

export function createHidden(): Hidden {
	const placed = new Map<number, Paths>();
	let count = 0;
	let unlisted = 0;

	return {
		layer() {
			const paths: Paths = {written: new Set(), removed: new Set(), opaque: new Set()};
			return {
				add(path, kind) {
					if (count >= mostPaths) {
						unlisted++;
						return;
					}
					const slash = path.lastIndexOf('/') + 1;
					const name = path.slice(slash);
					if (name === opaque) paths.opaque.add(path.slice(0, Math.max(0, slash - 1)));
					else if (name.startsWith(whiteout)) {
						paths.removed.add(path.slice(0, slash) + name.slice(whiteout.length));
					} else if (kind !== 'folder') paths.written.add(path);
					else return;
					count++;
				},
				place(index) {
					placed.set(index, paths);
				},
			};
		},
		hiddenBy(path, index) {
			const later = [...placed.keys()].filter(key => key > index).toSorted((a, b) => a - b);
			for (const layer of later) {
				const how = hides(placed.get(layer), path);
				if (how) return {by: layer + 1, how};
			}
			return undefined;
		},
		unlisted: () => unlisted,
	};
}

function hides(paths: Paths | undefined, path: string): 'removed' | 'changed' | undefined {
	if (!paths) return undefined;
	// A layer that deletes a folder and makes the file anew does both.
	if (paths.written.has(path)) return 'changed';
	if (paths.removed.has(path) || paths.opaque.has('')) return 'removed';
	for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
		const parent = path.slice(0, at);
		if (paths.removed.has(parent) || paths.opaque.has(parent) || paths.written.has(parent)) {
			return 'removed';
		}
	}
	return undefined;
}
