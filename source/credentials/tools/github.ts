/** `gh`: the GitHub command line's token, for GHCR. */
import type {Credential} from '../../domain/credential.ts';
import {githubUsername} from '../github-hosts.ts';
import type {Query, SourceContext} from '../source-context.ts';
import {minuteMs, printedToken, type Tool} from './tool.ts';

/** The host gh itself is logged in to. */
const github = 'github.com';

export const githubTool: Tool = {
	program: 'gh',
	source: 'gh login',
	removal: 'Run gh auth logout.',
	keepMs: 5 * minuteMs,
	ask: askGithub,
};

/** Exit codes other than 0 mean that gh has no login: no reason to warn anybody. */
async function askGithub({signal}: Query, context: SourceContext): Promise<Credential | undefined> {
	const {run, environment} = context;
	const gh = async (...args: string[]) => {
		const request = {command: 'gh', args, environment, timeoutMs: 15_000, signal};
		const {exitCode, stdout} = await run(request);
		return exitCode === 0 ? stdout.trim() : '';
	};
	const password = printedToken(await gh('auth', 'token', '--hostname', github));
	if (!password) return undefined;
	// With a token in the environment, the account in gh's file may be another one.
	const {GH_TOKEN, GITHUB_TOKEN} = environment;
	const inFile = GH_TOKEN || GITHUB_TOKEN ? undefined : await githubUsername(context);
	const asked =
		inFile ?? (await gh('api', 'user', '--hostname', github, '--jq', '.login').catch(() => ''));
	const username = /^[\w.-]+(?:\[bot\])?$/.test(asked) ? asked : environment['GITHUB_ACTOR'];
	// GHCR goes by the token and takes any user name with it, so a name is never worth failing for.
	return {kind: 'basic', username: username || 'token', password};
}
