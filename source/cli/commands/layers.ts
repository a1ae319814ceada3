import {shortDigest} from '../../domain/digest.ts';
import {RegbenchError} from '../../domain/errors.ts';
import {formatBytes} from '../../domain/size.ts';
import type {LayerReport} from '../../operations/layer-reading.ts';
import {listLayers, type LayerRequest} from '../../operations/list-layers.ts';
import type {Command} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';
import {operationContext} from '../run-headless.ts';

/** Hidden files that are shown to people; all of them with --json. */
const mostWasted = 10;
const signs = {added: '+', changed: '~', removed: '-'} as const;

export const layersCommand: Command = {
	name: 'layers',
	usage: 'REF',
	words: [1, 1],
	summary:
		'Show the layers of an image, what made them, and the bytes in them that later layers hide.',
	options: [
		{flags: '--files', summary: 'list the files of every layer'},
		{flags: '--remote', summary: 'read it from its registry even where it is on this machine'},
	],
	changes: false,
	async run(call) {
		const [image = ''] = call.words;
		const {engine} = call.parts;
		const {output, signal} = call;
		const isHere =
			call.options['remote'] !== true &&
			(await engine.inspect(image, {signal}).then(
				() => true,
				(error: unknown) => {
					if (error instanceof RegbenchError && error.code === 'IMAGE_NOT_FOUND') return false;
					throw error;
				},
			));
		const request: LayerRequest = {image, from: isHere ? 'engine' : 'registry'};
		let report: LayerReport | undefined;
		for await (const next of listLayers(request, operationContext(call))) {
			if (next.settled > (report?.settled ?? 0)) {
				output.progress(`${next.settled} of ${next.layers.length} layers read`);
			}
			report = next;
		}
		if (!report) return exitCodes.failed;
		const withFiles = call.options['files'] === true;
		for (const [index, layer] of report.layers.entries()) {
			const {files, ...facts} = layer;
			const wasted = report.wasted.filter(file => file.layer === index);
			output.record(
				{index, ...facts, wasted, ...(withFiles ? {files} : {})},
				[
					[
						String(index + 1).padStart(2),
						shortDigest(layer.digest ?? layer.diffId ?? ''),
						formatBytes(layer.sizeBytes).padStart(7),
						layer.problem ?? `${layer.entries} entries`,
						...(layer.wastedBytes > 0 ? [`${formatBytes(layer.wastedBytes)} hidden`] : []),
						...(layer.sharedWith?.length ? [`shared with ${layer.sharedWith.join(', ')}`] : []),
						layer.createdBy,
					].join('  '),
					...(withFiles
						? files.map(
								file =>
									`      ${file.mark ? signs[file.mark] : ' '} ${formatBytes(file.sizeBytes).padStart(7)}  ${file.path}`,
							)
						: []),
					...wasted
						.slice(0, mostWasted)
						.map(
							({path, sizeBytes, hiddenBy, how}) =>
								`      ! ${formatBytes(sizeBytes).padStart(7)}  ${path}  ${how} by layer ${hiddenBy + 1}`,
						),
				].join('\n'),
			);
		}
		return report.layers.some(({problem}) => problem !== undefined)
			? exitCodes.failed
			: exitCodes.done;
	},
};
