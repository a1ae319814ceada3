/** What each layer does to the files below it, and what of it is in vain. Pure. */
import type {LayerEntry} from './read-layer.ts';
import type {TarKind} from './read-tar.ts';

export type LayerFile = {
	readonly path: string;
	readonly kind: TarKind;
	/** What this layer stores: nothing for what it removes. */
	readonly sizeBytes: number;
	/** Absent while the layers below were not all read. */
	readonly mark?: 'added' | 'changed' | 'removed';
	/** Bytes of lower layers that it hides, where there are any. */
	readonly hidesBytes?: number;
};

/** Bytes that are stored and never seen: a later layer writes over the file or removes it. */
export type WastedFile = {
	readonly path: string;
	readonly sizeBytes: number;
	/** Index of the layer that stores it, and of the one that hides it. */
	readonly layer: number;
	readonly hiddenBy: number;
	readonly how: 'changed' | 'removed';
};

export type LayerComparison = {
	/** The files of the next layer, base first, marked against all layers before it. */
	add(entries: readonly LayerEntry[]): readonly LayerFile[];
	/** What the layers so far hide of each other, in no order. */
	readonly wasted: readonly WastedFile[];
};

type Node = {
	children?: Map<string, Node>;
	layer: number;
	kind: TarKind;
	sizeBytes: number;
};

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';
/** Deeper folders are listed; they take no part in the comparison. */
const deepest = 256;

/** Nothing but the tree of files is kept (OCI layer.md, "Whiteouts": they reach lower layers only). */
export function createComparison(): LayerComparison {
	const root: Node = {layer: -1, kind: 'folder', sizeBytes: 0};
	const wasted: WastedFile[] = [];
	let index = -1;

	/** Counts a node and all in it as hidden; answers its bytes. */
	const hide = (node: Node, path: string, how: WastedFile['how']): number => {
		let bytes = node.sizeBytes;
		if (bytes > 0) {
			wasted.push({path, sizeBytes: bytes, layer: node.layer, hiddenBy: index, how});
		}
		for (const [name, child] of node.children ?? []) bytes += hide(child, `${path}/${name}`, how);
		return bytes;
	};

	const remove = (path: string, slash: number, name: string): readonly LayerFile[] => {
		const folder = slash === 0 ? '' : path.slice(0, slash - 1);
		const parent = find(root, folder);
		if (name === opaque) {
			const gone = [...(parent?.children ?? [])].map(([child, node]) => {
				const at = folder === '' ? child : `${folder}/${child}`;
				return removed(at, node.kind, hide(node, at, 'removed'));
			});
			if (parent) delete parent.children;
			return gone;
		}
		// AUFS kept books of its own under such names.
		if (name.startsWith(`${whiteout}${whiteout}`)) return [];
		const gone = name.slice(whiteout.length);
		const at = path.slice(0, slash) + gone;
		const node = parent?.children?.get(gone);
		const hidden = node ? hide(node, at, 'removed') : 0;
		parent?.children?.delete(gone);
		return [removed(at, node?.kind ?? 'file', hidden)];
	};

	const write = ({path, kind, sizeBytes}: LayerEntry): LayerFile => {
		const parts = path.split('/');
		if (parts.length > deepest) return {path, kind, sizeBytes, mark: 'added'};
		const {node, isNew} = make(root, parts, index);
		const isBelow = !isNew && node.layer !== index;
		let hidesBytes = 0;
		if (isBelow && (kind !== 'folder' || node.kind !== 'folder')) {
			hidesBytes = hide(node, path, 'changed');
		}
		if (kind !== 'folder') delete node.children;
		Object.assign(node, {layer: index, kind, sizeBytes});
		return {
			path,
			kind,
			sizeBytes,
			mark: isBelow ? 'changed' : 'added',
			...(hidesBytes > 0 ? {hidesBytes} : {}),
		};
	};

	return {
		wasted,
		add(entries) {
			index++;
			const files: LayerFile[] = [];
			// Whiteouts never hide what their own layer brings, wherever in the archive they stand.
			for (const {path} of entries) {
				const slash = path.lastIndexOf('/') + 1;
				if (!path.startsWith(whiteout, slash)) continue;
				files.push(...remove(path, slash, path.slice(slash)));
			}
			for (const entry of entries) {
				if (!entry.path.startsWith(whiteout, entry.path.lastIndexOf('/') + 1)) {
					files.push(write(entry));
				}
			}
			return files;
		},
	};
}

function removed(path: string, kind: TarKind, hidesBytes: number): LayerFile {
	return {path, kind, sizeBytes: 0, mark: 'removed', ...(hidesBytes > 0 ? {hidesBytes} : {})};
}

function find(root: Node, path: string): Node | undefined {
	let node: Node | undefined = root;
	for (const part of path === '' ? [] : path.split('/')) node = node?.children?.get(part);
	return node;
}

function make(root: Node, parts: readonly string[], layer: number): {node: Node; isNew: boolean} {
	let node = root;
	let isNew = false;
	for (const part of parts) {
		node.children ??= new Map();
		let child = node.children.get(part);
		isNew = child === undefined;
		child ??= {layer, kind: 'folder', sizeBytes: 0};
		node.children.set(part, child);
		node = child;
	}
	return {node, isNew};
}
