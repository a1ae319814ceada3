/** The layers of an image read once, for secrets in their files and for the packages they tell of. */
import {toRegbenchError} from '../domain/errors.ts';
import type {Finding, NotChecked, ScanCounts} from '../domain/safety.ts';
import type {PackageFact} from '../domain/vulnerability.ts';
import {layersHolding, type ImageContents} from '../layers/image-contents.ts';
import {openLayer} from '../layers/open-layer.ts';
import {createAnchorSearch} from './anchor-search.ts';
import {secretFinding} from './check-texts.ts';
import {createHidden} from './hidden.ts';
import {
	isOsRelease,
	packageFact,
	readOsRelease,
	type Distribution,
} from './packages/distribution.ts';
import {isRpmDatabase, packageFileAt, type FoundPackage} from './packages/read-packages.ts';
import {createFileScanner, largestFile, type FileScan} from './scan-file.ts';
import type {SecretRules} from './secret-rules.ts';

export type LayerScan = {
	readonly counts: ScanCounts;
	readonly findings: readonly Finding[];
	readonly inventory: readonly PackageFact[];
	readonly distribution: Distribution | undefined;
	readonly notChecked: readonly NotChecked[];
	readonly complete: boolean;
};

type Hit = {
	readonly match: FileScan['matches'][number];
	readonly path: string;
	readonly stream: number;
};
type Packages = {
	readonly found: readonly FoundPackage[];
	readonly path: string;
	readonly stream: number;
};

/** What one stream was, once it has ended. */
type Stream = {indexes: readonly number[]};

/** Findings of one image that are told. */
const mostFindings = 500;
const mostPackages = 50_000;
const largestOsRelease = 64 * 1024;
/** ms between two reports while a layer is read. */
const reportEveryMs = 200;

/**
 * Yields what is known so far, some times a second and after each layer, and last with `complete`.
 * A layer that cannot be read is told in `notChecked`. Rejects as the streams do, and with `CANCELLED`.
 */
export async function* scanLayers(
	contents: ImageContents,
	rules: SecretRules,
	{signal, now}: {readonly signal: AbortSignal; readonly now: () => number},
): AsyncGenerator<LayerScan, void, undefined> {
	const scanFile = createFileScanner(createAnchorSearch(), rules);
	const begun = now();
	const hidden = createHidden();
	const streams: Stream[] = [];
	const hits: Hit[] = [];
	const packages: Packages[] = [];
	const releases: Array<{readonly distribution: Distribution; readonly stream: number}> = [];
	const problems: NotChecked[] = [];
	let rpmDatabase = false;
	let packageCount = 0;
	let lostFindings = 0;
	const read = new Set<number>();
	const failed = new Set<number>();
	/** Of a stream that could not be matched with a layer. */
	let stray: string | undefined;
	const counts = {
		files: 0,
		filesScanned: 0,
		bytesScanned: 0,
		bytesRead: 0,
		binaryFiles: 0,
		largeFiles: 0,
	};

	const layerOf = (stream: number) => streams[stream]?.indexes[0];
	const report = (complete: boolean): LayerScan => {
		const findings = hits.map(({match, path, stream}) => {
			const layer = layerOf(stream) ?? 0;
			const by = complete ? hidden.hiddenBy(path, layer) : undefined;
			return secretFinding(
				{...match, value: ''},
				{at: 'file', path, layer: layer + 1, ...(by ? {hidden: by} : {})},
			);
		});
		const last = releases
			.toSorted((one, other) => (layerOf(one.stream) ?? 0) - (layerOf(other.stream) ?? 0))
			.at(-1);
		const distribution = last?.distribution;
		return {
			counts: {
				...counts,
				layers: contents.layers.length,
				layersRead: read.size,
				durationMs: now() - begun,
			},
			findings,
			distribution,
			complete,
			inventory: complete
				? distinctPackages(
						packages
							.filter(({path, stream}) => !hidden.hiddenBy(path, layerOf(stream) ?? 0))
							.flatMap(({found, path}) => found.map(one => packageFact(one, path, distribution))),
					)
				: [],
			notChecked: complete
				? [
						...problems,
						...leftOut({...counts, rpmDatabase, lostFindings, unlisted: hidden.unlisted()}),
					]
				: [],
		};
	};

	const fail = (index: number, problem: string) => {
		failed.add(index);
		problems.push(layerProblem(index, problem));
	};
	for (const [index, {unreadable}] of contents.layers.entries()) {
		if (unreadable !== undefined) fail(index, unreadable);
	}
	let lastReport = now();
	for await (const {digest, bytes} of contents.streams()) {
		const layer = openLayer(bytes, {signal, identify: true});
		const number = streams.length;
		const stream: Stream = {indexes: layersHolding(contents.layers, digest, undefined)};
		streams.push(stream);
		const paths = hidden.layer();
		const before = counts.bytesRead;
		let problem: string | undefined;
		try {
			for await (const {path, kind, sizeBytes, content} of layer.items()) {
				paths.add(path, kind);
				if (kind !== 'file') continue;
				counts.files++;
				counts.bytesRead = before + layer.outcome().unpackedBytes;
				if (isRpmDatabase(path)) rpmDatabase = true;
				const file = packageFileAt(path);
				const wanted = file?.largest ?? (isOsRelease(path) ? largestOsRelease : 0);
				const kept: Uint8Array[] = [];
				const scan = await scanFile(path, sizeBytes <= wanted ? keeping(content, kept) : content);
				counts.bytesScanned += scan.bytes;
				if (scan.outcome === 'binary') counts.binaryFiles++;
				else counts.filesScanned++;
				if (scan.outcome === 'large') counts.largeFiles++;
				for (const match of scan.matches) {
					if (hits.length < mostFindings) hits.push({match, path, stream: number});
					else lostFindings++;
				}
				if (kept.length > 0) {
					const text = Buffer.concat(kept).toString('utf8');
					const found = (file?.read(text) ?? []).slice(0, mostPackages - packageCount);
					packageCount += found.length;
					if (found.length > 0) packages.push({found, path, stream: number});
					const distribution = isOsRelease(path) ? readOsRelease(text) : undefined;
					if (distribution) releases.push({distribution, stream: number});
				}
				if (now() - lastReport >= reportEveryMs) {
					lastReport = now();
					yield report(false);
				}
			}
			const outcome = layer.outcome();
			counts.bytesRead = before + outcome.unpackedBytes;
			({problem} = outcome);
			if (stream.indexes.length === 0) {
				stream.indexes = layersHolding(contents.layers, undefined, outcome.diffId);
			}
		} catch (thrown) {
			const error = toRegbenchError(thrown);
			if (error.code === 'CANCELLED' || digest === undefined) throw error;
			problem = error.message;
		}
		for (const index of stream.indexes) {
			paths.place(index);
			if (problem === undefined) read.add(index);
			else fail(index, problem);
		}
		if (stream.indexes.length === 0) stray = problem;
		yield report(false);
	}
	for (const index of contents.layers.keys()) {
		if (!read.has(index) && !failed.has(index)) {
			fail(index, stray ?? 'The engine did not give this layer out');
		}
	}
	yield report(true);
}

