/** The grammar of github.com/distribution/reference, one question a function. */

/** Longest repository path, without the host, in characters. */
export const maxPathLength = 255;

/** Longest tag in characters. */
export const maxTagLength = 128;

const pathComponent = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const tag = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const hostLabel = '[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*';
// An IPv6 literal is only held against its alphabet, as the library does; zones (`%eth0`) are refused.
const domain = new RegExp(
	String.raw`^(?:${hostLabel}(?:\.${hostLabel})*|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?$`,
);

/** Whether the text may stand after the `:` of a reference. Upper case is allowed. */
export function isTag(text: string): boolean {
	return tag.test(text);
}

/** Whether the text is a host, with or without port, as references write it. */
export function isDomain(text: string): boolean {
	return domain.test(text);
}

/** Whether the text may stand between two slashes of a repository path. */
export function isPathComponent(text: string): boolean {
	return pathComponent.test(text);
}

/** Whether every component of the path is well formed. The length is not looked at. */
export function isRepositoryPath(text: string): boolean {
	return text.split('/').every(isPathComponent);
}

/** The three parts of a reference, unchecked: a `:` after the last slash begins the tag, an `@` the digest. */
export function splitReference(text: string): {name: string; tag?: string; digest?: string} {
	const at = text.indexOf('@');
	const beforeDigest = at < 0 ? text : text.slice(0, at);
	const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1);
	return {
		name: colon < 0 ? beforeDigest : beforeDigest.slice(0, colon),
		...(colon < 0 ? {} : {tag: beforeDigest.slice(colon + 1)}),
		...(at < 0 ? {} : {digest: text.slice(at + 1)}),
	};
}
