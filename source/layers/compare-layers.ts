/** What each layer does to the files below it, and what of it is in vain. Pure. */
import type {LayerEntry} from './read-layer.ts';
import type {TarKind} from './read-tar.ts';

export type LayerFile = {
	readonly path: string;
	readonly kind: TarKind;
	readonly sizeBytes: number;
	readonly mark: 'added' | 'changed' | 'removed';
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

/** Layers base first (OCI layer.md, "Whiteouts": they reach lower layers only). */
export function compareLayers(layers: ReadonlyArray<readonly LayerEntry[]>): {
	readonly files: ReadonlyArray<readonly LayerFile[]>;
	/** Largest first. */
	readonly wasted: readonly WastedFile[];
} {
	const root: Node = {layer: -1, kind: 'folder', sizeBytes: 0};
	const wasted: WastedFile[] = [];

	const hide = (node: Node, path: string, hiddenBy: number, how: WastedFile['how']): void => {
		if (node.sizeBytes > 0) {
			wasted.push({path, sizeBytes: node.sizeBytes, layer: node.layer, hiddenBy, how});
		}
		for (const [name, child] of node.children ?? []) hide(child, `${path}/${name}`, hiddenBy, how);
	};

	const files = layers.map((entries, index) => {
		const list: LayerFile[] = [];
		for (const {path} of entries) {
			const slash = path.lastIndexOf('/') + 1;
			const name = path.slice(slash);
			if (!name.startsWith(whiteout)) continue;
			const folder = slash === 0 ? '' : path.slice(0, slash - 1);
			const parent = find(root, folder);
			if (name === opaque) {
				for (const [child, node] of parent?.children ?? []) {
					const at = folder === '' ? child : `${folder}/${child}`;
					hide(node, at, index, 'removed');
					list.push({path: at, kind: node.kind, sizeBytes: 0, mark: 'removed'});
				}
				if (parent) delete parent.children;
				continue;
			}
			const gone = name.slice(whiteout.length);
			const at = path.slice(0, slash) + gone;
			const node = parent?.children?.get(gone);
			if (node) hide(node, at, index, 'removed');
			parent?.children?.delete(gone);
			list.push({path: at, kind: node?.kind ?? 'file', sizeBytes: 0, mark: 'removed'});
		}
		for (const {path, kind, sizeBytes} of entries) {
			const parts = path.split('/');
			if (parts.at(-1)?.startsWith(whiteout)) continue;
			if (parts.length > deepest) {
				list.push({path, kind, sizeBytes, mark: 'added'});
				continue;
			}
			const {node, isNew} = make(root, parts, index);
			const before = isNew ? undefined : {...node};
			if (before && before.layer !== index && kind !== 'folder') {
				hide(before, path, index, 'changed');
			}
			if (kind !== 'folder') delete node.children;
			Object.assign(node, {layer: index, kind, sizeBytes});
			const mark = before && before.layer !== index ? 'changed' : 'added';
			list.push({path, kind, sizeBytes, mark});
		}
		return list;
	});
	return {files, wasted: wasted.toSorted((one, other) => other.sizeBytes - one.sizeBytes)};
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
