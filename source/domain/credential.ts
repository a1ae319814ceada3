/** Credentials as values. A secret travels only inside {@link Secret}, which never prints itself. */

const inspectSymbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * A secret text. Printing, serialising or inspecting it shows `[secret]`; only {@link Secret.reveal}
 * gives the text, and only transports, credential stores and engines' auth headers call it.
 */
export class Secret {
	readonly #text: string;

	constructor(text: string) {
		this.#text = text;
	}

	reveal(): string {
		return this.#text;
	}

	toString(): string {
		return '[secret]';
	}

	toJSON(): string {
		return '[secret]';
	}

	[inspectSymbol](): string {
		return '[secret]';
	}
}

export type Credential =
	/** User and password, or user and personal access token. */
	| {readonly kind: 'basic'; readonly username: string; readonly password: Secret}
	/** An OAuth2 refresh token (docker's `identitytoken`): exchanged by POST, never sent as Basic. */
	| {readonly kind: 'identity-token'; readonly token: Secret; readonly username?: string}
	/** A bearer token sent as it is (docker's `registrytoken`). */
	| {readonly kind: 'bearer'; readonly token: Secret};

/** Where a credential came from, in words that may be shown: `docker config`, `gh login`, `typed`, … */
export type FoundCredential = {
	readonly credential: Credential;
	readonly source: string;
};

/** Whether two credentials are the same login, secret included. */
export function sameCredential(one: Credential, other: Credential): boolean {
	const secretOf = (credential: Credential) =>
		credential.kind === 'basic' ? credential.password : credential.token;
	return (
		one.kind === other.kind &&
		credentialUsername(one) === credentialUsername(other) &&
		secretOf(one).reveal() === secretOf(other).reveal()
	);
}

/** The name a credential logs in as, where it has one. */
export function credentialUsername(credential: Credential): string | undefined {
	return credential.kind === 'bearer' ? undefined : credential.username;
}
