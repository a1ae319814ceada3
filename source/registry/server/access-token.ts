/** Bearer tokens of the embedded registry: JWTs signed with HS256 by a key that only this process has. */
import {createHmac, randomBytes, randomUUID, timingSafeEqual} from 'node:crypto';

/** What a token lets its bearer do, as in the distribution project's token specification. */
export type Grant = {
	readonly type: string;
	readonly name: string;
	readonly actions: readonly string[];
};

export type TokenClaims = {
	/** Empty for an anonymous bearer. */
	readonly subject: string;
	readonly use: 'access' | 'refresh';
	readonly grants: readonly Grant[];
};

export type TokenSigner = {
	sign(claims: TokenClaims, lifetimeSeconds: number): string;
	/** The claims of a token of ours that is still good. */
	verify(token: string): TokenClaims | undefined;
};

/** A signer with a key of its own: its tokens end with it. */
export function createTokenSigner(issuer: string): TokenSigner {
	const key = randomBytes(32);
	const header = encode({alg: 'HS256', typ: 'JWT'});
	const signatureOf = (text: string) => createHmac('sha256', key).update(text).digest();

	return {
		sign({subject, use, grants}, lifetimeSeconds) {
			const now = Math.floor(Date.now() / 1000);
			const claims = encode({
				iss: issuer,
				sub: subject,
				aud: issuer,
				iat: now,
				nbf: now - 5,
				exp: now + lifetimeSeconds,
				jti: randomUUID(),
				use,
				access: grants,
			});
			const text = `${header}.${claims}`;
			return `${text}.${signatureOf(text).toString('base64url')}`;
		},
		verify(token) {
			const parts = token.split('.');
			const [head, body, signature] = parts;
			if (parts.length !== 3 || head !== header || !body || !signature) return undefined;
			const given = Buffer.from(signature, 'base64url');
			const right = signatureOf(`${head}.${body}`);
			if (given.byteLength !== right.byteLength || !timingSafeEqual(given, right)) return undefined;
			// Signed by this process: its form is known.
			const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as {
				sub: string;
				exp: number;
				use: TokenClaims['use'];
				access: readonly Grant[];
			};
			if (claims.exp * 1000 <= Date.now()) return undefined;
			return {subject: claims.sub, use: claims.use, grants: claims.access};
		},
	};
}

/** Reads `type:name:action,action`; names may hold colons, so the first and last one cut. */
export function parseScope(text: string): Grant | undefined {
	const first = text.indexOf(':');
	const last = text.lastIndexOf(':');
	if (first <= 0 || last <= first) return undefined;
	const actions = text
		.slice(last + 1)
		.split(',')
		.filter(action => action !== '');
	return {type: text.slice(0, first), name: text.slice(first + 1, last), actions};
}

/** All scopes of a token request: repeated, or separated by blanks, or both. */
export function parseScopes(values: readonly string[]): readonly Grant[] {
	return values.flatMap(value => value.split(/\s+/)).flatMap(text => parseScope(text) ?? []);
}

function encode(value: object): string {
	return Buffer.from(JSON.stringify(value)).toString('base64url');
}
