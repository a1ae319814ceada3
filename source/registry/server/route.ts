/** Which endpoint of the distribution API a path is. */

export type Route =
	| {readonly kind: 'base'}
	| {readonly kind: 'catalog'}
	| {readonly kind: 'uploads'; readonly name: string}
	| {readonly kind: 'upload'; readonly name: string; readonly id: string}
	| {readonly kind: 'blob'; readonly name: string; readonly digest: string}
	| {readonly kind: 'manifest'; readonly name: string; readonly reference: string}
	| {readonly kind: 'tags'; readonly name: string}
	| {readonly kind: 'referrers'; readonly name: string; readonly digest: string};

/** The endpoint behind a decoded path; undefined when it is none. */
export function parseRoute(path: string): Route | undefined {
	if (path === '/v2/' || path === '/v2') return {kind: 'base'};
	if (path === '/v2/_catalog') return {kind: 'catalog'};
	const [, name = '', rest = ''] =
		/^\/v2\/(.+?)\/((?:blobs\/uploads|blobs|manifests|tags|referrers)(?:\/[^/]*)?)$/.exec(path) ??
		[];
	if (name === '') return undefined;
	const [kind, last = ''] = splitLast(rest);
	switch (kind) {
		case 'blobs/uploads':
			return last === '' ? {kind: 'uploads', name} : {kind: 'upload', name, id: last};
		case 'blobs':
			return last === 'uploads' ? {kind: 'uploads', name} : {kind: 'blob', name, digest: last};
		case 'manifests':
			return {kind: 'manifest', name, reference: last};
		case 'tags':
			return last === 'list' ? {kind: 'tags', name} : undefined;
		case 'referrers':
			return {kind: 'referrers', name, digest: last};
		default:
			return undefined;
	}
}

function splitLast(text: string): [string, string | undefined] {
	const slash = text.lastIndexOf('/');
	return slash === -1 ? [text, undefined] : [text.slice(0, slash), text.slice(slash + 1)];
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const namePattern = new RegExp(`^${component}(?:/${component})*$`);

/** Whether the text is a repository name (distribution-spec, "Pulling manifests"). */
export function isRepositoryName(text: string): boolean {
	return text.length <= 255 && namePattern.test(text);
}

/** Whether the text is a tag. */
export function isTag(text: string): boolean {
	return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text);
}
