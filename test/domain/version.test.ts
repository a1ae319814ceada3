import {describe, expect, test} from 'vitest';
import {compareVersions, isVersion} from '../../source/domain/version.ts';

describe('the order of versions', () => {
	test('is by numbers, not by letters', () => {
		const sorted = ['1.2.10', 'v1.2.9', '1.10.0', '2', '0.9', '1.2.9.1'].toSorted(compareVersions);
		expect(sorted).toEqual(['0.9', 'v1.2.9', '1.2.9.1', '1.2.10', '1.10.0', '2']);
	});

	test('follows the specification in pre-releases', () => {
		const ordered = [
			'1.0.0-alpha',
			'1.0.0-alpha.1',
			'1.0.0-alpha.beta',
			'1.0.0-beta',
			'1.0.0-beta.2',
			'1.0.0-beta.11',
			'1.0.0-rc.1',
			'1.0.0',
		];
		expect(ordered.toReversed().toSorted(compareVersions)).toEqual(ordered);
	});

	test('puts what is no version last where the newest comes first', () => {
		const tags = ['latest', '1.0', 'edge', '1.1-rc1', '1.1'];
		const newestFirst = tags.toSorted((one, other) => compareVersions(other, one));
		expect(newestFirst).toEqual(['1.1', '1.1-rc1', '1.0', 'edge', 'latest']);
	});

	test('bears numbers of any length, and equal versions', () => {
		expect(compareVersions('99999999999999999999999', '100000000000000000000000')).toBeLessThan(0);
		expect(compareVersions('1.0', '1.0')).toBe(0);
		expect(Math.sign(compareVersions('v1.0', '1.0'))).toBe(
			-Math.sign(compareVersions('1.0', 'v1.0')),
		);
	});

	test.each(['1', 'v2', '1.2.3+build.5', '2026.07.31', '1.2.3-alpine3.19', '1.2.3_4'])(
		'%s is a version',
		tag => expect(isVersion(tag)).toBe(true),
	);

	test.each(['latest', 'v', 'main-1.2', '1.x', '1.2.3.4.5', 'sha-abcdef'])('%s is none', tag =>
		expect(isVersion(tag)).toBe(false),
	);
});
