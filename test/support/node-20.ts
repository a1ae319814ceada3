/** Vitest reports failures with `Map.groupBy`, which Node 20 does not have yet. */
export function completeNode20(): void {
	const map = Map as unknown as Record<'groupBy', unknown>;
	map.groupBy ??= <Key, Value>(
		items: Iterable<Value>,
		keyOf: (item: Value, index: number) => Key,
	) => {
		const groups = new Map<Key, Value[]>();
		let index = 0;
		for (const item of items) {
			const key = keyOf(item, index++);
			const group = groups.get(key);
			if (group) group.push(item);
			else groups.set(key, [item]);
		}
		return groups;
	};
}
