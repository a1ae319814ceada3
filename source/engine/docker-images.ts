/** Engine API answers about images, as plain values. Tolerant: every field may be missing or null. */
import type {ContainerUse, ImageDetails, LayerSummary, LocalImage} from '../domain/image.ts';
import {familiarReference, parseReference} from '../domain/reference.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {PushPlanLayer} from './engine.ts';

type Answer = Readonly<Record<string, unknown>>;

/** `GET /images/json` as images, newest first; engines order images of the same second at random. */
export function imagesFrom(answer: unknown): readonly LocalImage[] {
	return list(answer)
		.map(row => imageFrom(record(row)))
		.toSorted(
			(one, other) =>
				compare(other.createdAt ?? '', one.createdAt ?? '') || compare(one.id, other.id),
		);
}

/** `GET /images/NAME/json` and its history as details. */
export function detailsFrom(
	answer: unknown,
	history: unknown,
	store: 'graph-driver' | 'containerd' | 'layout',
): ImageDetails {
	const row = record(answer);
	const config = record(row['Config']);
	const diffIds = texts(record(row['RootFS'])['Layers']);
	const image = imageFrom(row);
	const manifestDigest = text(record(row['Descriptor'])['digest']);
	return {
		...image,
		os: text(row['Os']) ?? '',
		architecture: text(row['Architecture']) ?? '',
		...optional('variant', text(row['Variant'])),
		...optional('author', text(row['Author'])),
		diffIds,
		...optional(
			'manifestDigest',
			manifestDigest ?? (store === 'containerd' ? image.id : undefined),
		),
		...optional('configDigest', store === 'graph-driver' ? image.id : undefined),
		environment: texts(config['Env']),
		entrypoint: texts(config['Entrypoint']),
		command: texts(config['Cmd']),
		workingDirectory: text(config['WorkingDir']) ?? '',
		user: text(config['User']) ?? '',
		exposedPorts: Object.keys(record(config['ExposedPorts'])).map(name => sanitise(name)),
		labels: Object.fromEntries(
			Object.entries(record(config['Labels'])).map(([key, value]) => [
				sanitise(key),
				sanitise(String(value)),
			]),
		),
		...foldersFrom(row['GraphDriver']),
		history: historyFrom(history, diffIds),
	};
}

/** Overlay drivers name the topmost folder and those below it, with colons between. */
function foldersFrom(graphDriver: unknown): Pick<ImageDetails, 'folders'> {
	const data = record(record(graphDriver)['Data']);
	const folders = [text(data['UpperDir']), ...(text(data['LowerDir'])?.split(':') ?? [])].flatMap(
		folder => (folder === undefined || folder === '' ? [] : [sanitise(folder, 400)]),
	);
	return folders.length === 0 ? {} : {folders};
}

/** `GET /images/NAME/history`, newest first, with the diff IDs where steps and layers can be paired. */
export function historyFrom(answer: unknown, diffIds: readonly string[]): readonly LayerSummary[] {
	const rows = list(answer).map(record);
	const withLayer = layerRows(rows, diffIds.length);
	return rows.map((row, index) => {
		const seconds = row['Created'];
		const position = withLayer?.indexOf(index) ?? -1;
		return {
			createdBy: sanitise(text(row['CreatedBy']) ?? ''),
			sizeBytes: bytes(row['Size']),
			...(typeof seconds === 'number' && seconds > 0
				? {createdAt: new Date(seconds * 1000).toISOString()}
				: {}),
			// History counts from the newest, diff IDs from the base.
			...optional('digest', position < 0 ? undefined : diffIds[diffIds.length - 1 - position]),
		};
	});
}

/** The layers of an image as a push brings them: diff IDs with unpacked sizes where they can be paired. */
export function planFrom(details: ImageDetails): readonly PushPlanLayer[] {
	const sizes = new Map(details.history.map(({digest, sizeBytes}) => [digest, sizeBytes]));
	return details.diffIds.map(digest => ({
		digest,
		...optional('sizeBytes', sizes.get(digest)),
		exact: false,
	}));
}

