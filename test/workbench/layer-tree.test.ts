import {describe, expect, test} from 'vitest';
import type {LayerFile} from '../../source/layers/compare-layers.ts';
import {matchingRows, treeRows} from '../../source/workbench/layer-tree.ts';

const files: readonly LayerFile[] = [
	{path: 'usr', kind: 'folder', sizeBytes: 0, mark: 'changed'},
	{path: 'usr/lib/node/one.js', kind: 'file', sizeBytes: 30, mark: 'added'},
	{path: 'usr/lib/node/two.js', kind: 'file', sizeBytes: 50, mark: 'added'},
	{path: 'bin/App', kind: 'file', sizeBytes: 70, mark: 'changed', hidesBytes: 60},
	{path: 'bin/old', kind: 'file', sizeBytes: 0, mark: 'removed', hidesBytes: 9},
	{path: 'etc', kind: 'folder', sizeBytes: 0, mark: 'added'},
];

function names(open: readonly string[], sort: 'size' | 'path' = 'size') {
	return treeRows(files, open, sort).map(({name, depth}) => `${'  '.repeat(depth)}${name}`);
}

describe('the tree of a layer', () => {
	test('begins closed, folders with all that is in them, largest first', () => {
		expect(
			treeRows(files, [], 'size').map(({name, sizeBytes, count, hidesBytes}) => [
				name,
				sizeBytes,
				count,
				hidesBytes,
			]),
		).toEqual([
			['usr/lib/node', 80, 2, 0],
			['bin', 70, 2, 69],
			['etc', 0, 0, 0],
		]);
	});

	test('opens folders, and orders by path as well', () => {
		expect(names(['usr/lib/node', 'bin'])).toEqual([
			'usr/lib/node',
			'  two.js',
			'  one.js',
			'bin',
			'  App',
			'  old',
			'etc',
		]);
		expect(names(['bin'], 'path')).toEqual(['bin', '  App', '  old', 'etc', 'usr/lib/node']);
	});

	test('of a filter shows all that has its words, with whole paths', () => {
		expect(matchingRows(files, 'NODE two', 'size').map(({path}) => path)).toEqual([
			'usr/lib/node/two.js',
		]);
		expect(matchingRows(files, 'bin', 'path').map(({name, mark}) => [name, mark])).toEqual([
			['bin/App', 'changed'],
			['bin/old', 'removed'],
		]);
	});

	test('stands paths without end', () => {
		const deep: LayerFile[] = [{path: 'd/'.repeat(3000) + 'x', kind: 'file', sizeBytes: 1}];
		expect(treeRows(deep, [], 'size')).toHaveLength(1);
	});
});
