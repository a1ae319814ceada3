/** Says in a beginner's words why a text is no image reference, and what would be one. */
import {
	isDomain,
	isPathComponent,
	isTag,
	maxPathLength,
	maxTagLength,
	splitReference,
} from './reference-grammar.ts';
import {sanitise} from './sanitise.ts';

export type ReferenceProblem = {
	/** What is wrong, in one line. */
	readonly problem: string;
	/** What to do about it; absent where only the general rule can be told. */
	readonly hint?: string;
};

/**
 * Why `text` was refused. `accepts` tells whether a repaired form would be taken: a form that is
 * offered always is one that works.
 */
export function explainReference(
	text: string,
	accepts: (candidate: string) => boolean,
): ReferenceProblem {
	const problem = describeProblem(text);
	const repaired = repairReference(text);
	const shown = sanitise(text, 120);
	const message =
		text.trim() === '' ? problem.problem : `"${shown}" is no image reference: ${problem.problem}`;
	if (repaired !== undefined && accepts(repaired))
		return {problem: message, hint: `Use ${repaired} instead.`};
	return {...problem, problem: message};
}

/**
 * The form a person most likely meant: blanks around it and a pasted `https://` dropped, host and name in
 * lower case (a tag keeps its case), stray slashes and an empty tag removed. `undefined` where nothing
 * changes. The result is not checked: hold it against parseReference.
 */
export function repairReference(text: string): string | undefined {
	const {name, tag, digest} = splitReference(text.trim().replace(schemePattern, ''));
	const repairedName = name.toLowerCase().split('/').filter(Boolean).join('/');
	const repaired = [
		repairedName,
		tag ? `:${tag}` : '',
		digest ? `@${digest.toLowerCase()}` : '',
	].join('');
	// `localhost:5000/` lacks an image, it has no slash too many.
	const lostItsHost = name.includes('/') && !repairedName.includes('/');
	return repaired === text || lostItsHost ? undefined : repaired;
}

const schemePattern = /^(?:https?|docker|oci|docker-daemon):\/\//i;

function describeProblem(text: string): ReferenceProblem {
	if (text.trim() === '') return {problem: 'The image reference is empty'};
	if (/^[a-f0-9]{64}$/.test(text)) {
		return {
			problem: 'it is an image ID, not a name',
			hint: 'Give the image a name first: a reference is [host/]name[:tag].',
		};
	}
	if (schemePattern.test(text)) {
		return {
			problem: 'a reference has no scheme',
			hint: 'Leave out what stands before and with ://.',
		};
	}
	if (/\s/.test(text)) return {problem: 'it has blanks in it', hint: 'Write it without blanks.'};

	const {name, tag, digest} = splitReference(text);
	return (
		describeName(name) ??
		(tag === undefined ? undefined : describeTag(tag)) ??
		(digest === undefined ? undefined : describeDigest(digest)) ?? {
			problem: 'invalid reference format',
		}
	);
}

function describeName(name: string): ReferenceProblem | undefined {
	const components = name.split('/');
	const [first = ''] = components;
	const hasHost =
		components.length > 1 &&
		(/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
	const path = hasHost ? components.slice(1) : components;
	const joined = path.join('/');

	if (name === '') return {problem: 'the name before the tag is missing'};
	if (components.length === 1 && name.startsWith('[')) {
		return {
			problem: 'it names a host but no image',
			hint: 'Add the image after a slash: host/name:tag.',
		};
	}
	if (hasHost && joined === '') {
		return {
			problem: 'it names a host but no image',
			hint: 'Add the image after a slash: host/name:tag.',
		};
	}
	if (joined !== joined.toLowerCase()) return {problem: 'repository name must be lowercase'};
	if (path.includes('')) return {problem: 'a part between two slashes is empty'};
	if (hasHost && !isDomain(first) && !isPathComponent(first)) {
		return {
			problem: `${JSON.stringify(sanitise(first, 60))} is no host name`,
			hint: 'A host is letters, digits, dots and hyphens, with :port where it needs one; IPv6 goes in [ ].',
		};
	}
	const bad = path.find(component => !isPathComponent(component));
	if (bad !== undefined) return describeComponent(bad);
	// Docker Hub's single names get `library/` put before them, which counts.
	const length = joined.length + (!hasHost && path.length === 1 ? 'library/'.length : 0);
	if (length > maxPathLength) {
		return {
			problem: `repository name must not be more than ${maxPathLength} characters`,
			hint: 'Shorten the name.',
		};
	}
	return undefined;
}

function describeComponent(component: string): ReferenceProblem {
	const shown = JSON.stringify(sanitise(component, 60));
	const odd = /[^a-z0-9._-]/u.exec(component)?.[0];
	if (odd !== undefined) {
		return {
			problem: `${shown} holds a character that a name may not have`,
			hint: 'A name is lower-case letters and digits, with . _ __ or - between them.',
		};
	}
	return {
		problem: `${shown} begins or ends with a separator, or has two of them side by side`,
		hint: 'Between letters and digits stands one of . _ __ or any number of -.',
	};
}

function describeTag(tag: string): ReferenceProblem | undefined {
	if (isTag(tag)) return undefined;
	if (tag === '')
		return {
			problem: 'the tag after the colon is empty',
			hint: 'Write a tag, or leave the colon out.',
		};
	if (tag.length > maxTagLength) {
		return {problem: `a tag has at most ${maxTagLength} characters`, hint: 'Shorten the tag.'};
	}
	return {
		problem: `${JSON.stringify(sanitise(tag, 60))} is no tag`,
		hint: 'A tag is letters, digits, . _ and -, and begins with a letter, a digit or _.',
	};
}

function describeDigest(digest: string): ReferenceProblem {
	const [algorithm = '', hex = ''] = digest.split(':');
	const lengths: Readonly<Record<string, number>> = {sha256: 64, sha384: 96, sha512: 128};
	const wanted = Object.hasOwn(lengths, algorithm) ? lengths[algorithm] : undefined;
	if (digest === '')
		return {problem: 'the digest after @ is empty', hint: 'Write a digest, or leave the @ out.'};
	if (wanted === undefined) {
		return {
			problem: 'the digest is of no known kind',
			hint: 'A digest is sha256: and 64 hexadecimal digits.',
		};
	}
	return {
		problem: `a ${algorithm} digest has ${wanted} lower-case hexadecimal digits, this one has ${hex.length} characters`,
		hint: 'Copy the whole digest.',
	};
}
