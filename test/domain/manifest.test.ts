import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import {RegbenchError} from '../../source/domain/errors.ts';
import {
	isIndexMediaType,
	maxManifestBytes,
	mediaTypes,
	parseConfig,
	parseManifest,
} from '../../source/domain/manifest.ts';

const digest = digestOf('x');
const descriptor = {mediaType: mediaTypes.ociLayerGzip, digest, size: 1};
const image = {
	schemaVersion: 2,
	config: {...descriptor, mediaType: mediaTypes.ociConfig},
	layers: [descriptor],
};
const index = {schemaVersion: 2, manifests: [{...descriptor, mediaType: mediaTypes.ociManifest}]};

function raw(content: unknown, mediaType: string = mediaTypes.ociManifest) {
	const text = typeof content === 'string' ? content : JSON.stringify(content);
	const bytes = new TextEncoder().encode(text);
	return {bytes, mediaType, digest: digestOf(bytes)};
}
const bytesOf = (content: unknown) => new TextEncoder().encode(JSON.stringify(content));
const codeOf = (work: () => unknown) => {
	try {
		work();
	} catch (error) {
		return (error as RegbenchError).code;
	}
	return 'none';
};

describe('a manifest', () => {
	test('is told by its fields, with or without a media type', () => {
		expect(parseManifest(raw(image))).toEqual({
			kind: 'manifest',
			mediaType: mediaTypes.ociManifest,
			config: image.config,
			layers: image.layers,
		});
		expect(
			parseManifest(raw({...image, mediaType: mediaTypes.dockerManifest}, 'application/json')),
		).toMatchObject({
			kind: 'manifest',
			mediaType: mediaTypes.dockerManifest,
		});
		expect(parseManifest(raw(image, `${mediaTypes.dockerManifest}; charset=utf-8`)).mediaType).toBe(
			mediaTypes.dockerManifest,
		);
		expect(parseManifest(raw(image, 'text/plain')).mediaType).toBe(mediaTypes.ociManifest);
	});

	test('an index keeps the platforms and annotations of its entries', () => {
		const entries = [
			{
				...descriptor,
				platform: {os: 'linux', architecture: 'arm', variant: 'v7', 'os.version': '1', extra: 1},
			},
			{...descriptor, platform: {os: 'linux'}, annotations: {a: 'b', c: 1}, artifactType: 'x/y'},
		];
		expect(
			parseManifest(
				raw({manifests: entries, annotations: {k: 'v'}, subject: descriptor}, mediaTypes.ociIndex),
			),
		).toEqual({
			kind: 'index',
			mediaType: mediaTypes.ociIndex,
			manifests: [
				{
					...descriptor,
					platform: {os: 'linux', architecture: 'arm', variant: 'v7', 'os.version': '1'},
				},
				{...descriptor, annotations: {a: 'b'}, artifactType: 'x/y'},
			],
			annotations: {k: 'v'},
			subject: descriptor,
		});
		expect(parseManifest(raw(index, 'application/octet-stream')).kind).toBe('index');
		expect(parseManifest(raw({manifests: []}, mediaTypes.dockerIndex))).toMatchObject({
			kind: 'index',
			mediaType: mediaTypes.dockerIndex,
			manifests: [],
		});
	});

	test.each<[string, unknown, string?]>([
		['both at once', {...image, ...index}],
		['neither', {schemaVersion: 2}],
		['an image sent as an index', image, mediaTypes.ociIndex],
		['an index sent as an image', index, mediaTypes.dockerManifest],
		['an image that says it is an index', {...image, mediaType: mediaTypes.dockerIndex}],
		[
			'an index that says it is an image',
			{...index, mediaType: mediaTypes.ociManifest},
			mediaTypes.ociIndex,
		],
		['layers that are no list', {...image, layers: {}}],
		['a manifest list that is no list', {manifests: 'x'}, mediaTypes.ociIndex],
		['no config', {layers: []}],
		['a layer that is no object', {...image, layers: ['x']}],
		[
			'a digest that is a path',
			{...image, layers: [{...descriptor, digest: 'sha256:../../etc/passwd'}]},
		],
		['no digest', {...image, layers: [{...descriptor, digest: undefined}]}],
		[
			'a digest of an unknown kind',
			{...image, layers: [{...descriptor, digest: `md5:${'a'.repeat(32)}`}]},
		],
		['a negative size', {...image, layers: [{...descriptor, size: -1}]}],
		['half a byte', {...image, layers: [{...descriptor, size: 0.5}]}],
		['a size as text', {...image, layers: [{...descriptor, size: '1'}]}],
		['a size beyond counting', {...image, layers: [{...descriptor, size: 1e30}]}],
		['a broken subject', {...image, subject: {}}],
		['a list', [image]],
		['null', 'null'],
		['no JSON', '<html>'],
		['nothing', ''],
	])('%s is a PROTOCOL_ERROR', (_, content, mediaType) => {
		expect(codeOf(() => parseManifest(raw(content, mediaType)))).toBe('PROTOCOL_ERROR');
	});

	test('bytes that are no UTF-8 are a PROTOCOL_ERROR', () => {
		const bytes = new Uint8Array([0x7b, 0xff, 0x7d]);
		expect(codeOf(() => parseManifest({bytes, mediaType: mediaTypes.ociManifest, digest}))).toBe(
			'PROTOCOL_ERROR',
		);
	});

	test('schema 1 is unsupported, by its version or its media type', () => {
		expect(codeOf(() => parseManifest(raw({schemaVersion: 1, fsLayers: []})))).toBe('UNSUPPORTED');
		expect(
			codeOf(() =>
				parseManifest(
					raw({fsLayers: []}, 'application/vnd.docker.distribution.manifest.v1+prettyjws'),
				),
			),
		).toBe('UNSUPPORTED');
	});

	test('more than four mebibytes are too large', () => {
		const bytes = new Uint8Array(maxManifestBytes + 1);
		expect(codeOf(() => parseManifest({bytes, mediaType: mediaTypes.ociManifest, digest}))).toBe(
			'TOO_LARGE',
		);
	});

	test('an annotation called __proto__ is only a name', () => {
		const text = `{"layers":[],"config":${JSON.stringify(descriptor)},"annotations":{"__proto__":"x"}}`;
		const {annotations} = parseManifest(raw(text));
		expect(Object.keys(annotations ?? {})).toEqual(['__proto__']);
		expect(({} as Record<string, unknown>)['x']).toBeUndefined();
	});
});

