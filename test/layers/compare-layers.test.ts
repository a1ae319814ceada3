import {describe, expect, test} from 'vitest';
import {createComparison} from '../../source/layers/compare-layers.ts';
import {instructions, layerFacts, layersHolding} from '../../source/layers/image-contents.ts';
import type {LayerEntry} from '../../source/layers/read-layer.ts';

function file(path: string, sizeBytes = 0): LayerEntry {
	return {path, kind: 'file', sizeBytes};
}

function folder(path: string): LayerEntry {
	return {path, kind: 'folder', sizeBytes: 0};
}

function compare(...layers: ReadonlyArray<readonly LayerEntry[]>) {
	const comparison = createComparison();
	const files = layers.map(entries => comparison.add(entries));
	return {
		marks: files.map(list => list.map(({path, mark, hidesBytes}) => [path, mark, hidesBytes])),
		wasted: comparison.wasted.map(({path, sizeBytes, layer, hiddenBy, how}) => [
			path,
			sizeBytes,
			layer,
			hiddenBy,
			how,
		]),
	};
}

describe('comparing layers', () => {
	test('marks what is added, changed and removed, and counts what is hidden', () => {
		const {marks, wasted} = compare(
			[file('app', 10), file('cache/one', 20), file('cache/two', 30), file('kept/a', 5)],
			[file('app', 11), file('.wh.cache')],
			[file('kept/b', 7), file('kept/.wh..wh..opq')],
		);
		expect(marks[0]?.every(([, mark]) => mark === 'added')).toBe(true);
		expect(marks[1]).toEqual([
			['cache', 'removed', 50],
			['app', 'changed', 10],
		]);
		expect(marks[2]).toEqual([
			['kept/a', 'removed', 5],
			['kept/b', 'added', undefined],
		]);
		expect(wasted).toEqual([
			['cache/one', 20, 0, 1, 'removed'],
			['cache/two', 30, 0, 1, 'removed'],
			['app', 10, 0, 1, 'changed'],
			['kept/a', 5, 0, 2, 'removed'],
		]);
	});

	test('a folder that is listed again hides nothing, a file in its place hides all in it', () => {
		const {marks, wasted} = compare(
			[folder('etc'), file('etc/a', 4), file('etc/b', 6)],
			[folder('etc'), file('etc/c', 1)],
			[file('etc', 2)],
			[folder('etc')],
		);
		expect(marks[1]).toEqual([
			['etc', 'changed', undefined],
			['etc/c', 'added', undefined],
		]);
		expect(marks[2]).toEqual([['etc', 'changed', 11]]);
		expect(marks[3]).toEqual([['etc', 'changed', 2]]);
		expect(wasted.map(([path, size, layer, by]) => [path, size, layer, by])).toEqual([
			['etc/a', 4, 0, 2],
			['etc/b', 6, 0, 2],
			['etc/c', 1, 1, 2],
			['etc', 2, 2, 3],
		]);
	});

	test('what a layer removes and brings itself is not hidden by its own whiteout', () => {
		const {marks, wasted} = compare(
			[file('a', 1)],
			[file('a', 2), file('.wh.a'), file('.wh..wh.plnk'), file('.wh.never')],
		);
		expect(marks[1]).toEqual([
			['a', 'removed', 1],
			['never', 'removed', undefined],
			['a', 'added', undefined],
		]);
		expect(wasted).toEqual([['a', 1, 0, 1, 'removed']]);
	});

	test('stands folders without bottom', () => {
		const deep = 'd/'.repeat(2000);
		const {marks} = compare([file(`${deep}x`, 1)], [file(`${deep}x`, 1), file('.wh.d')]);
		expect(marks[1]?.[0]?.slice(0, 2)).toEqual(['d', 'removed']);
	});
});

describe('what made a layer', () => {
	test('steps that made no layer take none, and what does not fit is not paired', () => {
		const history = [
			{created_by: 'ADD'},
			{created_by: 'ENV', empty_layer: true},
			{created_by: 'COPY\u{1B}[31m'},
		];
		expect(instructions(history, 2)).toEqual(['ADD', 'COPY']);
		expect(instructions(history, 3)).toEqual(['', '', '']);
	});

	test('media types that promise no readable files are named, and not tried', () => {
		const blob = (mediaType: string, index: number) => ({
			mediaType,
			digest: `sha256:${index}`,
			size: 1,
		});
		const reasons = layerFacts(
			[
				'application/vnd.oci.image.layer.v1.tar+gzip',
				'application/vnd.oci.image.layer.v1.tar+zstd',
				'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
				'application/vnd.unheard-of',
				'application/vnd.oci.image.layer.v1.tar+gzip+encrypted',
				'application/vnd.dev.cosign.simplesigning.v1+json',
			].map(blob),
			{rootfs: {diff_ids: ['sha256:one']}},
		);
		expect(reasons.map(({unreadable}) => unreadable)).toEqual([
			undefined,
			undefined,
			undefined,
			undefined,
			'It is encrypted',
			'It holds application/vnd.dev.cosign.simplesigning.v1+json, no files',
		]);
		expect(reasons.every(({diffId}) => diffId === undefined)).toBe(true);
	});

	test('a stream is the layers with its digest, or with the diff ID that was read', () => {
		const layers = [
			{digest: 'a', diffId: 'x', sizeBytes: 1, createdBy: ''},
			{diffId: 'x', sizeBytes: 1, createdBy: ''},
			{digest: 'a', diffId: 'y', sizeBytes: 1, createdBy: ''},
		];
		expect(layersHolding(layers, 'a', 'z')).toEqual([0, 2]);
		expect(layersHolding(layers, undefined, 'x')).toEqual([0, 1]);
		expect(layersHolding(layers, undefined, undefined)).toEqual([]);
	});
});
