/**
 * What engines say when something fails, turned into codes. This is the only place that reads
 * their message texts: engines give no codes, and the daemon passes on what registries said.
 */
import {RegbenchError, type ErrorCode} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';

/** What was being done, for the sentence and the choice between look-alike causes. */
export type EngineFault = {
	readonly action: 'push' | 'pull' | 'other';
	/** Full reference or image the call was about. */
	readonly subject?: string;
	/** HTTP status; absent for failures inside a stream. */
	readonly status?: number;
	/** Whether a login was sent along. */
	readonly loggedIn?: boolean;
};

type Rule = {
	readonly pattern: RegExp;
	readonly code: ErrorCode;
	readonly actions?: ReadonlyArray<EngineFault['action']>;
	readonly retryable?: boolean;
	readonly hint?: (facts: {readonly host: string; readonly loggedIn: boolean}) => string;
};

const logIn = ({host}: {host: string}): string => `Log in first: regbench login ${host}`;

// In order: the first that fits decides. Specific texts come before the words they contain.
const rules: readonly Rule[] = [
	{
		pattern: /no space left on device|disk quota exceeded/i,
		code: 'DISK_FULL',
		hint: () => 'The engine has no room left: delete images you no longer need, then retry.',
	},
	{
		pattern:
			/an image does not exist locally with the tag|no such image|tag does not exist|image not known/i,
		code: 'IMAGE_NOT_FOUND',
		actions: ['push', 'other'],
	},
	{pattern: /toomanyrequests|too many requests|rate limit/i, code: 'RATE_LIMITED', retryable: true},
	{
		pattern:
			/x509:|certificate signed by unknown authority|failed to verify certificate|certificate (has expired|is not trusted|is valid for)/i,
		code: 'CERTIFICATE_UNTRUSTED',
		hint: ({host}) =>
			`Give the engine the registry's CA: put it in /etc/docker/certs.d/${host}/ca.crt.`,
	},
	{
		pattern: /server gave http response to https client/i,
		code: 'CERTIFICATE_UNTRUSTED',
		hint: ({host}) =>
			`The registry speaks plain HTTP: add ${host} to insecure-registries in the engine's daemon.json, or give it TLS.`,
	},
	{
		pattern:
			/verification failed for digest|manifest verification failed|digest mismatch|unexpected (commit )?digest|failed size validation|invalid checksum/i,
		code: 'DIGEST_MISMATCH',
		retryable: true,
	},
	{
		pattern:
			/tag is immutable|immutable tag|tag .*already exists.*(immutab|cannot be overwritten)|cannot be overwritten/i,
		code: 'TAG_IMMUTABLE',
	},
	{
		pattern:
			/name invalid|name_invalid|invalid repository name|repository name must be lowercase|invalid reference format|tag invalid|invalid tag format/i,
		code: 'NAME_NOT_ALLOWED',
	},
	{pattern: /http status: 413|parsing http 413|entity too large|size_invalid/i, code: 'TOO_LARGE'},
	{
		pattern: /pull access denied for/i,
		code: 'TAG_NOT_FOUND',
		hint: ({host, loggedIn}) =>
			loggedIn
				? 'Check the spelling of the repository, and that your login may read it.'
				: `Check the spelling; if the repository is private, log in first: regbench login ${host}`,
	},
	{
		pattern:
			/manifest unknown|manifest_unknown|name unknown|name_unknown|repository .* not found|manifest for .* not found|: not found$/i,
		code: 'TAG_NOT_FOUND',
		actions: ['pull'],
	},
	{
		pattern: /no matching manifest for/i,
		code: 'UNSUPPORTED',
		hint: () =>
			"The tag has no image for this machine's platform; ask its owner, or choose another tag.",
	},
	{
		pattern: /no basic auth credentials|authentication required/i,
		code: 'UNAUTHORIZED',
		hint: logIn,
	},
	{
		pattern:
			/permission_denied|insufficient_scope|insufficient scopes|does not match expected scopes|http status: 403|403 forbidden|forbidden/i,
		code: 'FORBIDDEN',
	},
	{
		pattern:
			/unauthorized|incorrect username or password|http status: 401|401 unauthorized|invalid username\/password/i,
		code: 'UNAUTHORIZED',
		hint: ({host, loggedIn}) =>
			loggedIn
				? `The login for ${host} was refused: log in again with a token that is valid.`
				: logIn({host}),
	},
	{pattern: /^denied|: denied|access to the resource is denied/i, code: 'FORBIDDEN'},
	{
		pattern:
			/no such host|lookup .* (on|:)|dial tcp|connection refused|connection reset|broken pipe|i\/o timeout|tls handshake timeout|network is unreachable|no route to host|closed network connection|unexpected eof|: eof$|context deadline exceeded|client\.timeout exceeded|server misbehaving|request canceled/i,
		code: 'REGISTRY_UNREACHABLE',
		actions: ['push', 'pull'],
		retryable: true,
		hint: ({host}) => `Check the network and that ${host} is right and running, then retry.`,
	},
	{
		pattern:
			/http status: 5\d\d|http status code: 5\d\d|status code 5\d\d|internal server error|bad gateway|service unavailable/i,
		code: 'REGISTRY_ERROR',
		actions: ['push', 'pull'],
		retryable: true,
	},
	{
		pattern: /error parsing http|invalid character .* looking for/i,
		code: 'REGISTRY_ERROR',
		actions: ['push', 'pull'],
	},
	{
		pattern: /port is already allocated|address already in use|ports are not available/i,
		code: 'CONTAINER_FAILED',
		actions: ['other'],
		hint: () => 'Take another port of the host; 0 before the colon (0:8080) takes any free one.',
	},
	{
		pattern:
			/cannot be forced|must be forced|must force|image is in use|is using its referenced image|image used by/i,
		code: 'IMAGE_IN_USE',
	},
];

