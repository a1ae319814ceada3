/** Takes secrets out of a text that comes in pieces. Pure. */
import type {Secret} from '../../domain/credential.ts';

export type Masking = {
	/** From here on. What is shorter than four characters hides nothing, and would tear the text apart. */
	conceal(secret: Secret): void;
	/**
	 * The piece without secrets and without what they begin with; an end that may be the beginning of
	 * one waits for the next piece.
	 */
	push(text: string): string;
	/** What still waits; the greater part of a secret is masked. */
	end(): string;
};

const shortest = 4;

/** As many dots as there were columns, so that what is drawn stays in its place. */
export function createMasking(): Masking {
	const secrets: string[] = [];
	let waiting = '';
	let anySecret = nothing;
	let anyBeginning = nothing;
	return {
		conceal(secret) {
			const text = secret.reveal();
			if (text.length < shortest || secrets.includes(text)) return;
			secrets.push(text);
			// One secret may lie in another: the longer goes first.
			secrets.sort((one, other) => other.length - one.length);
			anySecret = matcher(secrets, secret => secret.length);
			anyBeginning = matcher(secrets, () => shortest);
		},
		push(text) {
			if (secrets.length === 0) return text;
			const whole = (waiting + text).replaceAll(anySecret, dots);
			const kept = unfinished(whole, secrets);
			waiting = whole.slice(whole.length - kept);
			return whole.slice(0, whole.length - kept).replaceAll(anyBeginning, dots);
		},
		end() {
			const rest = waiting;
			waiting = '';
			return rest.length >= shortest ? dots(rest) : rest;
		},
	};
}

const nothing = /(?!)/g;

const style = String.raw`\u001B\[[\d;]*m`;

/**
 * Each of the secrets from its beginning on, as far as it goes but at least so many characters, with
 * changes of style between them or without: a text that is being typed is drawn with each character.
 */
function matcher(secrets: readonly string[], fewest: (secret: string) => number): RegExp {
	const patterns = secrets.map(secret => {
		const characters = Array.from(
			secret,
			character => `(?:${style})*${character.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`)}`,
		);
		const needed = Math.min(fewest(secret), characters.length);
		const more = characters.slice(needed).reduceRight((rest, next) => `(?:${next}${rest})?`, '');
		return characters.slice(0, needed).join('') + more;
	});
	return new RegExp(patterns.join('|'), 'g');
}

const styles = new RegExp(`(${style})`);

/** A dot for each character; changes of style stay. */
function dots(text: string): string {
	return text
		.split(styles)
		.map((part, index) => (index % 2 === 1 ? part : '•'.repeat([...part].length)))
		.join('');
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
