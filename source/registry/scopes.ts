/** Token scopes, `type:name:action,action` (distribution token spec): what a call needs the right to do. */

export type Scope = {
	readonly type: string;
	/** May hold colons itself, when it names a host with a port. */
	readonly name: string;
	readonly actions: readonly string[];
};

export function pullScope(path: string): Scope {
	return {type: 'repository', name: path, actions: ['pull']};
}

export function pushScope(path: string): Scope {
	return {type: 'repository', name: path, actions: ['pull', 'push']};
}

export function formatScope({type, name, actions}: Scope): string {
	return `${type}:${name}:${actions.join(',')}`;
}

/** Whether nothing but reading is asked for: then the call may also be tried without a login. */
export function onlyReads(scopes: readonly Scope[]): boolean {
	return scopes.every(({actions}) =>
		actions.every(action => action === 'pull' || action === 'metadata_read'),
	);
}

/** The single rights of scopes, to compare what a token has with what is wanted. */
export function rightsOf(scopes: readonly Scope[]): readonly string[] {
	return scopes.flatMap(({type, name, actions}) =>
		actions.map(action => `${type}:${name}:${action}`),
	);
}

/** The scopes in a challenge's `scope` parameter; unreadable ones are left out. */
export function parseScopes(text: string): readonly Scope[] {
	return text.split(' ').flatMap(part => {
		const first = part.indexOf(':');
		const last = part.lastIndexOf(':');
		if (first <= 0 || last <= first) return [];
		const actions = part
			.slice(last + 1)
			.split(',')
			.filter(Boolean);
		return [{type: part.slice(0, first), name: part.slice(first + 1, last), actions}];
	});
}

/**
 * What is wanted, widened by what a challenge asks for on the same resources. Names that were never
 * asked about are left out: GHCR's `/v2/` answers with a placeholder (`repository:user/image:pull`).
 */
export function widenScopes(wanted: readonly Scope[], asked: readonly Scope[]): readonly Scope[] {
	return wanted.map(scope => {
		const more = asked
			.filter(({type, name}) => type === scope.type && name === scope.name)
			.flatMap(({actions}) => actions);
		return {...scope, actions: [...new Set([...scope.actions, ...more])]};
	});
}
