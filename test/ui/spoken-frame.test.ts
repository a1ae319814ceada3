import {expect, test} from 'vitest';
import {spokenFrame} from '../../source/ui/components/spoken-frame.ts';
import {createTheme} from '../../source/ui/theme.ts';

const theme = createTheme({mode: 'dark', ascii: false, environment: {}});

function spoken(lines: readonly string[], position = ''): readonly string[] {
	return spokenFrame(theme, {
		width: 60,
		height: 10,
		title: [{text: '2 '}, {text: 'Tags'}],
		position,
		focused: true,
		lines,
	}).split('\n');
}

test('a pane is a label and its rows, with words for the marks', () => {
	expect(
		spoken(
			[
				theme.paint('selected', ' ▸ ◆ 1.0.0      39f039dca641   ✓       ≠      –      '),
				'   ● ghcr.io/octocat           gh login',
				' ↑ b1a2927c  ████████░░░  24 of 33 MB',
				'      ',
			],
			'1 of 3 · wrap',
		),
	).toEqual([
		'2 Tags, 1 of 3, wrap, focused:',
		'selected: marked, 1.0.0  39f039dca641  same  different  absent',
		'ready, ghcr.io/octocat  gh login',
		'↑ b1a2927c  24 of 33 MB',
	]);
});

test('what looks like a mark inside a text is left as it is', () => {
	expect(spoken([' 12:01:03  server says: a – b · c ✓ d   '])).toEqual([
		'2 Tags, focused:',
		'12:01:03  server says: a – b · c ✓ d',
	]);
});
