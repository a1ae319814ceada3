import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createMasking} from '../../../source/cli/stage/masking.ts';
import {Secret} from '../../../source/domain/credential.ts';

test('a secret is dots, and all else stays', () => {
	const masking = createMasking();
	masking.conceal(new Secret('hunter2'));
	expect(masking.push('a hunter2, and hunter2.')).toBe('a •••••••, and •••••••.');
	expect(masking.end()).toBe('');
});

test('the longer of two secrets goes first', () => {
	const masking = createMasking();
	masking.conceal(new Secret('token'));
	masking.conceal(new Secret('token-and-more'));
	expect(masking.push('token-and-more token.')).toBe('•••••••••••••• •••••.');
});

test('the beginning of a secret at the very end is masked too', () => {
	const masking = createMasking();
	masking.conceal(new Secret('hunter2'));
	expect(masking.push('it is hunter')).toBe('it is ');
	expect(masking.end()).toBe('••••••');
});

test('a secret that is being typed is masked while it grows, whatever its style', () => {
	const masking = createMasking();
	masking.conceal(new Secret('s+cr(t'));
	for (const [typed, shown] of [
		['/s+c_', '/s+c_'],
		['/s+cr_', '/••••_'],
		['/s+cr(_', '/•••••_'],
		['/s+cr(t_', '/••••••_'],
		['/s+\u001B[1mcr(\u001B[22mt_', '/••\u001B[1m•••\u001B[22m•_'],
	] as const) {
		expect(masking.push(typed)).toBe(shown);
	}
});

test('what is too short to be a secret is left alone', () => {
	const masking = createMasking();
	masking.conceal(new Secret('[2m'));
	expect(masking.push('\u001B[2mquiet')).toBe('\u001B[2mquiet');
});

test('however the text is cut into pieces, no secret is in what comes out, and nothing is lost', () => {
	const secret = fc.stringMatching(/^[ab]{4,6}$/);
	fc.assert(
		fc.property(
			fc.array(secret, {minLength: 1, maxLength: 3}),
			fc.array(fc.oneof(secret, fc.stringMatching(/^[abc]{0,7}$/)), {maxLength: 12}),
			(secrets, pieces) => {
				const masking = createMasking();
				for (const each of secrets) masking.conceal(new Secret(each));
				const shown = pieces.map(piece => masking.push(piece)).join('') + masking.end();
				const before = pieces.join('');
				expect(shown).toHaveLength(before.length);
				for (const each of secrets) expect(shown).not.toContain(each);
				// What is not a dot is what was there.
				const isSame = [...shown].every((character, at) => ['•', before[at]].includes(character));
				expect(isSame).toBe(true);
			},
		),
	);
});
