import {describe, expect, test} from 'vitest';
import type {RetentionRule} from '../../source/settings/schema.ts';
import {withRule} from '../../source/workbench/cleanup-intents.ts';
import {describeRule} from '../../source/workbench/cleanup-rows.ts';

const forSome: RetentionRule = {repositories: 'prod/*', keepNewest: 9, protect: ['v1.*', 'lts']};
const forAll: RetentionRule = {repositories: '*', keepNewest: 1, order: 'time', protect: []};

describe('a rule that is added to the saved ones', () => {
	test('takes the place of the one for the same repositories', () => {
		const changed = {...forSome, keepNewest: 2};
		expect(withRule([forSome, forAll], changed)).toEqual([changed, forAll]);
	});

	test('comes last where it is for all, so that those for some stay in force', () => {
		expect(withRule([forSome], forAll)).toEqual([forSome, forAll]);
		expect(withRule([forAll], forSome)).toEqual([forSome, forAll]);
	});
});

test.each([
	[forSome, 'prod/*: newest 9 by version stay; never v1.* lts'],
	[forAll, 'all others: newest 1 by time stay'],
	[
		{repositories: 'a', keepNewest: 0, olderThanDays: 30, protect: []},
		'a: all unused may go, only older than 30 days',
	],
	[{repositories: 'a', protect: []}, 'a: all stay'],
])('rule %# is told in words', (rule, words) => {
	expect(describeRule(rule)).toBe(words);
});
