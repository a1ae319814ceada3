import {shortDigest} from '../../domain/digest.ts';
import type {LocalImage} from '../../domain/image.ts';
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

export const tagsCommand: Command = {
	name: 'tags',
	usage: 'IMAGE',
	words: [1, 1],
	summary: 'List the references of one local image.',
	changes: false,
	async run({parts, output, signal, words: [name = '']}) {
		const image = await parts.engine.inspect(name, {signal});
		for (const reference of image.references) {
			output.record({reference, imageId: image.id}, reference);
		}
		return 0;
	},
};
