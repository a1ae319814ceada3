/** What a registry's own command-line tool is to the chain. Inside of credentials/ only. */
import {Secret, type Credential} from '../../domain/credential.ts';
import {RegbenchError} from '../../domain/errors.ts';
import type {Query, SourceContext} from '../source-context.ts';

export type Tool = {
	/** The program to look for on PATH. */
	readonly program: string;
	/** As it is shown: `gh login`. */
	readonly source: string;
	readonly removal: string;
	/** How long an answer may be used again: shorter than it is good for, because the tools take seconds. */
	readonly keepMs: number;
	/**
	 * The login; undefined when the tool has no account to give one for. Called only when the program
	 * is installed. Rejects with `CREDENTIAL_HELPER_FAILED`.
	 */
	readonly ask: (query: Query, context: SourceContext) => Promise<Credential | undefined>;
};

export const minuteMs = 60_000;

/** A token as it may stand in a header; undefined for anything else, such as an error printed in its place. */
export function printedToken(stdout: string): Secret | undefined {
	const text = stdout.trim();
	return /^[\x21-\x7E]+$/.test(text) ? new Secret(text) : undefined;
}

/** The failure of a tool. The tool's own words stay out of it: they may hold a token. */
export function toolFailed(message: string, hint: string): RegbenchError {
	return new RegbenchError('CREDENTIAL_HELPER_FAILED', message, {hint});
}
