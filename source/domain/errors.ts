/**
 * The one error class of regbench and the table of its codes. Everything that has to tell
 * failures apart (exit codes, retries, hints, the README's troubleshooting table) reads this file.
 */

/**
 * Every failure regbench can name: `meaning` is what it says of the world, `remedy` what a person
 * can do about it. `remedy` is the hint of an error that brings none of its own.
 */
export const errorGuide = {
	USAGE: {
		meaning: 'The command or its options are not understood.',
		remedy: 'Run regbench --help to see the commands and their options.',
	},
	NOT_A_TERMINAL: {
		meaning: 'The workbench needs a terminal on standard input and output.',
		remedy: 'Run it in a terminal, or use a command such as regbench images --json.',
	},
	SCRIPT_FAILED: {
		meaning: 'A script that was played waited for something that did not come.',
		remedy:
			'Look at the line that is named, and at what the screen showed; “within 60s” waits longer.',
	},
	READ_ONLY: {
		meaning: 'regbench was started with --read-only, which switches every change off.',
		remedy: 'Start regbench without --read-only.',
	},
	INVALID_REFERENCE: {
		meaning: 'The text is not an image reference.',
		remedy: 'Write [host[:port]/]name[:tag], for example ghcr.io/octocat/hello:1.0.0.',
	},
	NAME_NOT_ALLOWED: {
		meaning: 'The registry does not accept this name.',
		remedy: 'Use the repaired form that regbench offers.',
	},
	UNKNOWN_TARGET: {
		meaning: 'No registry target goes by this name.',
		remedy: 'See regbench targets, or add one with regbench targets add HOST/NAMESPACE.',
	},
	IMAGE_NOT_FOUND: {
		meaning: 'The engine has no image under this reference.',
		remedy: 'See regbench images for what is on this machine, or pull it first.',
	},
	IMAGE_IN_USE: {
		meaning: 'A container uses the image, or other images are built on it.',
		remedy: 'Remove the container first, or delete with force.',
	},
	CONTAINER_NOT_FOUND: {
		meaning: 'The engine has no such container (any more).',
		remedy: 'Run the image again.',
	},
	CONTAINER_FAILED: {
		meaning: 'A container could not be made or started, or ended with an exit code that is not 0.',
		remedy: 'Read what it printed in the log; check ports, environment and command.',
	},
	TAG_NOT_FOUND: {
		meaning: 'The registry has no such tag or repository, or hides it from this login.',
		remedy: 'Check the spelling; for a private repository, log in first.',
	},
	TAG_IMMUTABLE: {
		meaning: 'The registry does not let this tag be overwritten.',
		remedy: 'Push under a new tag.',
	},
	CHANGED_MEANWHILE: {
		meaning: 'What is there is no longer what was looked at before; nothing was changed.',
		remedy: 'Look again, and decide anew.',
	},
	POLICY_BROKEN: {
		meaning:
			'A rule of yours (safety.blockPushOn in the settings) keeps the image from being pushed.',
		remedy: 'Repair the image, or take the rule out of the settings.',
	},
	UNAUTHORIZED: {
		meaning: 'The registry wants a login, or refused the one it was given.',
		remedy: 'Log in to the registry (l in the registries pane, or regbench login HOST).',
	},
	FORBIDDEN: {
		meaning: 'The login is good but may not do this.',
		remedy: 'Check that the owner in the reference is yours and that the token may write packages.',
	},
	RATE_LIMITED: {
		meaning: 'The registry asks to slow down.',
		remedy: 'Wait a little and retry; a login usually has a higher limit.',
	},
	REGISTRY_UNREACHABLE: {
		meaning: 'No connection to the registry could be made, or it was cut.',
		remedy: 'Check the network, the host name and the port, then retry.',
	},
	REGISTRY_ERROR: {
		meaning: 'The registry answered with a fault of its own.',
		remedy: 'Retry later; the full answer is in the log.',
	},
	CERTIFICATE_UNTRUSTED: {
		meaning: "The registry's TLS certificate is not trusted by this machine.",
		remedy:
			"Put the registry's CA file into /etc/docker/certs.d/HOST/ca.crt, where engines look too, or name it in certificateAuthorities of the settings or NODE_EXTRA_CA_CERTS.",
	},
	PROTOCOL_ERROR: {
		meaning: 'The other side answered with something that is not the distribution API.',
		remedy: 'Check that the address is a container registry.',
	},
	DIGEST_MISMATCH: {
		meaning: 'Bytes arrived that do not have the digest they were announced with.',
		remedy: 'Retry; when it happens again, the copy on the registry is damaged: push it anew.',
	},
	TOO_LARGE: {
		meaning: 'The registry refuses content of this size, or an answer was larger than allowed.',
		remedy: 'Make the layer smaller, or raise the limit of the registry.',
	},
	UNSUPPORTED: {
		meaning: 'This engine or registry cannot do that.',
		remedy: 'Use an engine or registry that can; the message names the reason.',
	},
	ENGINE_UNREACHABLE: {
		meaning: 'No container engine answers at the address.',
		remedy: 'Start the engine, check --host and DOCKER_HOST, or use --engine embedded.',
	},
	ENGINE_DENIED: {
		meaning: 'The engine is there but this user may not use its socket.',
		remedy: 'Add the user to the group docker (sudo usermod -aG docker $USER), then log in anew.',
	},
	ENGINE_ERROR: {
		meaning: 'The engine refused or failed.',
		remedy: 'The full answer is in the log.',
	},
	DISK_FULL: {
		meaning: 'There is no room left on the disk.',
		remedy: 'Delete images you no longer need, then retry.',
	},
	LAYOUT_CORRUPT: {
		meaning: 'The image store on disk is damaged: something in it does not have its digest.',
		remedy: 'Pull the image again; regbench doctor names the damaged parts.',
	},
	LAYOUT_LOCKED: {
		meaning: 'Another process is writing to the same image store.',
		remedy: 'Wait until it is done, or give this one a folder of its own with --data-dir.',
	},
	SETTINGS_UNREADABLE: {
		meaning: 'The settings file could not be understood.',
		remedy: 'It was moved aside and defaults are used; repair the old file or delete it.',
	},
	SETTINGS_UNWRITABLE: {
		meaning: 'The settings could not be saved.',
		remedy: 'Make the folder writable, or choose another with --config-dir.',
	},
	CREDENTIAL_HELPER_FAILED: {
		meaning: 'A credential helper or login tool did not answer properly.',
		remedy: 'Run it by hand to see what is wrong, or log in with a token.',
	},
	PROGRAM_FAILED: {
		meaning: 'A program that regbench started is missing, failed or took too long.',
		remedy: 'Run it by hand to see what is wrong.',
	},
	TIMED_OUT: {
		meaning: 'No answer came in time.',
		remedy: 'Check the connection, then retry.',
	},
	CANCELLED: {
		meaning: 'The operation was cancelled.',
		remedy: 'Retry it from the jobs view (J) when you are ready.',
	},
	INTERNAL: {
		meaning: 'regbench itself has a defect.',
		remedy: 'Please report it together with the log.',
	},
} as const satisfies Record<string, {readonly meaning: string; readonly remedy: string}>;

