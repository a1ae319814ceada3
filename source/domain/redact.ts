/** The last net under secrets: masks what looks like one in error texts and logs. */

const mask = '[secret]';

/** Query parameters that are shown; every other value is masked, for upload and storage addresses carry signatures. */
const plainParameters = new Set([
	'artifacttype',
	'comment',
	'digest',
	'filters',
	'from',
	'fromimage',
	'fromsrc',
	'last',
	'mount',
	'n',
	'ns',
	'page',
	'page_size',
	'platform',
	'repo',
	'scope',
	'service',
	'tag',
]);

const rules: ReadonlyArray<readonly [RegExp, string | ((...groups: string[]) => string)]> = [
	// user:password@ in an address; the user stays.
	[/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@?#]*):[^\s/@?#]+@/gi, `$1:${mask}@`],
	// Header lines, as curl, docker and Node print them.
	[
		/\b((?:proxy-)?authorization|x-registry-(?:auth|config)|x-ms-token-[a-z-]+|(?:set-)?cookie)(["']?\s*[:=]\s*)(?!\[secret\])[^\r\n,}\]]+/gi,
		`$1$2${mask}`,
	],
	[/\b(bearer|basic)\s+(?![a-z]+="?)[A-Za-z0-9+/_.~=-]{8,}/gi, `$1 ${mask}`],
	// "password": "…", token=…, --password …
	[
		/(["']?\b(?:[a-z]+[_-])*(?:passwords?|passwd|passphrase|secrets?|secret[_-]?key|api[_-]?key|access[_-]?key|client[_-]?secret|(?:access|refresh|identity|registry|id|session)?[_-]?token|auth)["']?\s*[:=]\s*)("(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*'|[^\s"',;&)}\]]+)/gi,
		(_, name = '', value = '') => `${name}${quoted(value)}`,
	],
	[/(--(?:password|token|secret)\s+)(?!\[secret\])\S+/gi, `$1${mask}`],
	[
		/([?&])([\w.~%$-]+)=([^&\s"'<>)\]}]+)/g,
		(_, lead = '', name = '', value = '') =>
			plainParameters.has(name.toLowerCase())
				? `${lead}${name}=${value}`
				: `${lead}${name}=${mask}`,
	],
	// Shapes that are tokens wherever they stand: GitHub, GitLab, Docker, AWS, Google, Azure, npm, JWT.
	[/\bgh[a-z]_[A-Za-z0-9]{16,}/g, mask],
	[/\bgithub_pat_\w{20,}/g, mask],
	[/\b(?:glpat|gldt|glrt)-[\w-]{16,}/g, mask],
	[/\bdckr_[a-z]{3}_[\w-]{16,}/g, mask],
	[/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, mask],
	[/\bya29\.[\w.-]{16,}/g, mask],
	[/\bnpm_[A-Za-z0-9]{30,}/g, mask],
	[/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)*/g, mask],
];

/**
 * The text with everything masked that looks like a secret: logins in addresses, authorization headers,
 * password and token fields, unknown query values, tokens of known shapes. It errs on the side of
 * masking; masking twice changes nothing.
 */
export function redact(text: string): string {
	let result = text;
	for (const [pattern, replacement] of rules) {
		result =
			typeof replacement === 'string'
				? result.replace(pattern, replacement)
				: result.replace(pattern, replacement);
	}
	return result;
}

function quoted(value: string): string {
	const quote = /^["']/.exec(value)?.[0] ?? '';
	return `${quote}${mask}${quote}`;
}