/** `GET /containers/json` as uses of one image; of whatever they use where none is given. */
export function usesFrom(answer: unknown, imageId: string | undefined): readonly ContainerUse[] {
	return (
		list(answer)
			.map(record)
			.map(row => ({
				id: text(row['Id']) ?? '',
				name: sanitise((texts(row['Names'])[0] ?? '').replace(/^\//, '')),
				running: row['State'] === 'running' || row['State'] === 'paused',
				imageId: withAlgorithm(text(row['ImageID']) ?? ''),
			}))
			// The filter "ancestor" also finds containers of images built on this one.
			.filter(use => imageId === undefined || use.imageId === imageId)
	);
}

/** `sha256:` before an ID that came without it (Podman). */
export function withAlgorithm(id: string): string {
	return /^[0-9a-f]{64}$/.test(id) ? `sha256:${id}` : id;
}

/** The digest this image is known by in the repository `domain/path`, if it is. */
export function digestInRepository(
	image: LocalImage,
	repository: {readonly domain: string; readonly path: string},
): string | undefined {
	for (const known of image.digests) {
		try {
			const reference = parseReference(known);
			if (reference.domain === repository.domain && reference.path === repository.path) {
				return reference.digest;
			}
		} catch {
			// A name the engine took and the grammar does not: it cannot be the one asked for.
		}
	}
	return undefined;
}

function imageFrom(row: Answer): LocalImage {
	const references = names(row['RepoTags']);
	const created = row['Created'];
	const createdAt =
		typeof created === 'number'
			? created > 0
				? new Date(created * 1000).toISOString()
				: undefined
			: dated(text(created));
	return {
		id: withAlgorithm(text(row['Id']) ?? ''),
		references,
		digests: names(row['RepoDigests']),
		sizeBytes: bytes(row['Size']),
		...optional('createdAt', createdAt),
		dangling: references.length === 0,
	};
}

// Engines before API 1.43 say <none>:<none> where newer ones say [] or null.
function names(value: unknown): readonly string[] {
	return [
		...new Set(
			texts(value)
				.filter(name => !name.includes('<none>'))
				.map(familiar),
		),
	];
}

// Podman lists full names; Docker familiar ones.
function familiar(name: string): string {
	if (!name.startsWith('docker.io/')) return sanitise(name);
	try {
		return familiarReference(parseReference(name));
	} catch {
		return sanitise(name);
	}
}

// Engines do not mark steps without a layer. Those with bytes are the layers where their count fits, else
// those whose instruction can change files: WORKDIR makes a layer without any byte.
function layerRows(rows: readonly Answer[], layers: number): readonly number[] | undefined {
	const all = rows.map((_, index) => index);
	const sized = all.filter(index => bytes(rows[index]?.['Size']) > 0);
	const changing = all.filter(
		index => sized.includes(index) || !onlyConfigures(text(rows[index]?.['CreatedBy']) ?? ''),
	);
	return [all, sized, changing].find(({length}) => length === layers);
}

/** Whether an instruction, of the classic builder or of BuildKit, changes the config and no file. */
function onlyConfigures(createdBy: string): boolean {
	return /^(?:\/bin\/sh -c #\(nop\)\s+)?(?:ENV|CMD|LABEL|EXPOSE|ENTRYPOINT|USER|VOLUME|ARG|ONBUILD|STOPSIGNAL|HEALTHCHECK|MAINTAINER|SHELL)\b/.test(
		createdBy,
	);
}

function dated(value: string | undefined): string | undefined {
	// Go's zero time stands for "not told".
	return value === undefined || value.startsWith('0001-') ? undefined : value;
}

function optional<Key extends string, Value>(
	key: Key,
	value: Value | undefined,
): {[Name in Key]?: Value} {
	return (value === undefined ? {} : {[key]: value}) as {[Name in Key]?: Value};
}

function compare(one: string, other: string): number {
	return one < other ? -1 : one > other ? 1 : 0;
}

function list(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

function record(value: unknown): Answer {
	return typeof value === 'object' && value !== null ? (value as Answer) : {};
}

function texts(value: unknown): readonly string[] {
	if (typeof value === 'string') return [sanitise(value)];
	return list(value)
		.filter((item): item is string => typeof item === 'string')
		.map(item => sanitise(item));
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? sanitise(value) : undefined;
}

function bytes(value: unknown): number {
	return typeof value === 'number' && value > 0 ? value : 0;
}
