/** Takes secrets out of a text that comes in pieces. Pure. */
import type {Secret} from '../../domain/credential.ts';

export type Masking = {
	/** From here on. What is shorter than four characters hides nothing, and would tear the text apart. */
	conceal(secret: Secret): void;
	/** The piece without secrets; what may be the beginning of one waits for the next piece. */
	push(text: string): string;
	/** What still waits; the greater part of a secret is masked. */
	end(): string;
};

const shortest = 4;

/** As many dots as there were columns, so that what is drawn stays in its place. */
export function createMasking(): Masking {
	const secrets: string[] = [];
	let waiting = '';
	return {
		conceal(secret) {
			const text = secret.reveal();
			if (text.length < shortest || secrets.includes(text)) return;
			secrets.push(text);
			// One secret may lie in another: the longer goes first.
			secrets.sort((one, other) => other.length - one.length);
		},
		push(text) {
			if (secrets.length === 0) return text;
			const whole = masked(waiting + text, secrets);
			const kept = unfinished(whole, secrets);
			waiting = whole.slice(whole.length - kept);
			return whole.slice(0, whole.length - kept);
		},
		end() {
			const rest = waiting;
			waiting = '';
			return rest.length >= shortest ? dots(rest) : rest;
		},
	};
}

function masked(text: string, secrets: readonly string[]): string {
	let result = text;
	for (const secret of secrets) result = result.replaceAll(secret, dots);
	return result;
}

function dots(text: string): string {
	return '•'.repeat([...text].length);
}

/** Length of the longest end of the text that a secret begins with. */
function unfinished(text: string, secrets: readonly string[]): number {
	let longest = 0;
	for (const secret of secrets) {
		for (let length = Math.min(secret.length - 1, text.length); length > longest; length -= 1) {
			if (text.endsWith(secret.slice(0, length))) longest = length;
		}
	}
	return longest;
}
