import {createTokenSigner, parseScopes, type Grant} from './access-token.ts';
import {
	basicOf,
	bearerOf,
	covers,
	deniedReply,
	equalSecrets,
	findUser,
	scopeOf,
	turnedAway,
	writes,
	type Admission,
	type Authority,
	type AuthorityRequest,
	type Need,
	type RegistryUser,
} from './authority.ts';
import {jsonReply, refuse, type Reply} from './reply.ts';

/** The user name that says the password is a refresh token. */
const tokenUser = '00000000-0000-0000-0000-000000000000';

/** Docker ends a push for these words; for the usual ones alone it tries again for nearly a minute. */
const loginWanted =
	'authentication required, visit https://aka.ms/acr/authorization for more information.';

const accessSeconds = 75 * 60;
const refreshSeconds = 3 * 60 * 60;
const repositoryActions = new Set([
	'pull',
	'push',
	'delete',
	'metadata_read',
	'metadata_write',
	'*',
]);

/**
 * Logins as Azure's registry has them: access tokens at `/oauth2/token` for user and password or
 * for a refresh token, refresh tokens at `/oauth2/exchange` (where a user's password stands in for
 * the Entra token), and Basic with every request.
 */
export function acrAuthority(users: readonly RegistryUser[]): Authority {
	const signer = createTokenSigner('regbench-acr');

	const refreshSubject = (token: string) => {
		const claims = signer.verify(token);
		return claims?.use === 'refresh' ? claims.subject : undefined;
	};
	/** The login behind user and password, or behind the token user and a refresh token. */
	const loginOf = (given: {username: string; password: string} | undefined) => {
		if (!given) return undefined;
		if (given.username === tokenUser) return refreshSubject(given.password);
		return findUser(users, given)?.username;
	};
	const isReadOnly = (username: string) =>
		users.some(user => user.readOnly && user.username === username);

	const accessToken = (subject: string, asked: readonly Grant[]) => {
		const reading = new Set(['pull', 'metadata_read']);
		const grants = asked.map(grant => ({
			...grant,
			actions: grant.actions.filter(action => {
				if (grant.type === 'registry') return grant.name === 'catalog' && action === '*';
				if (grant.type !== 'repository' || !repositoryActions.has(action)) return false;
				return !isReadOnly(subject) || reading.has(action);
			}),
		}));
		return signer.sign({subject, use: 'access', grants}, accessSeconds);
	};
	const refreshToken = (subject: string) =>
		signer.sign({subject, use: 'refresh', grants: []}, refreshSeconds);

	const byBasic = ({query, headers}: AuthorityRequest): Reply => {
		const login = loginOf(basicOf(headers.authorization));
		if (login === undefined) return unauthorised();
		const offline = query.get('offline_token') === 'true';
		return jsonReply(200, {
			access_token: accessToken(login, parseScopes(query.getAll('scope'))),
			...(offline ? {refresh_token: refreshToken(login)} : {}),
		});
	};

	const byForm = (form: URLSearchParams): Reply => {
		const scopes = parseScopes(form.getAll('scope'));
		const grantType = form.get('grant_type');
		if (grantType === 'refresh_token') {
			const login = refreshSubject(form.get('refresh_token') ?? '');
			if (login === undefined) return unauthorised();
			return jsonReply(200, {access_token: accessToken(login, scopes)});
		}
		if (grantType === 'password') {
			const login = loginOf({
				username: form.get('username') ?? '',
				password: form.get('password') ?? '',
			});
			if (login === undefined) return unauthorised();
			const offline = form.get('access_type') === 'offline';
			return jsonReply(200, {
				access_token: accessToken(login, scopes),
				...(offline ? {refresh_token: refreshToken(login)} : {}),
			});
		}
		return refuse(400, 'UNSUPPORTED', 'grant_type must be refresh_token or password');
	};

	const exchange = (form: URLSearchParams): Reply => {
		if (form.get('grant_type') !== 'access_token') {
			return refuse(400, 'UNSUPPORTED', 'grant_type must be access_token');
		}
		const given = form.get('access_token') ?? '';
		const user = users.find(({password}) => equalSecrets(password.reveal(), given));
		if (!user) return unauthorised();
		return jsonReply(200, {refresh_token: refreshToken(user.username)});
	};

	return {
		admit(request, need): Admission {
			const {authorization} = request.headers;
			const direct = loginOf(basicOf(authorization));
			if (direct !== undefined) {
				if (isReadOnly(direct) && writes(need)) {
					return {admitted: false, reply: deniedReply(need)};
				}
				return {admitted: true, username: direct};
			}
			const token = bearerOf(authorization);
			const claims = token === undefined ? undefined : signer.verify(token);
			if (claims?.use !== 'access') {
				const error = token === undefined ? undefined : 'invalid_token';
				return turnedAway(challenge(request, need, error), loginWanted);
			}
			if (covers(claims.grants, need)) return {admitted: true, username: claims.subject};
			return turnedAway(challenge(request, need, 'insufficient_scope'), loginWanted);
		},

		async answer(request) {
			const {path, method} = request;
			if (path !== '/oauth2/token' && path !== '/oauth2/exchange') return undefined;
			if (path === '/oauth2/token' && method === 'GET') return byBasic(request);
			if (method !== 'POST') return refuse(405, 'UNSUPPORTED', 'only GET and POST are supported');
			const form = await request.form();
			if (!form) return refuse(400, 'UNSUPPORTED', 'the body must be a form');
			return path === '/oauth2/token' ? byForm(form) : exchange(form);
		},
	};
}

function unauthorised(): Reply {
	return refuse(401, 'UNAUTHORIZED', loginWanted);
}

function challenge({origin}: AuthorityRequest, need: Need, error?: string): string {
	const scope = scopeOf(need);
	const parts = [
		`realm="${origin}/oauth2/token"`,
		`service="${new URL(origin).host}"`,
		...(scope === undefined ? [] : [`scope="${scope}"`]),
		...(error === undefined ? [] : [`error="${error}"`]),
	];
	return `Bearer ${parts.join(',')}`;
}
