/** The files of a layer as a tree whose folders open, and as rows of it. Pure. */
import type {LayerFile} from '../layers/compare-layers.ts';
import type {LayerSort} from './state.ts';

export type FileRow = {
	/** Identity of the row. */
	readonly path: string;
	/** With the folders above it that hold nothing else. */
	readonly name: string;
	readonly depth: number;
	readonly kind: LayerFile['kind'];
	readonly isOpen: boolean;
	/** Of a folder everything in it. */
	readonly sizeBytes: number;
	/** Of a folder the files in it. */
	readonly count: number;
	readonly mark?: LayerFile['mark'];
	/** Bytes of lower layers that it hides, in a folder all of them. */
	readonly hidesBytes: number;
};

type Branch = {
	readonly path: string;
	readonly name: string;
	readonly children: Map<string, Branch>;
	file?: LayerFile;
	sizeBytes: number;
	hidesBytes: number;
	count: number;
	/** Its children in the order in which they were last wanted. */
	sorted?: {readonly by: LayerSort; readonly branches: readonly Branch[]};
};

/** Folders nested deeper stand as one row. */
const deepest = 64;
const trees = new WeakMap<readonly LayerFile[], Branch>();

/** What is seen of the tree, top to bottom. */
export function treeRows(
	files: readonly LayerFile[],
	open: readonly string[],
	sort: LayerSort,
): readonly FileRow[] {
	const rows: FileRow[] = [];
	const opened = new Set(open);
	const visit = (branch: Branch, depth: number): void => {
		for (const child of childrenOf(branch, sort)) {
			const {shown, name} = shortened(child);
			const isOpen = opened.has(shown.path);
			rows.push(rowOf(shown, name, depth, isOpen));
			if (isOpen) visit(shown, depth + 1);
		}
	};
	visit(treeOf(files), 0);
	return rows;
}

/** Rows of the files whose path has all words of the filter in it, without the tree. */
export function matchingRows(
	files: readonly LayerFile[],
	filter: string,
	sort: LayerSort,
): readonly FileRow[] {
	const matches = matcher(filter);
	return files
		.filter(({path}) => matches(path))
		.toSorted(sort === 'size' ? bySize : byPath)
		.map(({path, kind, sizeBytes, mark, hidesBytes = 0}) => ({
			path,
			name: path,
			depth: 0,
			kind,
			isOpen: false,
			sizeBytes,
			count: 0,
			hidesBytes,
			...(mark ? {mark} : {}),
		}));
}

/** Whether a text has all words in it, whatever their case. */
export function matcher(filter: string): (text: string) => boolean {
	const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
	return text => {
		const lower = text.toLowerCase();
		return words.every(word => lower.includes(word));
	};
}

function rowOf(branch: Branch, name: string, depth: number, isOpen: boolean): FileRow {
	const {path, file, sizeBytes, hidesBytes, count} = branch;
	return {
		path,
		name,
		depth,
		kind: branch.children.size > 0 ? 'folder' : (file?.kind ?? 'folder'),
		isOpen,
		sizeBytes,
		hidesBytes,
		count,
		...(file?.mark ? {mark: file.mark} : {}),
	};
}

/** A folder that holds nothing but a folder is one row with it. */
function shortened(branch: Branch): {readonly shown: Branch; readonly name: string} {
	let shown = branch;
	let {name} = branch;
	for (;;) {
		const [only] = shown.children.size === 1 ? shown.children.values() : [];
		if (!only || only.children.size === 0) return {shown, name};
		shown = only;
		name = `${name}/${only.name}`;
	}
}

function childrenOf(branch: Branch, sort: LayerSort): readonly Branch[] {
	if (branch.sorted?.by !== sort) {
		const branches = [...branch.children.values()].toSorted(sort === 'size' ? bySize : byPath);
		branch.sorted = {by: sort, branches};
	}
	return branch.sorted.branches;
}

type Sized = {
	readonly path: string;
	readonly sizeBytes: number;
	readonly hidesBytes?: number;
};

/** What hides much comes before what is empty as well. */
function bySize(one: Sized, other: Sized): number {
	return (
		other.sizeBytes - one.sizeBytes ||
		(other.hidesBytes ?? 0) - (one.hidesBytes ?? 0) ||
		byPath(one, other)
	);
}

function byPath(one: Sized, other: Sized): number {
	return one.path < other.path ? -1 : Number(one.path > other.path);
}

function treeOf(files: readonly LayerFile[]): Branch {
	const known = trees.get(files);
	if (known) return known;
	const root = newBranch('', '');
	for (const file of files) {
		let branch = root;
		const {sizeBytes, hidesBytes = 0} = file;
		const counts = file.kind === 'folder' ? 0 : 1;
		for (const name of partsOf(file.path)) {
			branch.sizeBytes += sizeBytes;
			branch.hidesBytes += hidesBytes;
			branch.count += counts;
			let child = branch.children.get(name);
			child ??= newBranch(branch.path === '' ? name : `${branch.path}/${name}`, name);
			branch.children.set(name, child);
			branch = child;
		}
		branch.sizeBytes += sizeBytes;
		branch.hidesBytes += hidesBytes;
		branch.count += counts;
		branch.file = file;
	}
	trees.set(files, root);
	return root;
}

function newBranch(path: string, name: string): Branch {
	return {path, name, children: new Map(), sizeBytes: 0, hidesBytes: 0, count: 0};
}

function partsOf(path: string): readonly string[] {
	const parts = path.split('/');
	if (parts.length <= deepest) return parts;
	return [...parts.slice(0, deepest - 1), parts.slice(deepest - 1).join('/')];
}
