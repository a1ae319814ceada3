/**
 * The grammar of references once more, read character by character and without regular expressions:
 * a second opinion for the property tests.
 */

const lower = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
const upper = lower.toUpperCase();
const word = lower + upper + digits;
const digestLengths = new Map([
	['sha256', 64],
	['sha384', 96],
	['sha512', 128],
]);

/** Whether the reference library would take the text. */
export function oracleAccepts(text: string): boolean {
	if (text.length === 64 && consistsOf(text, 'abcdef' + digits)) return false;
	const [withoutDigest = '', ...digestParts] = text.split('@');
	if (digestParts.length > 1) return false;
	if (digestParts.length === 1 && !oracleDigest(digestParts[0] ?? '')) return false;

	const components = withoutDigest.split('/');
	const last = components.pop() ?? '';
	const [lastName = '', ...tagParts] = last.split(':');
	if (tagParts.length > 1) return false;
	if (tagParts.length === 1 && !oracleTag(tagParts[0] ?? '')) return false;
	return oracleName([...components, lastName]);
}

function oracleName(components: string[]): boolean {
	const [first = '', ...rest] = components;
	const capital = [...first].some(character => character !== character.toLowerCase());
	const isHost =
		rest.length > 0 &&
		(first === 'localhost' || first.includes('.') || first.includes(':') || capital);
	if (!isHost) return oraclePath(components, components.length === 1 ? 8 : 0);
	if (first === 'docker.io' || first === 'index.docker.io') {
		return oraclePath(rest, rest.length === 1 ? 8 : 0);
	}
	if (oracleHost(first)) return oraclePath(rest, 0);
	return oraclePath(components, 0);
}

function oraclePath(components: string[], extra: number): boolean {
	return components.every(oracleComponent) && components.join('/').length + extra <= 255;
}

function oracleComponent(text: string): boolean {
	let separator = '';
	let begun = false;
	for (const character of text) {
		if ((lower + digits).includes(character)) {
			const fits =
				separator === ''
					? true
					: begun && (['.', '_', '__'].includes(separator) || consistsOf(separator, '-'));
			if (!fits) return false;
			separator = '';
			begun = true;
		} else if ('._-'.includes(character)) {
			separator += character;
		} else {
			return false;
		}
	}
	return begun && separator === '';
}

function oracleHost(text: string): boolean {
	const closing = text.lastIndexOf(']');
	const colon = text.indexOf(':', closing + 1);
	const host = colon < 0 ? text : text.slice(0, colon);
	if (colon >= 0 && !consistsOf(text.slice(colon + 1), digits)) return false;
	if (host.startsWith('[')) {
		return host.endsWith(']') && consistsOf(host.slice(1, -1), `abcdefABCDEF${digits}:`);
	}
	return host
		.split('.')
		.every(
			label => consistsOf(label, `${word}-`) && !label.startsWith('-') && !label.endsWith('-'),
		);
}

function oracleTag(text: string): boolean {
	return text.length <= 128 && consistsOf(text, `${word}_.-`) && !'.-'.includes(text[0] ?? '');
}

function oracleDigest(text: string): boolean {
	const colon = text.indexOf(':');
	const encoded = text.slice(colon + 1);
	return (
		encoded.length === digestLengths.get(text.slice(0, colon)) &&
		consistsOf(encoded, `abcdef${digits}`)
	);
}

function consistsOf(text: string, alphabet: string): boolean {
	return text !== '' && [...text].every(character => alphabet.includes(character));
}
