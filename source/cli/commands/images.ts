import {shortDigest} from '../../domain/digest.ts';
import type {LocalImage} from '../../domain/image.ts';
import {splitReference} from '../../domain/reference-grammar.ts';
import {formatRepository, tryParseReference} from '../../domain/reference.ts';
import {formatBytes, formatRelative} from '../../domain/size.ts';
import type {Command} from '../command.ts';

function describe(image: LocalImage): string {
	const age = image.createdAt === undefined ? '' : formatRelative(image.createdAt, Date.now());
	const names = image.references.join(', ') || '<none>';
	return [
		shortDigest(image.id),
		formatBytes(image.sizeBytes).padStart(8),
		age.padStart(8),
		names,
	].join('  ');
}

export const imagesCommand: Command = {
	name: 'images',
	usage: '',
	words: [0, 0],
	summary: 'List the local images, one a line.',
	changes: false,
	async run({parts, output, signal}) {
		for (const image of await parts.engine.listImages({signal})) {
			output.record(image, describe(image));
		}
		return 0;
	},
};

/** Every local reference in the repository that `name` is; none where it names a tag, a digest or an ID. */
function tagsOfRepository(
	name: string,
	images: readonly LocalImage[],
): ReadonlyArray<{readonly reference: string; readonly imageId: string}> {
	const {tag, digest} = splitReference(name);
	const wanted = tag === undefined && digest === undefined ? tryParseReference(name) : undefined;
	if (!wanted) return [];
	const repository = formatRepository(wanted);
	return images.flatMap(({id, references}) =>
		references
			.filter(reference => {
				const parsed = tryParseReference(reference);
				return parsed !== undefined && formatRepository(parsed) === repository;
			})
			.map(reference => ({reference, imageId: id})),
	);
}

export const tagsCommand: Command = {
	name: 'tags',
	usage: 'IMAGE',
	words: [1, 1],
	summary: 'List the references of one local image, or all tags of a repository (tags hello).',
	changes: false,
	async run({parts, output, signal, words: [name = '']}) {
		const found = tagsOfRepository(name, await parts.engine.listImages({signal}));
		const image = found.length > 0 ? undefined : await parts.engine.inspect(name, {signal});
		const rows = image?.references.map(reference => ({reference, imageId: image.id})) ?? found;
		for (const row of rows) output.record(row, row.reference);
		return 0;
	},
};
