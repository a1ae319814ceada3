/** Credentials in environment variables. */
import {Secret, type Credential} from '../domain/credential.ts';
import type {CredentialHints, SeenLogin} from './credentials.ts';
import {githubUsername} from './github-hosts.ts';
import type {Query, Source, SourceContext} from './source-context.ts';

const prefix = 'REGBENCH_TOKEN_';

/** The variable that holds a host's token: `REGBENCH_TOKEN_GHCR_IO`, `REGBENCH_TOKEN_LOCALHOST_5000`. */
export function tokenVariable(host: string): string {
	return prefix + host.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}

/**
 * Reads `REGBENCH_TOKEN_<HOST>` and then the registry's own variables. The value is `TOKEN` or
 * `USER:TOKEN`; an empty one counts as not set.
 */
export function environmentSource(context: SourceContext): Source {
	const {environment} = context;

	const variableOf = (query: Pick<Query, 'host' | 'hints'>) =>
		[tokenVariable(query.host), ...query.hints.environmentVariables]
			.map(name => ({name, value: environment[name]?.trim() ?? ''}))
			.find(({value}) => value !== '' && value !== ':');

	return {
		async find({host, hints}) {
			const variable = variableOf({host, hints});
			if (!variable) return undefined;
			const {username, token} = splitValue(variable.value);
			if (token === '') {
				context.warn({
					host,
					message: `${variable.name} holds a user name but no token`,
					hint: `Set ${variable.name} to TOKEN or USER:TOKEN.`,
				});
				return undefined;
			}
			const credential: Credential = {
				kind: 'basic',
				username: username ?? (await tokenUsername(hints, context)),
				password: new Secret(token),
			};
			return {credential, source: `environment ${variable.name}`};
		},
		async seen() {
			const hosts = new Set([...context.knownHosts, ...guessedHosts(context)]);
			const seen: SeenLogin[] = [];
			for (const host of hosts) {
				const hints = context.hintsFor(host);
				const variable = variableOf({host, hints});
				if (!variable) continue;
				const {username} = splitValue(variable.value);
				const fallback = hints.tool === 'gh' ? await githubOwner(context) : hints.tokenUsername;
				const name = username ?? fallback;
				seen.push({
					host,
					source: `environment ${variable.name}`,
					...(name === undefined ? {} : {username: name}),
				});
			}
			return seen;
		},
		removal: ({source}) => `Unset ${source.replace('environment ', '')} in your shell.`,
	};
}

function splitValue(value: string): {readonly username?: string; readonly token: string} {
	const colon = value.indexOf(':');
	if (colon < 0) return {token: value};
	const token = value.slice(colon + 1);
	return colon === 0 ? {token} : {username: value.slice(0, colon), token};
}

/** The user name for a bare token. Token services look at the token; most take any name with it. */
async function tokenUsername(hints: CredentialHints, context: SourceContext): Promise<string> {
	if (hints.tokenUsername !== undefined) return hints.tokenUsername;
	return (hints.tool === 'gh' ? await githubOwner(context) : undefined) ?? 'token';
}

/** In a GitHub workflow the actor goes with the token; elsewhere the account that gh is logged in as. */
async function githubOwner(context: SourceContext): Promise<string | undefined> {
	return context.environment['GITHUB_ACTOR'] || githubUsername(context);
}

/**
 * Hosts that variable names may stand for. `_` stands for every other character, so longer names,
 * which could hide a hyphen or a port, are left out.
 */
function guessedHosts({environment, knownHosts}: SourceContext): string[] {
	const known = new Set(knownHosts.map(host => tokenVariable(host)));
	return Object.keys(environment)
		.filter(name => name.startsWith(prefix) && !known.has(name))
		.map(name => name.slice(prefix.length).toLowerCase().split('_'))
		.filter(
			parts =>
				(parts.length === 2 || parts.length === 3) &&
				parts.every(part => part !== '') &&
				/^[a-z]{2,}$/.test(parts.at(-1)!),
		)
		.map(parts => parts.join('.'));
}
