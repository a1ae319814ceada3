/**
 * `az`: a login for an Azure registry, by `az acr login --expose-token` or, where that is refused
 * (the registry is in a subscription that az does not look into, say), by exchanging az's own
 * Entra token at the registry.
 */
import {join} from 'node:path';
import type {Credential, Secret} from '../../domain/credential.ts';
import {RegbenchError} from '../../domain/errors.ts';
import {parseObject, readBounded} from '../auth-file.ts';
import type {Query, SourceContext} from '../source-context.ts';
import {minuteMs, printedToken, toolFailed, type Tool} from './tool.ts';

export const azureTool: Tool = {
	program: 'az',
	source: 'az login',
	removal: 'Run az logout.',
	// What az hands out is good for about three hours.
	keepMs: 60 * minuteMs,
	ask: askAzure,
};

/** The user name with which ACR takes a token in place of a password. */
const tokenUser = '00000000-0000-0000-0000-000000000000';
/** An Entra token is good for much more than registries: it goes to Azure's own hosts only. */
const azureHost = /^[a-z0-9-]+\.azurecr\.(?:io|cn|us)$/;
/** Registries may refuse az's usual tokens (audience ARM), and take those made for registries alone. */
const audiences = [undefined, 'https://containerregistry.azure.net'] as const;

async function askAzure(query: Query, context: SourceContext): Promise<Credential | undefined> {
	if (azureRegistryName(query.host) === undefined) return undefined;
	if (!(await azureHasAccount(context))) return undefined;
	const exposed = await exposedToken(query, context);
	if (!(exposed instanceof RegbenchError)) return exposed && login(exposed);
	const exchanged = await exchangedToken(query, context);
	if (exchanged === undefined) throw exposed;
	return login(exchanged);
}

function login(password: Secret): Credential {
	return {kind: 'basic', username: tokenUser, password};
}

/** The token, undefined when nobody is logged in to az, or why az had none to give. */
async function exposedToken(
	{host, signal}: Query,
	context: SourceContext,
): Promise<Secret | RegbenchError | undefined> {
	const registry = azureRegistryName(host)!;
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
		return toolFailed(`az has no login for ${host}`, hint);
	}
	const {accessToken, loginServer} = parseObject(stdout) ?? {};
	const token = typeof accessToken === 'string' ? printedToken(accessToken) : undefined;
	if (!token) return toolFailed(`az gave no token for ${host}`, hint);
	// The token must not go to another registry than the one it was made for.
	if (typeof loginServer !== 'string' || loginServer.toLowerCase() !== host) {
		return toolFailed(
			`az gave a login for another registry than ${host}`,
			`Check the name of the registry: az acr show --name ${registry}.`,
		);
	}
	return token;
}

/** A registry's refresh token for az's Entra token; undefined when there is none to be had. */
async function exchangedToken(
	{host, signal}: Query,
	context: SourceContext,
): Promise<Secret | undefined> {
	const exchange = context.exchangeEntraToken;
	if (!exchange || !azureHost.test(host)) return undefined;
	for (const audience of audiences) {
		const entra = await entraToken(audience, context, signal);
		if (!entra) continue;
		try {
			const {token, tenant} = entra;
			return await exchange(host, token, {signal, ...(tenant === undefined ? {} : {tenant})});
		} catch (error) {
			if (!(error instanceof RegbenchError) || error.code === 'CANCELLED') throw error;
			// Whoever cannot be reached with one token cannot be reached with another.
			if (error.code !== 'UNAUTHORIZED' && error.code !== 'FORBIDDEN') return undefined;
		}
	}
	return undefined;
}

async function entraToken(
	audience: string | undefined,
	{run, environment}: SourceContext,
	signal: AbortSignal | undefined,
): Promise<{readonly token: Secret; readonly tenant: string | undefined} | undefined> {
	const resource = audience === undefined ? [] : ['--resource', audience];
	const {exitCode, stdout} = await run({
		command: 'az',
		args: ['account', 'get-access-token', ...resource, '--output', 'json'],
		environment,
		timeoutMs: 60_000,
		signal,
	});
	if (exitCode !== 0) return undefined;
	const {accessToken, tenant} = parseObject(stdout) ?? {};
	const token = typeof accessToken === 'string' ? printedToken(accessToken) : undefined;
	return token && {token, tenant: typeof tenant === 'string' ? tenant : undefined};
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