export type ErrorCode = keyof typeof errorGuide;

export type ErrorDetails = {
	/** What the person can do; the guide's remedy when left out. */
	readonly hint?: string;
	/** Whether the same call may succeed a little later without anything being changed. */
	readonly retryable?: boolean;
	/** How long the other side asked to wait before the next try, in ms. */
	readonly retryAfterMs?: number;
	/** The HTTP status that was answered, where there was one. */
	readonly status?: number;
	readonly cause?: unknown;
};

/** The plain-data form of an error: what events, state and `--json` carry. */
export type ErrorRecord = {
	readonly code: ErrorCode;
	readonly message: string;
	readonly hint: string;
};

/**
 * A failure with a code to branch on. The message says what happened in one line, the hint what to
 * do, the cause keeps the evidence. Neither may hold a secret.
 */
export class RegbenchError extends Error {
	override readonly name = 'RegbenchError';
	readonly code: ErrorCode;
	readonly hint: string;
	readonly retryable: boolean;
	readonly retryAfterMs: number | undefined;
	readonly status: number | undefined;

	constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
		super(message, details.cause === undefined ? undefined : {cause: details.cause});
		this.code = code;
		this.hint = details.hint ?? errorGuide[code].remedy;
		this.retryable = details.retryable ?? false;
		this.retryAfterMs = details.retryAfterMs;
		this.status = details.status;
	}
}

/** Any thrown value as a RegbenchError; what is not one already becomes `INTERNAL`, or `CANCELLED` when it is an abort. */
export function toRegbenchError(thrown: unknown): RegbenchError {
	if (thrown instanceof RegbenchError) return thrown;
	if (thrown instanceof Error && thrown.name === 'AbortError') {
		return new RegbenchError('CANCELLED', 'Cancelled', {cause: thrown});
	}
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	return new RegbenchError('INTERNAL', message, {cause: thrown});
}

/** The plain-data form of any thrown value. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
	const {code, message, hint} = toRegbenchError(thrown);
	return {code, message, hint};
}
