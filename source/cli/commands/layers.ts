import {shortDigest} from '../../domain/digest.ts';
import {RegbenchError} from '../../domain/errors.ts';
import {formatBytes} from '../../domain/size.ts';
import type {LayerFile, WastedFile} from '../../layers/compare-layers.ts';
import {findLayers, type PlacedLayers} from '../../operations/find-layers.ts';
import type {LayerReport, ListedLayer} from '../../operations/layer-reading.ts';
import {listLayers, type LayerRequest} from '../../operations/list-layers.ts';
import {layerPlaces} from '../../workbench/layer-places.ts';
import type {Command, CommandCall} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';
import {operationContext} from '../run-headless.ts';

/** Wasted files of a layer that are shown to people; all of them with --json. */
const mostWasted = 10;
const signs = {added: '+', changed: '~', removed: '-'} as const;
const indent = '     ';

export const layersCommand: Command = {
	name: 'layers',
	usage: 'REF',
	words: [1, 1],
	summary:
		'Show the layers of an image, what made them, and the bytes in them that later layers waste.',
	options: [
		{flags: '--files', summary: 'list the files of every layer'},
		{flags: '--targets', summary: 'ask your registry targets which of the layers they have'},
		{flags: '--remote', summary: 'read it from its registry even where it is on this machine'},
	],
	changes: false,
	async run(call) {
		const request = await requestFor(call);
		const {output} = call;
		let report: LayerReport | undefined;
		for await (const next of listLayers(request, operationContext(call))) {
			if (next.settled > (report?.settled ?? 0)) {
				output.progress(`${next.settled} of ${next.layers.length} layers read`);
			}
			report = next;
		}
		if (!report) return exitCodes.failed;
		const placed =
			call.options['targets'] === true ? await findOnTargets(call, request, report) : [];
		const withFiles = call.options['files'] === true;
		for (const [index, {files, ...facts}] of report.layers.entries()) {
			const wasted = report.wasted.filter(({layer}) => layer === index);
			const targets = Object.fromEntries(
				placed.map(({place, standing}) => [place, standing[index] ?? 'unknown']),
			);
			output.record(
				{
					index,
					...facts,
					wasted,
					...(placed.length > 0 ? {targets} : {}),
					...(withFiles ? {files} : {}),
				},
				[
					headOf(index, facts),
					...notesOf(facts, targets).map(note => `${indent}${note}`),
					...(withFiles ? files.map(fileLine) : []),
					...wasted.slice(0, mostWasted).map(wastedLine),
					...(wasted.length > mostWasted
						? [`${indent}and ${wasted.length - mostWasted} more wasted files`]
						: []),
				].join('\n'),
			);
		}
		output.progress(sumOf(report));
		return report.layers.some(({problem}) => problem !== undefined)
			? exitCodes.failed
			: exitCodes.done;
	},
};

/** From the engine where the image is on this machine, else from its registry. */
async function requestFor({words, parts, options, signal}: CommandCall): Promise<LayerRequest> {
	const [image = ''] = words;
	if (options['remote'] === true) return {image, from: 'registry'};
	try {
		await parts.engine.inspect(image, {signal});
		return {image, from: 'engine'};
	} catch (error) {
		if (!(error instanceof RegbenchError) || error.code !== 'IMAGE_NOT_FOUND') throw error;
		return {image, from: 'registry'};
	}
}

async function findOnTargets(
	call: CommandCall,
	{image, from}: LayerRequest,
	{layers}: LayerReport,
): Promise<readonly PlacedLayers[]> {
	const {parts, signal} = call;
	const places = layerPlaces(image, [...parts.settings.get().targets, ...parts.sessionTargets]);
	const known = from === 'engine' ? (await parts.engine.inspect(image, {signal})).digests : [];
	const placed: PlacedLayers[] = [];
	for await (const found of findLayers({layers, known, places}, operationContext(call))) {
		placed.push(found);
	}
	return placed;
}

function headOf(index: number, layer: Omit<ListedLayer, 'files'>): string {
	const {digest, diffId, sizeBytes, problem, createdBy} = layer;
	return [
		String(index + 1).padStart(3),
		formatBytes(sizeBytes).padStart(7),
		shortDigest(digest ?? diffId ?? '').padEnd(12),
		createdBy || problem || 'no instruction told',
	].join('  ');
}

function notesOf(
	layer: Omit<ListedLayer, 'files'>,
	targets: Readonly<Record<string, string>>,
): readonly string[] {
	const {problem, entries, unpackedBytes, wastedBytes, sharedWith = [], remarks} = layer;
	const standing = Object.entries(targets).map(([place, word]) => `${place} ${word}`);
	return [
		...(problem === undefined ? [] : [`! not read: ${problem}`]),
		[
			`${entries} ${entries === 1 ? 'entry' : 'entries'}`,
			`${formatBytes(unpackedBytes)} unpacked`,
			...(wastedBytes > 0 ? [`${formatBytes(wastedBytes)} wasted`] : []),
			...(sharedWith.length > 0 ? [`shared with ${sharedWith.join(', ')}`] : []),
		].join(', '),
		...(standing.length > 0 ? [`targets: ${standing.join(', ')}`] : []),
		...remarks.map(remark => `! ${remark}`),
	];
}

function fileLine({path, mark, sizeBytes, hidesBytes = 0}: LayerFile): string {
	// Of what is removed it is told how much that was.
	const bytes = mark === 'removed' ? hidesBytes : sizeBytes;
	return `${indent}${mark ? signs[mark] : ' '} ${formatBytes(bytes).padStart(7)}  ${path}`;
}

function wastedLine({path, sizeBytes, hiddenBy, how}: WastedFile): string {
	return `${indent}wasted ${formatBytes(sizeBytes).padStart(7)}  ${path}  ${how} by layer ${hiddenBy + 1}`;
}

function sumOf({layers, totalBytes, wastedBytes}: LayerReport): string {
	const unpacked = layers.reduce((sum, layer) => sum + layer.unpackedBytes, 0);
	return `${formatBytes(totalBytes)}, ${formatBytes(unpacked)} unpacked, ${formatBytes(wastedBytes)} of it wasted`;
}
