/** How fast layers are looked through for secrets: 100 MB of text, and as much as images are made of. */
import {randomFillSync} from 'node:crypto';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {pack} from 'tar-stream';
import {repositoryRoot} from '../../test/support/repository.ts';
import type {ImageContents} from '../../source/layers/image-contents.ts';
import {scanLayers} from '../../source/safety/scan-layers.ts';
import {loadSecretRules, type SecretRules} from '../../source/safety/secret-rules.ts';
import {median, type Row} from './figures.ts';

/** 100 MB in a second on one core. */
const limitMs = 1000;
const layerBytes = 100_000_000;
const rounds = 3;
/** Of the rules alone, without the search before them. */
const ruleBytes = 10_000_000;

export async function measureSafety(): Promise<readonly Row[]> {
	const rules = await loadSecretRules();
	const texts = sourceTexts();
	const alone = await rateOfRules(rules, texts);
	const words = `the rules alone make ${Math.round(alone)} MB/s of text`;
	return [
		await rowOf('safety: 100 MB of text in a layer', rules, texts, 1, words),
		await rowOf('safety: 100 MB, a third of it text', rules, texts, 3, words),
	];
}

async function rowOf(
	name: string,
	rules: SecretRules,
	texts: readonly Buffer[],
	everyNth: number,
	words: string,
): Promise<Row> {
	const layer = await makeLayer(texts, everyNth);
	const times: number[] = [];
	for (let round = 0; round < rounds; round++) times.push(await timeOf(layer, rules));
	const milliseconds = (median(times) * layerBytes) / layer.byteLength;
	const rate = Math.round(layerBytes / 1000 / milliseconds);
	return {name, figure: milliseconds, unit: 'ms', limit: limitMs, detail: `${rate} MB/s; ${words}`};
}

async function timeOf(layer: Buffer, rules: SecretRules): Promise<number> {
	const contents: ImageContents = {
		image: 'bench',
		layers: [{digest: 'bench', sizeBytes: layer.byteLength, createdBy: ''}],
		async *streams() {
			yield {digest: 'bench', bytes: chunksOf(layer)};
		},
	};
	const begun = processorMs();
	const {signal} = new AbortController();
	for await (const _ of scanLayers(contents, rules, {signal, now: Date.now}));
	return processorMs() - begun;
}

/** Of this process, whatever else the machine does: what one core would take. */
function processorMs(): number {
	const {user, system} = process.cpuUsage();
	return (user + system) / 1000;
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
	for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** The texts again and again, each as a file; between them files of random bytes. */
async function makeLayer(texts: readonly Buffer[], everyNth: number): Promise<Buffer> {
	const archive = pack();
	const collected = (async () => {
		const chunks: Buffer[] = [];
		for await (const chunk of archive) chunks.push(chunk as Buffer);
		return Buffer.concat(chunks);
	})();
	let written = 0;
	for (let file = 0; written < layerBytes; file++) {
		const text = texts[file % texts.length] ?? Buffer.alloc(1);
		const content = file % everyNth === 0 ? text : randomFillSync(Buffer.alloc(text.byteLength));
		archive.entry({name: `files/${file}`}, content);
		written += content.byteLength;
	}
	archive.finalize();
	return collected;
}

async function rateOfRules(rules: SecretRules, texts: readonly Buffer[]): Promise<number> {
	let bytes = 0;
	const begun = processorMs();
	for (const text of texts) {
		await rules.match(text.toString('utf8'));
		bytes += text.byteLength;
		if (bytes >= ruleBytes) break;
	}
	return bytes / 1000 / (processorMs() - begun);
}

/** What developers have in images: the JavaScript of this repository's packages. */
function sourceTexts(): readonly Buffer[] {
	const folder = path.join(repositoryRoot, 'node_modules');
	const texts: Buffer[] = [];
	let bytes = 0;
	for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'})) {
		if (!/\.(?:js|mjs|json|ts|md)$/.test(name)) continue;
		const file = path.join(folder, name);
		if (!statSync(file).isFile()) continue;
		const text = readFileSync(file);
		texts.push(text);
		bytes += text.byteLength;
		if (bytes >= layerBytes / 4) break;
	}
	return texts;
}
