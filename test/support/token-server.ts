import {randomUUID} from 'node:crypto';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {makeSigningCertificate} from './certificates.ts';
import {readBody, serveHttp} from './serve-http.ts';
import type {TokenAuthority} from './start-registry.ts';
import {temporaryFolder} from './temporary-folder.ts';
import {readTokenSigner} from './token-signer.ts';

/** One part of a scope: `repository:owner/app:pull,push`. */
export type Access = {
	readonly type: string;
	readonly name: string;
	readonly actions: readonly string[];
};

/** Which of the asked actions the account gets; `account` is undefined for anonymous clients. */
export type ScopeRule = (
	asked: Access & {readonly account: string | undefined},
) => readonly string[];

export type TokenServerOptions = {
	/**
	 * `ghcr`: GET /token with Basic, no `expires_in`, public repositories for anyone.
	 * `acr`: /oauth2/token by GET and POST, /oauth2/exchange, refresh tokens.
	 */
	readonly shape: 'ghcr' | 'acr';
	/** User name → password. */
	readonly accounts?: Readonly<Record<string, string>>;
	/** ACR: Entra access token → the account it stands for. */
	readonly entraTokens?: Readonly<Record<string, string>>;
	/** Default: an account gets all it asks for, anonymous clients nothing. */
	readonly grants?: ScopeRule;
	/** Default `ghcr.io` or `registry.azurecr.io`. */
	readonly service?: string;
	/** The address that clients see, where it is not this server's own. */
	readonly realm?: string;
	/** How long a token is good. Default 300. docker-registry forgives another 60 seconds. */
	readonly lifetimeSeconds?: number;
	/** Dates tokens back, so that docker-registry itself refuses them this soon. */
	readonly refusedAfterSeconds?: number;
};

/** What a client asked of the token service, and what it got. Holds no passwords. */
export type TokenRequest = {
	readonly method: string;
	readonly path: string;
	readonly grantType: string | undefined;
	readonly account: string | undefined;
	readonly parameters: Readonly<Record<string, readonly string[]>>;
	readonly asked: readonly Access[];
	readonly granted: readonly Access[];
	readonly status: number;
};

