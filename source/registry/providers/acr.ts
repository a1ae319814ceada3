import {
	deleteAcrManifest,
	listAcrRepositories,
	listAcrTags,
	listAcrUntagged,
	previewAcrManifest,
	untagAcr,
} from './acr-api.ts';
import {checkAnyPath} from './names.ts';
import type {NameProblem, RegistryProvider} from './provider.ts';
import {isRehearsal} from './rehearsal.ts';

/** User name under which ACR takes a refresh token as password (`az acr login --expose-token`). */
const tokenUser = '00000000-0000-0000-0000-000000000000';
const cloudSuffix = /\.azurecr\.(?:io|cn|us|eaglex\.ic\.gov|microsoft\.scloud)$/;
/** Registry name, then the hash that registries with a domain name label carry. */
const hostPattern =
	/^[a-z\d]{5,50}(?:-[a-z\d]+)?\.azurecr\.(?:io|cn|us|eaglex\.ic\.gov|microsoft\.scloud)$/;

/** Azure Container Registry: the login server is the host, and no owner is needed below it. */
export const acr: RegistryProvider = {
	id: 'acr',
	title: 'Azure Container Registry',
	label: 'acr',
	matches: host => cloudSuffix.test(host) || isRehearsal(host, 'azurecr'),
	apiHost: domain => domain,
	refreshTokenUsername: tokenUser,
	namespaceRequired: false,
	completeHost: typed => {
		const host = typed.trim().toLowerCase();
		return host.includes('.') ? host : `${host}.azurecr.io`;
	},
	checkHost,
	checkPath: checkAnyPath,
	forbiddenHint: ({username}) =>
		`${username && username !== tokenUser ? `${username} needs` : 'The login needs'} the role AcrPush on the registry to push, AcrPull to pull; with a repository-scoped token, content/write on the repository.`,
	credentials: {
		environmentVariables: [],
		dockerConfigKeys: [],
		tokenUsername: tokenUser,
		tool: 'az',
	},
	login: {
		steps: [
			'With the Azure command line: az login, then az acr login --name REGISTRY; regbench finds that by itself.',
			`With a token: user ${tokenUser}, password from az acr login --name REGISTRY --expose-token.`,
			'With a service principal: its application ID and secret. With the admin user: the registry name and one of its two passwords (off by default).',
		],
		scopes: ['AcrPull', 'AcrPush', 'AcrDelete'],
		usernameLabel: 'User name, application ID or token name',
		passwordLabel: 'Password or token',
		defaultUsername: tokenUser,
	},
	repositories: {by: 'vendor', list: listAcrRepositories},
	tagEntries: listAcrTags,
	untaggedEntries: listAcrUntagged,
	removal: {
		untag: untagAcr,
		manifest: deleteAcrManifest,
		preview: previewAcrManifest,
		actions: ['pull', 'delete'],
	},
	vendorOrigins: [],
	tested: 'rehearsed',
	summary: {
		browse: 'repositories, tags with times, sizes and locks, platforms, referrers',
		remove: 'tags, manifests; not what is locked',
	},
};

function checkHost(host: string): NameProblem | undefined {
	if (hostPattern.test(host) || isRehearsal(host, 'azurecr')) return undefined;
	const lower = host.toLowerCase();
	return {
		message:
			'The name of an Azure registry has 5 to 50 letters and digits; its login server may carry a hash after a "-"',
		...(hostPattern.test(lower) ? {repaired: lower} : {}),
	};
}
