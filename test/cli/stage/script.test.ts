import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {RegbenchError} from '../../../source/domain/errors.ts';
import {keyBytes} from '../../../source/cli/stage/script-keys.ts';
import {parseScript} from '../../../source/cli/stage/script.ts';

test('a script is read line by line; blank lines and comments say nothing', () => {
	const script = parseScript(
		[
			'# A tour.',
			'size 120x40',
			'',
			'wait "web/api" within 30s',
			'caption  Look here ',
			'key j P ctrl-u enter',
			'type octocat/hello',
			'wait no /✗ \\d+/i',
			'wait job',
			'wait no jobs within 500ms',
			'wait idle',
			'pause 1.5s',
			'pace 20ms',
			'picture push-dialog The push dialog',
			'caption',
			'quit',
		].join('\r\n'),
		'tour.keys',
	);
	expect(script.size).toEqual({columns: 120, rows: 40});
	expect(script.steps.map(({line: _line, source: _source, ...action}) => action)).toEqual([
		{do: 'wait', until: {kind: 'text', text: 'web/api', absent: false}, withinMs: 30_000},
		{do: 'caption', text: 'Look here'},
		{do: 'press', keys: ['j', 'P', '\u0015', '\r']},
		{do: 'press', keys: [...'octocat/hello']},
		{do: 'wait', until: {kind: 'pattern', pattern: /✗ \d+/i, absent: true}, withinMs: 10_000},
		{do: 'wait', until: {kind: 'job'}, withinMs: 10_000},
		{do: 'wait', until: {kind: 'jobs'}, withinMs: 500},
		{do: 'wait', until: {kind: 'idle'}, withinMs: 10_000},
		{do: 'pause', ms: 1500},
		{do: 'pace', ms: 20},
		{do: 'picture', name: 'push-dialog', description: 'The push dialog'},
		{do: 'caption', text: ''},
		{do: 'quit'},
	]);
	expect(script.steps[0]).toMatchObject({line: 4, source: 'wait "web/api" within 30s'});
});

test('a text between quotes may have blanks at its ends, and quotes in it', () => {
	const [step] = parseScript(String.raw`type " a \"b\" "`, 'x').steps;
	expect(step).toMatchObject({do: 'press', keys: [...' a "b" ']});
});

describe('what says nothing known is refused with its line', () => {
	test.each([
		['press x', /there is no "press"/],
		['key', /at least one key/],
		['key hyper-x', /there is no key "hyper-x"/],
		['type', /needs a text/],
		['type "open', /no text between double quotes/],
		['wait', /wait needs/],
		['wait for it', /wait needs/],
		['wait /(/', /no regular expression/],
		['wait ""', /always there/],
		['wait "x" within soon', /no time/],
		['pause 5', /no time/],
		['pause 2000000s', /longest/],
		['picture Über', /needs a name/],
		['size big', /columns and rows/],
		['quit now', /stands alone/],
		['quit\nkey x', /nothing can follow/],
	])('%s', (line, message) => {
		const last = 1 + line.split('\n').length;
		const parse = () => parseScript(`# first\n${line}`, 'demo.keys');
		expect(parse).toThrow(RegbenchError);
		expect(parse).toThrow(message);
		expect(parse).toThrow(`demo.keys:${last}: `);
	});
});

test('any text parses, or is refused with a line that it has', () => {
	const word = fc.constantFrom(
		...'key type wait caption pause pace picture size quit # " / no job jobs idle within 2s 80x24 enter ctrl-c \n \r\n'.split(
			' ',
		),
	);
	const text = fc
		.array(fc.oneof(word, fc.string({unit: 'binary', maxLength: 8})), {maxLength: 30})
		.map(words => words.join(' '));
	fc.assert(
		fc.property(text, script => {
			const lines = script.split(/\r\n|\n|\r/).length;
			try {
				for (const {line} of parseScript(script, 'any').steps) {
					expect(line).toBeGreaterThan(0);
					expect(line).toBeLessThanOrEqual(lines);
				}
			} catch (error) {
				expect(error).toMatchObject({code: 'USAGE'});
				const line = Number(/^any:(\d+): /.exec((error as Error).message)?.[1]);
				expect(line).toBeGreaterThan(0);
				expect(line).toBeLessThanOrEqual(lines);
			}
		}),
		{numRuns: 200},
	);
});

test('keys are what a terminal sends for them', () => {
	expect(keyBytes('ctrl-c')).toBe('\u0003');
	expect(keyBytes('shift-tab')).toBe('\u001B[Z');
	expect(keyBytes('é')).toBe('é');
	expect(keyBytes('constructor')).toBeUndefined();
	expect(keyBytes('\u001B')).toBeUndefined();
});