/** A failure that an engine told of in words, as an error with a code and a hint. */
export function engineError(text: string, fault: EngineFault): RegbenchError {
	const said = sanitise(text).slice(0, 600);
	const host = hostOf(fault.subject);
	const loggedIn = fault.loggedIn === true;
	const rule = rules.find(
		rule =>
			(rule.actions === undefined || rule.actions.includes(fault.action)) &&
			rule.pattern.test(said),
	);
	let code: ErrorCode | undefined = rule?.code;
	let hint = rule?.hint?.({host, loggedIn});
	if (code === undefined && fault.status === 404) code = 'IMAGE_NOT_FOUND';
	// Registries hide what may not be seen behind "denied"; without a login, the login is what is missing.
	if (code === 'FORBIDDEN' && !loggedIn && fault.action !== 'other') {
		code = 'UNAUTHORIZED';
		hint = logIn({host});
	}
	return new RegbenchError(code ?? 'ENGINE_ERROR', sentence(fault, said), {
		...(hint === undefined ? {} : {hint}),
		retryable: rule?.retryable ?? false,
		...(fault.status === undefined ? {} : {status: fault.status}),
	});
}

/** A connection to the engine that could not be made or was lost: what is wrong and what to do. */
export function connectionError(error: unknown, url: string): RegbenchError {
	const where = sanitise(url);
	const {code, message} = describe(error);
	const unreachable = (text: string, hint?: string): RegbenchError =>
		new RegbenchError('ENGINE_UNREACHABLE', text, {
			...(hint === undefined ? {} : {hint}),
			retryable: true,
			cause: error,
		});
	switch (code) {
		case 'ENOENT':
			return unreachable(
				`Nothing is at ${where}`,
				'The engine is not installed or not started: start it, or use --engine embedded.',
			);
		case 'ECONNREFUSED':
			return unreachable(
				`Nobody listens at ${where}`,
				url.startsWith('unix:')
					? 'The engine was stopped: start it (sudo systemctl start docker).'
					: 'Check address and port, and that the engine over there is running.',
			);
		case 'EACCES':
		case 'EPERM':
			return new RegbenchError('ENGINE_DENIED', `This user may not open ${where}`, {cause: error});
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return unreachable(`The host of ${where} is not known`, 'Check the spelling and the DNS.');
		case 'ESSH':
			return unreachable(
				`ssh could not reach the engine at ${where}: ${sanitise(message)}`,
				'Try ssh to that host by hand first: keys must work without a question, and docker must be installed there.',
			);
		case 'ECONNRESET':
		case 'EPIPE':
		case 'ERR_STREAM_PREMATURE_CLOSE':
			return unreachable(`The connection to the engine at ${where} was cut`);
		default:
			if (/^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) {
				return new RegbenchError(
					'CERTIFICATE_UNTRUSTED',
					`The TLS certificate of the engine at ${where} is not accepted: ${sanitise(message)}`,
					{
						hint: 'Point DOCKER_CERT_PATH at the folder with ca.pem, cert.pem and key.pem.',
						cause: error,
					},
				);
			}
			return unreachable(`No connection to the engine at ${where}: ${sanitise(message)}`);
	}
}

function describe(error: unknown): {code: string; message: string} {
	if (!(error instanceof Error)) return {code: '', message: String(error)};
	const code = (error as NodeJS.ErrnoException).code;
	return {code: typeof code === 'string' ? code : '', message: error.message};
}

function sentence(fault: EngineFault, said: string): string {
	if (fault.subject === undefined || fault.action === 'other') return said;
	return `${fault.action === 'push' ? 'Push' : 'Pull'} of ${fault.subject} failed: ${said}`;
}

function hostOf(subject: string | undefined): string {
	const slash = subject?.indexOf('/') ?? -1;
	return subject === undefined || slash < 0 ? 'HOST' : subject.slice(0, slash);
}
