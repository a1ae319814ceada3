/** Logins handed out by a registry's own command-line tool: `gh` for GHCR, `az` for ACR. */
import {join} from 'node:path';
import {Secret, type Credential, type FoundCredential} from '../domain/credential.ts';
import {RegbenchError} from '../domain/errors.ts';
import {findProgram} from '../process/find-program.ts';
import {parseObject, readBounded} from './auth-file.ts';
import type {CredentialHints} from './credentials.ts';
import {githubUsername} from './github-hosts.ts';
import type {Query, Source, SourceContext} from './source-context.ts';

type ToolName = NonNullable<CredentialHints['tool']>;

type Tool = {
	readonly source: string;
	readonly removal: string;
	/** How long an answer may be used again: both tools take seconds. */
	readonly keepMs: number;
	/** The login; undefined when the tool has none to give. Called only when the tool is installed. */
	readonly ask: (query: Query, context: SourceContext) => Promise<Credential | undefined>;
};

const minuteMs = 60_000;

const tools: Readonly<Record<ToolName, Tool>> = {
	gh: {source: 'gh login', removal: 'Run gh auth logout.', keepMs: 5 * minuteMs, ask: askGithub},
	// What az hands out is good for about three hours.
	az: {source: 'az login', removal: 'Run az logout.', keepMs: 10 * minuteMs, ask: askAzure},
};

/** Registry whose logins gh has, and the host gh itself is logged in to. */
const githubRegistry = 'ghcr.io';
const github = 'github.com';

/** The user name with which ACR takes a token in place of a password. */
const azureTokenUser = '00000000-0000-0000-0000-000000000000';

/** Asks the tool that the host's hints name, when it is installed. */
export function providerToolSource(context: SourceContext): Source {
	const kept = new Map<string, {readonly found: FoundCredential; readonly until: number}>();
	return {
		async find(query) {
			const name = query.hints.tool;
			if (name === undefined) return undefined;
			const known = kept.get(query.host);
			if (known && known.until > context.now()) return known.found;
			if ((await findProgram(name, context.environment)) === undefined) return undefined;
			const {ask, source, keepMs} = tools[name];
			const credential = await ask(query, context);
			if (!credential) return undefined;
			const found = {credential, source};
			kept.set(query.host, {found, until: context.now() + keepMs});
			return found;
		},
		async seen() {
			const username = await githubUsername(context);
			if (username === undefined) return [];
			if ((await findProgram('gh', context.environment)) === undefined) return [];
			return [{host: githubRegistry, source: tools.gh.source, username}];
		},
		removal: ({source}) => Object.values(tools).find(tool => tool.source === source)?.removal,
		invalidate: host => kept.delete(host),
	};
}

/** Exit codes other than 0 mean that gh has no login: no reason to warn anybody. */
async function askGithub({signal}: Query, context: SourceContext): Promise<Credential | undefined> {
	const {run, environment} = context;
	const gh = async (...args: string[]) => {
		const request = {command: 'gh', args, environment, timeoutMs: 15_000, signal};
		const {exitCode, stdout} = await run(request);
		return exitCode === 0 ? stdout.trim() : '';
	};
	const token = await gh('auth', 'token', '--hostname', github);
	if (!/^[\x21-\x7E]+$/.test(token)) return undefined;
	// With a token in the environment, the account in gh's file may be another one.
	const {GH_TOKEN, GITHUB_TOKEN} = environment;
	const inFile = GH_TOKEN || GITHUB_TOKEN ? undefined : await githubUsername(context);
	const asked =
		inFile ?? (await gh('api', 'user', '--hostname', github, '--jq', '.login').catch(() => ''));
	const username = /^[\w.-]+(?:\[bot\])?$/.test(asked) ? asked : environment['GITHUB_ACTOR'];
	// GHCR goes by the token and takes any user name with it, so a name is never worth failing for.
	return {kind: 'basic', username: username || 'token', password: new Secret(token)};
}

async function askAzure(query: Query, context: SourceContext): Promise<Credential | undefined> {
	const {host, signal} = query;
	const registry = azureRegistryName(host);
	if (registry === undefined || !(await azureHasAccount(context))) return undefined;
	const command = `az acr login --name ${registry} --expose-token`;
	const hint = `Run ${command} to see what is wrong, or log in with a token.`;
	const {exitCode, stdout, stderr} = await context.run({
		command: 'az',
		args: ['acr', 'login', '--name', registry, '--expose-token', '--output', 'json'],
		environment: context.environment,
		timeoutMs: 60_000,
		signal,
	});
	if (exitCode !== 0) {
		// Not being logged in to Azure at all is nothing to warn of.
		if (/az login/.test(stderr)) return undefined;
		throw new RegbenchError('CREDENTIAL_HELPER_FAILED', `az has no login for ${host}`, {hint});
	}
	const {accessToken, loginServer} = parseObject(stdout) ?? {};
	if (typeof accessToken !== 'string' || accessToken === '') {
		throw new RegbenchError('CREDENTIAL_HELPER_FAILED', `az gave no token for ${host}`, {hint});
	}
	// The token must not go to another registry than the one it was made for.
	if (typeof loginServer !== 'string' || loginServer.toLowerCase() !== host) {
		throw new RegbenchError(
			'CREDENTIAL_HELPER_FAILED',
			`az gave a login for another registry than ${host}`,
			{hint: `Check the name of the registry: az acr show --name ${registry}.`},
		);
	}
	return {kind: 'basic', username: azureTokenUser, password: new Secret(accessToken)};
}

/**
 * `coursereg.azurecr.io` and, with a domain name label, `coursereg-a1b2c3.azurecr.io` are both the
 * registry `coursereg`; its name has 5 to 50 letters and digits.
 */
export function azureRegistryName(host: string): string | undefined {
	const [name = ''] = host.split(/[.-]/, 1);
	return /^[a-z0-9]{5,50}$/i.test(name) ? name : undefined;
}

/** Looks into az's profile first, because starting az to hear that nobody is logged in takes seconds. */
async function azureHasAccount({environment, homeFolder}: SourceContext): Promise<boolean> {
	const folder = environment['AZURE_CONFIG_DIR'] || join(homeFolder, '.azure');
	const text = await readBounded(join(folder, 'azureProfile.json')).catch(() => '');
	if (text === undefined) return false;
	const subscriptions = parseObject(text)?.['subscriptions'];
	return !Array.isArray(subscriptions) || subscriptions.length > 0;
}
