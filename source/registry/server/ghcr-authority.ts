import {createTokenSigner, parseScopes, type Grant} from './access-token.ts';
import {
	basicOf,
	bearerOf,
	covers,
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

const lifetimeSeconds = 300;

export type GhcrFacts = {
	readonly users: readonly RegistryUser[];
	readonly visibility: (repository: string) => 'private' | 'public' | undefined;
};

/**
 * Logins as GitHub's registry has them: a token for user and personal access token at `/token`, an
 * anonymous one for public packages; an owner's packages are written by the login of that name only.
 */
export function ghcrAuthority({users, visibility}: GhcrFacts): Authority {
	const signer = createTokenSigner('regbench-ghcr');

	const mayRead = (username: string, repository: string) =>
		owns(username, repository) || visibility(repository) === 'public';
	const mayWrite = (username: string, repository: string) =>
		owns(username, repository) &&
		!users.some(user => user.readOnly && user.username.toLowerCase() === username.toLowerCase());

	const granted = (username: string, asked: Grant): Grant => ({
		...asked,
		actions:
			asked.type === 'repository'
				? asked.actions.filter(
						action =>
							(action === 'pull' && mayRead(username, asked.name)) ||
							(action === 'push' && mayWrite(username, asked.name)),
					)
				: [],
	});

	return {
		admit(request, need): Admission {
			const token = bearerOf(request.headers.authorization);
			const claims = token === undefined ? undefined : signer.verify(token);
			if (claims?.use !== 'access') {
				const error = token === undefined ? undefined : 'invalid_token';
				return turnedAway(challenge(request, need, error), 'authentication required');
			}
			const {subject, grants} = claims;
			if (covers(grants, need)) {
				return {admitted: true, ...(subject === '' ? {} : {username: subject})};
			}
			if (need.kind === 'repository' && subject !== '') {
				const allowed = writes(need) ? mayWrite(subject, need.name) : mayRead(subject, need.name);
				// Another token would not help a login that has not got the right.
				if (!allowed) return {admitted: false, reply: deniedReply(need, owns(subject, need.name))};
			}
			const message =
				subject === '' && writes(need)
					? 'unauthenticated: User cannot be authenticated with the token provided.'
					: 'authentication required';
			return turnedAway(challenge(request, need, 'insufficient_scope'), message);
		},

		async answer({method, path, query, headers}) {
			if (path !== '/token') return undefined;
			if (method !== 'GET') return refuse(405, 'UNSUPPORTED', 'only GET is supported');
			const asked = parseScopes(query.getAll('scope'));
			if (headers.authorization === undefined) {
				// A push without a login gets a token that is good for nothing, as everywhere: the refusal
				// comes with its next call. Docker would retry a refused token for over a minute.
				const pushing = asked.some(({actions}) => actions.includes('push'));
				const open = asked.every(
					({name}) => name === 'user/image' || visibility(name) === 'public',
				);
				if (asked.length > 0 && (pushing || open)) return issue('', asked);
				return refuse(401, 'UNAUTHORIZED', 'authentication required');
			}
			const given = basicOf(headers.authorization);
			const user = given && findUser(users, given);
			if (!user) return refuse(403, 'DENIED', 'denied');
			return issue(user.username, asked);
		},

		// GitHub's REST API takes the personal access token itself.
		userOf({headers}) {
			const token = bearerOf(headers.authorization);
			return token === undefined
				? undefined
				: users.find(({password}) => equalSecrets(password.reveal(), token));
		},
	};

	// GHCR's answer tells neither `expires_in` nor `issued_at`.
	function issue(subject: string, asked: readonly Grant[]): Reply {
		const grants = asked.map(grant => granted(subject, grant));
		return jsonReply(200, {token: signer.sign({subject, use: 'access', grants}, lifetimeSeconds)});
	}
}

function deniedReply(need: Need, isOwner: boolean): Reply {
	if (isOwner) {
		const message = 'permission_denied: The token provided does not match expected scopes.';
		return refuse(403, 'DENIED', message);
	}
	return refuse(403, 'DENIED', `permission_denied: ${writes(need) ? 'write' : 'read'}_package`);
}

function owns(username: string, repository: string): boolean {
	return repository.split('/')[0] === username.toLowerCase();
}

function challenge({origin}: AuthorityRequest, need: Need, error?: string): string {
	// The scope of /v2/ is a placeholder that names no repository, on GHCR too.
	const scope = scopeOf(need) ?? 'repository:user/image:pull';
	const service = new URL(origin).host;
	const reason = error === undefined ? '' : `,error="${error}"`;
	return `Bearer realm="${origin}/token",service="${service}",scope="${scope}"${reason}`;
}
