/** `aws`: passwords for Amazon's private and public registries, good for twelve hours. */
import {access, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Credential} from '../../domain/credential.ts';
import type {Query, SourceContext} from '../source-context.ts';
import {minuteMs, printedToken, toolFailed, type Tool} from './tool.ts';

const shared = {
	program: 'aws',
	source: 'aws login',
	removal: 'Run aws sso logout, or remove the profile with aws configure.',
	keepMs: 11 * 60 * minuteMs,
} as const;

/** Private registries: the password is of one region, which the host names. */
export const awsTool: Tool = {
	...shared,
	async ask(query, context) {
		const region = ecrRegion(query.host);
		if (region === undefined) return undefined;
		return askAws(['ecr', 'get-login-password', '--region', region], query, context);
	},
};

/** The public registry's logins come from one region, wherever it is used from. */
export const awsPublicTool: Tool = {
	...shared,
	ask: async (query, context) =>
		askAws(['ecr-public', 'get-login-password', '--region', 'us-east-1'], query, context),
};

/**
 * The region in `ACCOUNT.dkr.ecr.REGION.amazonaws.com`, its FIPS and China forms, and the dual-stack
 * form `ACCOUNT.dkr-ecr.REGION.on.aws`.
 */
export function ecrRegion(host: string): string | undefined {
	return /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d+)\.(?:amazonaws\.com(?:\.cn)?|on\.(?:aws|amazonwebservices\.com\.cn))$/.exec(
		host,
	)?.[1];
}

async function askAws(
	args: readonly string[],
	{host, signal}: Query,
	context: SourceContext,
): Promise<Credential | undefined> {
	if (!(await awsHasAccount(context))) return undefined;
	const {exitCode, stdout, stderr} = await context.run({
		command: 'aws',
		args,
		environment: context.environment,
		timeoutMs: 30_000,
		signal,
	});
	const hint = `Run aws ${args.join(' ')} to see what is wrong, or log in with a token.`;
	if (exitCode !== 0) {
		if (/unable to locate credentials|could not be found/i.test(stderr)) return undefined;
		const expired = /expired|sso session/i.test(stderr);
		throw toolFailed(
			`aws has no login for ${host}${expired ? ': its own session has expired' : ''}`,
			expired ? 'Run aws sso login (or renew the keys of the profile), then try again.' : hint,
		);
	}
	const password = printedToken(stdout);
	if (!password) throw toolFailed(`aws gave no password for ${host}`, hint);
	return {kind: 'basic', username: 'AWS', password};
}

/**
 * Whether the tool can have an account at all: keys or a role in the environment, or a file of
 * profiles, or the role of an Amazon machine. Elsewhere it would wait for a metadata address in vain.
 */
async function awsHasAccount({environment, homeFolder}: SourceContext): Promise<boolean> {
	const inEnvironment = [
		'AWS_ACCESS_KEY_ID',
		'AWS_PROFILE',
		'AWS_WEB_IDENTITY_TOKEN_FILE',
		'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
		'AWS_CONTAINER_CREDENTIALS_FULL_URI',
	].some(name => environment[name]);
	if (inEnvironment) return true;
	const files = [
		environment['AWS_CONFIG_FILE'] || join(homeFolder, '.aws', 'config'),
		environment['AWS_SHARED_CREDENTIALS_FILE'] || join(homeFolder, '.aws', 'credentials'),
	];
	const found = await Promise.all(files.map(file => exists(file)));
	return found.includes(true) || isAmazonMachine();
}

function exists(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}

async function isAmazonMachine(): Promise<boolean> {
	const vendor = await readFile('/sys/class/dmi/id/sys_vendor', 'utf8').catch(() => '');
	return vendor.startsWith('Amazon');
}
