/** Names every registry takes (distribution reference grammar), and the nearest such name to what was typed. */
import {
	isRepositoryPath,
	isTag,
	maxPathLength,
	maxTagLength,
} from '../../domain/reference-grammar.ts';
import type {NameProblem} from './provider.ts';

/** What is wrong with a repository path anywhere; undefined when nothing is. */
export function checkAnyPath(path: string): NameProblem | undefined {
	if (isRepositoryPath(path) && path.length <= maxPathLength) return undefined;
	const repaired = repairPath(path);
	return {message: complaint(path), ...(repaired === undefined ? {} : {repaired})};
}

/** What is wrong with a tag; undefined when nothing is. */
export function checkTag(tag: string): NameProblem | undefined {
	if (isTag(tag)) return undefined;
	const repaired = repairTag(tag);
	const message =
		tag === ''
			? 'A tag is missing'
			: tag.length > maxTagLength
				? `A tag has at most ${maxTagLength} characters`
				: 'A tag has letters, digits, ".", "_" and "-" only, and begins with a letter, digit or "_"';
	return {message, ...(repaired === undefined ? {} : {repaired})};
}

/** The nearest valid path: lower case, "-" for blanks and what is not allowed; undefined when nothing is left. */
export function repairPath(path: string): string | undefined {
	const components = withoutAccents(path.trim())
		.toLowerCase()
		.split('/')
		.map(component =>
			component
				.replaceAll(/[^a-z\d._-]+/g, '-')
				// Between two words stands one separator: ".", "_", "__" or dashes.
				.replaceAll(/[._-]+/g, separator => oneSeparator(separator))
				.replaceAll(/^[._-]+|[._-]+$/g, ''),
		)
		.filter(Boolean);
	const repaired = components
		.join('/')
		.slice(0, maxPathLength)
		.replace(/[^a-z\d]+$/, '');
	return isRepositoryPath(repaired) ? repaired : undefined;
}

/** The nearest valid tag; undefined when nothing is left. */
export function repairTag(tag: string): string | undefined {
	const repaired = withoutAccents(tag.trim())
		.replaceAll(/[^\w.-]+/g, '-')
		.replaceAll(/^[.-]+|-+$/g, '')
		.slice(0, maxTagLength);
	return isTag(repaired) ? repaired : undefined;
}

function oneSeparator(run: string): string {
	if (run === '.' || run === '_' || run === '__' || /^-+$/.test(run)) return run;
	return run.includes('-') ? '-' : run[0]!;
}

function withoutAccents(text: string): string {
	return text.normalize('NFKD').replaceAll(/\p{Mark}+/gu, '');
}

function complaint(path: string): string {
	if (path === '') return 'A repository name is missing';
	if (path.length > maxPathLength)
		return `A repository name has at most ${maxPathLength} characters`;
	if (/\p{Lu}/u.test(path)) return 'Owner and repository are in lower case';
	if (/\s/.test(path)) return 'A repository name has no blanks';
	if (/^\/|\/\/|\/$/.test(path)) return 'A repository name has no empty parts between its slashes';
	if (/[^a-z\d._/-]/.test(path)) {
		return 'A repository name has letters, digits, ".", "_", "-" and "/" only';
	}
	return 'In a repository name single separators (".", "_", "__", "-") stand between letters or digits';
}
