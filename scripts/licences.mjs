// The licences of what the bundle really contains, as esbuild's metafile tells.
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {root} from './build-options.mjs';

const licenceFile = /^(licen[cs]e|copying|notice)([.-].*)?$/i;
const rule = `\n${'-'.repeat(78)}\n\n`;

/** The text of THIRD-PARTY-LICENSES.txt for a bundle. */
export function renderLicences(metafile) {
	// The same version may be installed in several places.
	const byTitle = new Map(
		findPackages(metafile)
			.map(describe)
			.map(found => [found.title, found]),
	);
	const packages = [...byTitle.values()].toSorted((a, b) => (a.title < b.title ? -1 : 1));
	const head = [
		'regbench contains the following packages. Each is used under its own licence.',
		'',
		...packages.map(({title, licence}) => `  ${title}  ${licence}`),
		'',
	].join('\n');
	return [
		head,
		...packages.map(({title, licence, text}) => `${title} (${licence})\n\n${text}\n`),
	].join(rule);
}

/** The folders of all packages with at least one byte in the bundle. */
function findPackages(metafile) {
	const folders = new Set();
	for (const output of Object.values(metafile.outputs)) {
		for (const [input, {bytesInOutput}] of Object.entries(output.inputs)) {
			const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
			if (match && bytesInOutput > 0) folders.add(match[1]);
		}
	}
	return [...folders];
}

function describe(folder) {
	const place = path.join(root, folder);
	const manifest = JSON.parse(readFileSync(path.join(place, 'package.json'), 'utf8'));
	const licence = manifest.license?.type ?? manifest.license;
	if (!licence) throw new Error(`${folder} names no licence`);
	const texts = readdirSync(place)
		.filter(name => licenceFile.test(name))
		.toSorted()
		.map(name => readFileSync(path.join(place, name), 'utf8').replaceAll('\r\n', '\n').trim());
	const author = manifest.author?.name ?? manifest.author;
	return {
		title: `${manifest.name} ${manifest.version}`,
		licence,
		text:
			texts.join('\n\n') ||
			`The package carries no licence text of its own. Licence: ${licence}.${author ? ` Author: ${author}.` : ''}`,
	};
}
