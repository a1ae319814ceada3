/** The last net under secrets: masks what looks like one in error texts and logs. */

const mask = '[secret]';
// Stands for the mask while the rules run, so that no rule takes a mask for a secret. Private use: no text has it.
const placeholder = '\uE0FF';

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

type Rule = readonly [pattern: RegExp, replacement: string | ((...groups: string[]) => string)];

// Repetitions are bounded, or begin where nothing else can: a megabyte of log must not take a second.
const rules: readonly Rule[] = [
	// user:password@ in an address; the user stays.
	[/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@?#]{0,256}):[^\s/@?#]+@/gi, `$1:${placeholder}@`],
	// Header lines, as curl, docker and Node print them.
	[
		/\b((?:proxy-)?authorization|x-registry-(?:auth|config)|x-ms-token-[a-z-]{1,30}|(?:set-)?cookie)(["']?[ \t]{0,8}[:=][ \t]{0,8})[^\s,}\]\uE0FF][^\r\n,}\]\uE0FF]*/gi,
		`$1$2${placeholder}`,
	],
	// "password": "…", token=…, GITHUB_TOKEN=…
	[
		/((?:["']?(?:password|passwd|passphrase|secret|token|(?:api|access|secret|private)[_-]?key)["']?[ \t]{0,8}[:=][ \t]{0,8})+)("(?:[^"\\\r\n]|\\.){0,8192}"|'[^'\r\n]{0,8192}'|(?:(?:bearer|basic)[ \t]{1,8})?[^\s"',;&)}\]\uE0FF]+)/gi,
		(_, name = '', value = '') => name + quoted(value),
	],
	[/\b(bearer|basic)[ \t]{1,8}(?![a-z]{1,30}="?)[A-Za-z0-9+/_.~=-]{8,}/gi, `$1 ${placeholder}`],
	// Docker's config has the login in "auth"; as an option or a word it is none.
	[/(["']_?auth["'][ \t]{0,8}:[ \t]{0,8})(["'])[^"'\r\n]+\2/gi, `$1$2${placeholder}$2`],
	[/(--(?:password|token|secret)[ \t]{1,8})[^\s\uE0FF]+/gi, `$1${placeholder}`],
	[
		/([?&])([\w.~%$-]{1,64})=([^&\s"'<>)\]}\uE0FF]+)/g,
		(all = '', lead = '', name = '') =>
			plainParameters.has(name.toLowerCase()) ? all : `${lead}${name}=${placeholder}`,
	],
	// Shapes that are tokens wherever they stand: GitHub, GitLab, Docker, AWS, Google, npm, JWT.
	[/\bgh[a-z]_[A-Za-z0-9]{16,}/g, placeholder],
	[/\bgithub_pat_\w{20,}/g, placeholder],
	[/\b(?:glpat|gldt|glrt)-[\w-]{16,}/g, placeholder],
	[/\bdckr_[a-z]{3}_[\w-]{16,}/g, placeholder],
	[/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, placeholder],
	[/\bya29\.[\w.-]{16,}/g, placeholder],
	[/\bnpm_[A-Za-z0-9]{30,}/g, placeholder],
	[/\beyJ[\w-]{8,4096}\.[\w-]+(?:\.[\w-]+)*/g, placeholder],
];

/**
 * The text with everything masked that looks like a secret: logins in addresses, authorization headers,
 * password and token fields, unknown query values, tokens of known shapes. It errs on the side of
 * masking.
 */
export function redact(text: string): string {
	let result = text.replaceAll(mask, placeholder);
	for (const [pattern, replacement] of rules) {
		result =
			typeof replacement === 'string'
				? result.replace(pattern, replacement)
				: result.replace(pattern, replacement);
	}
	return result.replaceAll(placeholder, mask);
}

function quoted(value: string): string {
	const quote = /^["']/.exec(value)?.[0] ?? '';
	return `${quote}${placeholder}${quote}`;
}
