/** `gcloud`: the Google command line's access token, good for at most an hour. */
import {access} from 'node:fs/promises';
import {join} from 'node:path';
import type {Credential} from '../../domain/credential.ts';
import type {Query, SourceContext} from '../source-context.ts';
import {minuteMs, printedToken, toolFailed, type Tool} from './tool.ts';

const command = 'gcloud auth print-access-token';

export const googleTool: Tool = {
	program: 'gcloud',
	source: 'gcloud login',
	removal: 'Run gcloud auth revoke.',
	// gcloud hands out the same token until shortly before its end, so it may be half used up already.
	keepMs: 20 * minuteMs,
	ask: askGoogle,
};

async function askGoogle(
	{host, signal}: Query,
	context: SourceContext,
): Promise<Credential | undefined> {
	if (!(await googleHasAccount(context))) return undefined;
	const {exitCode, stdout, stderr} = await context.run({
		command: 'gcloud',
		args: ['auth', 'print-access-token', '--quiet'],
		environment: context.environment,
		timeoutMs: 30_000,
		signal,
	});
	if (exitCode !== 0) {
		if (/do(?:es)? not currently have an active account/i.test(stderr)) return undefined;
		const expired = /reauthentication|refreshing your current auth tokens|invalid_grant/i;
		throw toolFailed(
			`gcloud has no login for ${host}`,
			expired.test(stderr)
				? 'Run gcloud auth login, then try again.'
				: `Run ${command} to see what is wrong, or log in with a service account key.`,
		);
	}
	const password = printedToken(stdout);
	if (!password) {
		throw toolFailed(`gcloud gave no token for ${host}`, `Run ${command} to see what is wrong.`);
	}
	return {kind: 'basic', username: 'oauth2accesstoken', password};
}

/** gcloud takes a second or two to say that it has no account, so its folder is looked at first. */
async function googleHasAccount({
	environment,
	homeFolder,
	platform,
}: SourceContext): Promise<boolean> {
	const {CLOUDSDK_CONFIG, APPDATA, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE} = environment;
	if (CLOUDSDK_AUTH_ACCESS_TOKEN_FILE) return true;
	const standard =
		platform === 'win32' && APPDATA
			? join(APPDATA, 'gcloud')
			: join(homeFolder, '.config', 'gcloud');
	return access(join(CLOUDSDK_CONFIG || standard, 'credentials.db')).then(
		() => true,
		() => false,
	);
}