async function* keeping(
	content: AsyncIterable<Uint8Array>,
	kept: Uint8Array[],
): AsyncGenerator<Uint8Array, void, undefined> {
	for await (const chunk of content) {
		kept.push(chunk);
		yield chunk;
	}
}

function layerProblem(index: number, problem: string): NotChecked {
	return {
		what: `Layer ${index + 1}`,
		why: problem,
		whatToDo: 'What came before the damage was looked at; push or build the image anew.',
	};
}

function distinctPackages(packages: readonly PackageFact[]): readonly PackageFact[] {
	const seen = new Map(packages.map(one => [`${one.purl} ${one.foundIn}`, one]));
	return [...seen.values()].toSorted((one, other) => (one.purl < other.purl ? -1 : 1));
}

type LeftOut = {
	readonly binaryFiles: number;
	readonly largeFiles: number;
	readonly rpmDatabase: boolean;
	readonly lostFindings: number;
	readonly unlisted: number;
};

function leftOut(counts: LeftOut): readonly NotChecked[] {
	const {binaryFiles, largeFiles, rpmDatabase, lostFindings, unlisted} = counts;
	const left: NotChecked[] = [];
	if (binaryFiles > 0) {
		left.push({
			what: `${binaryFiles} binary file${binaryFiles === 1 ? '' : 's'}`,
			why: 'Secrets are looked for in text; programs, archives and databases are passed over',
			whatToDo: 'Look into archives and databases yourself, or keep them out of the image.',
		});
	}
	if (largeFiles > 0) {
		left.push({
			what: `The rest of ${largeFiles} large file${largeFiles === 1 ? '' : 's'}`,
			why: `Only the first ${largestFile / 1024 ** 2} MB of a file are looked at`,
			whatToDo: 'Look into it yourself.',
		});
	}
	if (rpmDatabase) {
		left.push({
			what: 'Packages of rpm',
			why: 'Its database is not read here',
			whatToDo: 'Install trivy or grype: they read it.',
		});
	}
	if (lostFindings > 0) {
		left.push({
			what: `${lostFindings} more secrets`,
			why: `Only the first ${mostFindings} are told`,
			whatToDo: 'Remove those that are told, build anew, and check again.',
		});
	}
	if (unlisted > 0) {
		left.push({
			what: `Whether ${unlisted} files hide others`,
			why: 'The image has more files than are remembered',
			whatToDo:
				'A file that is told may be deleted by a later layer; it is in the image all the same.',
		});
	}
	return left;
}