describe('a config', () => {
	test('keeps what is of the right type and leaves out the rest', () => {
		const config = {
			created: '2026-01-01T00:00:00Z',
			author: 'me',
			architecture: 'arm64',
			os: 'linux',
			variant: 'v8',
			config: {
				User: '1000',
				Env: ['A=b', 1],
				Entrypoint: null,
				Cmd: ['sh'],
				WorkingDir: '/',
				ExposedPorts: {'80/tcp': {}},
				Labels: {a: 'b', c: 2},
				Volumes: [],
			},
			rootfs: {type: 'layers', diff_ids: [digest]},
			history: [{created_by: 'RUN', empty_layer: true}, 'x', {comment: 'c', empty_layer: 'yes'}],
			unknown: true,
		};
		expect(parseConfig(bytesOf(config))).toEqual({
			created: '2026-01-01T00:00:00Z',
			author: 'me',
			architecture: 'arm64',
			os: 'linux',
			variant: 'v8',
			config: {
				User: '1000',
				Env: ['A=b'],
				Cmd: ['sh'],
				WorkingDir: '/',
				ExposedPorts: {'80/tcp': {}},
				Labels: {a: 'b'},
			},
			rootfs: {type: 'layers', diff_ids: [digest]},
			history: [{created_by: 'RUN', empty_layer: true}, {comment: 'c'}],
		});
		expect(parseConfig(bytesOf({}))).toEqual({});
	});

	test('that is no JSON object is a PROTOCOL_ERROR', () => {
		expect(codeOf(() => parseConfig(bytesOf([])))).toBe('PROTOCOL_ERROR');
		expect(codeOf(() => parseConfig(new Uint8Array([1, 2])))).toBe('PROTOCOL_ERROR');
	});
});

test('whatever JSON comes, the answer is a value or a RegbenchError', () => {
	const odd = fc.oneof(
		fc.jsonValue(),
		fc.constantFrom<unknown>(descriptor, [descriptor], index, image),
	);
	const content = fc.oneof(
		fc.jsonValue(),
		fc.record(
			{manifests: odd, layers: odd, config: odd, subject: odd, mediaType: odd},
			{requiredKeys: []},
		),
	);
	fc.assert(
		fc.property(content, fc.constantFrom(...Object.values(mediaTypes)), (value, mediaType) => {
			for (const read of [
				() => parseManifest(raw(value, mediaType)),
				() => parseConfig(raw(value).bytes),
			]) {
				try {
					read();
				} catch (error) {
					if (!(error instanceof RegbenchError)) throw error;
				}
			}
		}),
		{numRuns: 2000},
	);
});

test('index media types are known', () => {
	expect(isIndexMediaType(mediaTypes.ociIndex)).toBe(true);
	expect(isIndexMediaType(mediaTypes.dockerIndex)).toBe(true);
	expect(isIndexMediaType(mediaTypes.ociManifest)).toBe(false);
});
