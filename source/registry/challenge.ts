/** `WWW-Authenticate`, RFC 9110 section 11.6.1, read by a tokenizer: quoted values hold commas. */

export type Challenge = {
	/** In lower case: `bearer`, `basic`, … */
	readonly scheme: string;
	/** Names in lower case; of a repeated name the first value counts. */
	readonly parameters: ReadonlyMap<string, string>;
};

const token = /[!#$%&'*+\-.^_`|~\dA-Za-z]+/y;
const token68 = /[\dA-Za-z\-._~+/]+=*(?=[ \t]*(?:,|$))/y;
/** Registries exist that leave a realm's URL unquoted; it ends at a comma or a blank. */
const bareValue = /[^\s,"]+/y;
const quoted = /"((?:[^"\\]|\\.)*)(?:"|\\?$)/sy;
const blanks = /[ \t]*/y;
const separators = /[ \t,]*/y;

/**
 * All challenges of all header lines, in their order. Never throws: what cannot be read is skipped
 * up to the next comma.
 */
export function parseChallenges(headers: readonly string[]): readonly Challenge[] {
	return headers.flatMap(header => parseHeader(header));
}

/** The challenge to answer: Bearer before Basic, nothing else. */
export function chooseChallenge(challenges: readonly Challenge[]): Challenge | undefined {
	return (
		challenges.find(
			challenge => challenge.scheme === 'bearer' && challenge.parameters.has('realm'),
		) ?? challenges.find(challenge => challenge.scheme === 'basic')
	);
}

function parseHeader(text: string): Challenge[] {
	const challenges: Challenge[] = [];
	let parameters: Map<string, string> | undefined;
	let position = 0;

	const take = (pattern: RegExp): string | undefined => {
		pattern.lastIndex = position;
		const match = pattern.exec(text);
		if (!match) return undefined;
		position = pattern.lastIndex;
		return match[1] ?? match[0];
	};

	/** After a name: `=value` when there is one, else the position stays where it was. */
	const takeValue = (): string | undefined => {
		const start = position;
		take(blanks);
		if (text[position] !== '=') {
			position = start;
			return undefined;
		}

		position++;
		take(blanks);
		if (text[position] === '"') return take(quoted)!.replaceAll(/\\(.)/gs, '$1');
		return take(bareValue) ?? '';
	};

	while (position < text.length) {
		take(separators);
		if (position >= text.length) break;
		const name = take(token);
		if (name === undefined) {
			skipToComma();
			continue;
		}

		const value = takeValue();
		if (value !== undefined) {
			const key = name.toLowerCase();
			if (parameters && !parameters.has(key)) parameters.set(key, value);
			continue;
		}

		parameters = new Map();
		challenges.push({scheme: name.toLowerCase(), parameters});
		// `Negotiate abc==, Basic …`: a token68 stands in place of parameters.
		if (take(blanks)) take(token68);
	}

	return challenges;

	function skipToComma() {
		const comma = text.indexOf(',', position);
		position = comma === -1 ? text.length : comma + 1;
	}
}