/** Goes into `startRegistry({auth: {token: …}})` as it is. */
export type RunningTokenServer = TokenAuthority & {
	/** `127.0.0.1:PORT` */
	readonly host: string;
	readonly url: string;
	readonly requests: readonly TokenRequest[];
	/** May be changed while it runs: accounts, grants, lifetimes. */
	readonly settings: TokenServerSettings;
	/** Hands out a refresh token as `az acr login --expose-token` would. */
	refreshTokenFor(account: string): string;
	/** From now on refresh tokens handed out so far are refused. */
	revokeRefreshTokens(): void;
	stop(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

export type TokenServerSettings = {
	accounts: Record<string, string>;
	entraTokens: Record<string, string>;
	grants: ScopeRule;
	lifetimeSeconds: number;
	refusedAfterSeconds: number | undefined;
};

/** The user name that says "the password is a refresh token" to ACR. */
export const refreshTokenUser = '00000000-0000-0000-0000-000000000000';

const registryLeewaySeconds = 60;

/** Starts a token service whose RS256 tokens docker-registry accepts. Needs openssl. */
export async function startTokenServer(options: TokenServerOptions): Promise<RunningTokenServer> {
	const folder = await temporaryFolder();
	const certificate = await makeSigningCertificate(folder.path);
	const sign = await readTokenSigner(certificate);
	const service = options.service ?? (options.shape === 'ghcr' ? 'ghcr.io' : 'registry.azurecr.io');
	const issuer = `${service} tokens`;
	const settings: TokenServerSettings = {
		accounts: {...options.accounts},
		entraTokens: {...options.entraTokens},
		grants: options.grants ?? (({account, actions}) => (account === undefined ? [] : actions)),
		lifetimeSeconds: options.lifetimeSeconds ?? 300,
		refusedAfterSeconds: options.refusedAfterSeconds,
	};
	const requests: TokenRequest[] = [];
	const refreshTokens = new Map<string, string>();

	const makeAccessToken = (account: string | undefined, access: readonly Access[]) => {
		const now = nowSeconds();
		const {refusedAfterSeconds: early, lifetimeSeconds} = settings;
		return sign({
			iss: issuer,
			sub: account ?? '',
			aud: service,
			exp: now + (early === undefined ? lifetimeSeconds : early - registryLeewaySeconds),
			nbf: now - 2 * registryLeewaySeconds,
			iat: now,
			jti: randomUUID(),
			access,
		});
	};
	const makeRefreshToken = (account: string) => {
		const now = nowSeconds();
		const token = sign({
			iss: issuer,
			sub: account,
			aud: service,
			exp: now + 3 * 3600,
			iat: now,
			jti: randomUUID(),
			grant_type: 'refresh_token',
		});
		refreshTokens.set(token, account);
		return token;
	};

	/** The account behind a name and password; null when they are wrong. */
	const logIn = (username: string, password: string): string | null => {
		if (options.shape === 'acr' && username === refreshTokenUser) {
			return refreshTokens.get(password) ?? null;
		}
		return settings.accounts[username] === password ? username : null;
	};

	const handle = async (request: IncomingMessage, response: ServerResponse) => {
		const url = new URL(request.url ?? '/', 'http://localhost');
		const method = request.method ?? 'GET';
		const parameters = url.searchParams;
		if (method === 'POST') {
			for (const [key, value] of new URLSearchParams(await readBody(request))) {
				parameters.append(key, value);
			}
		}
		const asked = readScopes(parameters.getAll('scope'));
		const answer = (status: number, body: object, account?: string, granted: Access[] = []) => {
			requests.push({
				method,
				path: url.pathname,
				grantType: parameters.get('grant_type') ?? undefined,
				account,
				parameters: withoutSecrets(parameters),
				asked,
				granted,
				status,
			});
			response.writeHead(status, {'content-type': 'application/json'});
			response.end(JSON.stringify(body));
		};
		const grant = (account: string | undefined) =>
			asked
				.map(access => ({...access, actions: [...settings.grants({...access, account})]}))
				.filter(access => access.actions.length > 0);

		const basic = readBasic(request.headers.authorization);
		if (options.shape === 'ghcr') {
			if (url.pathname !== '/token') return answer(404, refusal('NOT_FOUND', 'not found'));
			if (method !== 'GET') return answer(405, refusal('UNSUPPORTED', 'method not allowed'));
			const account = basic ? logIn(basic.username, basic.password) : undefined;
			if (account === null) return answer(403, refusal('DENIED', 'denied'));
			const granted = grant(account);
			if (account === undefined && granted.length === 0) {
				return answer(401, refusal('UNAUTHORIZED', 'authentication required'));
			}
			return answer(200, {token: makeAccessToken(account, granted)}, account, granted);
		}

		const unauthorized = refusal(
			'UNAUTHORIZED',
			'authentication required, visit https://aka.ms/acr/authorization for more information.',
		);
		if (url.pathname === '/oauth2/exchange' && method === 'POST') {
			const account = settings.entraTokens[parameters.get('access_token') ?? ''];
			if (account === undefined || parameters.get('grant_type') !== 'access_token') {
				return answer(401, unauthorized);
			}
			return answer(200, {refresh_token: makeRefreshToken(account)}, account);
		}
		if (url.pathname !== '/oauth2/token') return answer(404, refusal('NOT_FOUND', 'not found'));

		let account: string | null | undefined;
		let refreshToken: string | undefined;
		if (method === 'POST') {
			const given = (name: string) => parameters.get(name) ?? '';
			if (given('grant_type') === 'refresh_token') {
				refreshToken = given('refresh_token');
				account = refreshTokens.get(refreshToken) ?? null;
			} else if (given('grant_type') === 'password') {
				account = logIn(given('username'), given('password'));
			} else return answer(400, refusal('UNSUPPORTED', 'grant type is not supported'));
		} else if (basic) {
			account = logIn(basic.username, basic.password);
			// Docker keeps this one as `identitytoken`, and asks by POST ever after.
			if (basic.username === refreshTokenUser) refreshToken = basic.password;
		}
		if (account === null) return answer(401, unauthorized);
		const granted = grant(account);
		if (account === undefined && granted.length === 0) return answer(401, unauthorized);
		return answer(
			200,
			{
				access_token: makeAccessToken(account, granted),
				...(refreshToken === undefined ? {} : {refresh_token: refreshToken}),
			},
			account,
			granted,
		);
	};

	const http = await serveHttp((request, response) => {
		handle(request, response).catch((error: Error) => response.destroy(error));
	});
	const url = `http://${http.host}`;
	const stop = async () => {
		await http.stop();
		await folder[Symbol.asyncDispose]();
	};
	return {
		host: http.host,
		url,
		realm: options.realm ?? `${url}${options.shape === 'ghcr' ? '/token' : '/oauth2/token'}`,
		service,
		issuer,
		certificateFile: certificate.certificateFile,
		requests,
		settings,
		refreshTokenFor: makeRefreshToken,
		revokeRefreshTokens: () => refreshTokens.clear(),
		stop,
		[Symbol.asyncDispose]: stop,
	};
}

function nowSeconds(): number {
	return Math.floor(Date.now() / 1000);
}

function refusal(code: string, message: string): object {
	return {errors: [{code, message}]};
}

/** Scopes come repeated, or several in one value with spaces between. */
function readScopes(values: readonly string[]): Access[] {
	return values
		.flatMap(value => value.split(' '))
		.filter(Boolean)
		.map(scope => {
			// The name may hold a port, so only the outermost colons count.
			const first = scope.indexOf(':');
			const last = scope.lastIndexOf(':');
			return {
				type: scope.slice(0, first),
				name: scope.slice(first + 1, last),
				actions: scope.slice(last + 1).split(','),
			};
		});
}

function readBasic(header: string | undefined) {
	const match = /^basic (.+)$/i.exec(header ?? '');
	if (!match) return undefined;
	const text = Buffer.from(match[1] ?? '', 'base64').toString();
	const colon = text.indexOf(':');
	return {username: text.slice(0, colon), password: text.slice(colon + 1)};
}

const secretParameters = new Set(['password', 'refresh_token', 'access_token']);

function withoutSecrets(parameters: URLSearchParams): Record<string, string[]> {
	const kept: Record<string, string[]> = {};
	for (const key of new Set(parameters.keys())) {
		kept[key] = secretParameters.has(key) ? ['…'] : parameters.getAll(key);
	}
	return kept;
}
