/** How a registry was shown who is asking, as facts to tell: no token and no secret is in them. */

export type AuthenticationFacts = {
	readonly host: string;
	/** What the registry's 401 asked for. */
	readonly challenge: 'bearer' | 'basic';
	/** Host and path of the token service that the challenge named, without its query. */
	readonly realm?: string;
	readonly service?: string;
	/** What was asked for: `repository:octocat/hello:pull,push`. */
	readonly scopes: readonly string[];
	/** Where the login came from; absent when it was asked as nobody. */
	readonly source?: string;
	readonly username?: string;
	/** Whether a token from before served once more. */
	readonly reused: boolean;
	readonly outcome: 'granted' | 'refused';
};

/** The conversation in one sentence. */
export function describeAuthentication(facts: AuthenticationFacts): string {
	const {host, challenge, scopes, reused, outcome} = facts;
	const who = whoAsked(facts);
	if (challenge === 'basic') {
		return outcome === 'granted'
			? `login: ${host} wants user and password with every request, sent as ${who}`
			: `login: ${host} refused ${who}`;
	}
	const rights = scopes.join(' and ') || 'no scope';
	if (outcome === 'refused') return `login: ${host} gave no token for ${rights} to ${who}`;
	return reused
		? `login: the token of before still serves for ${rights}, as ${who}`
		: `login: 401 with a Bearer challenge, then a token for ${rights} as ${who}`;
}

/** `octocat (gh login)`, `nobody (anonymous)`. */
export function whoAsked({source, username}: AuthenticationFacts): string {
	if (source === undefined) return 'nobody (anonymous)';
	return username === undefined ? `the login from ${source}` : `${username} (${source})`;
}
