import {
	deleteHubTag,
	hubOrigin,
	hubRateLimit,
	listHubRepositories,
	listHubTags,
} from './hub-api.ts';
import {checkAnyPath} from './names.ts';
import type {RegistryProvider} from './provider.ts';

/**
 * Docker Hub, which has five names: `docker.io` in references, `registry-1.docker.io` for the API,
 * `auth.docker.io` for tokens, `registry.docker.io` as service, and a URL as key of its login.
 */
export const dockerHub: RegistryProvider = {
	id: 'docker-hub',
	title: 'Docker Hub',
	label: 'hub',
	matches: host => ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(host),
	apiHost: () => 'registry-1.docker.io',
	tokenHost: 'auth.docker.io',
	namespaceRequired: true,
	namespaceLabel: 'namespace',
	completeHost: () => 'docker.io',
	// Hub itself takes NAMESPACE/REPOSITORY only, but longer names without a host are usual for local images.
	checkPath: checkAnyPath,
	webAddress: (_host, path) =>
		path.startsWith('library/')
			? `https://hub.docker.com/_/${path.slice('library/'.length)}`
			: `https://hub.docker.com/r/${path}`,
	forbiddenHint: ({namespace, deed}) =>
		deed === 'read' || deed === 'delete'
			? `The login needs access to ${namespace || 'the repository'}, and a token that may ${deed}.`
			: namespace === 'library'
				? 'A name without owner belongs to the official images: push under docker.io/YOUR-LOGIN/NAME.'
				: `Push under a namespace of your own instead of ${namespace || 'this one'}, with a token that may write.`,
	credentials: {
		environmentVariables: [],
		dockerConfigKeys: [
			'https://index.docker.io/v1/',
			'docker.io',
			'index.docker.io',
			'registry-1.docker.io',
		],
	},
	login: {
		steps: [
			'User name: your Docker ID. Password: a personal access token with the right to write.',
			'Passwords do not work where two-factor login or single sign-on is on.',
		],
		tokenPage: 'https://app.docker.com/settings/personal-access-tokens',
		scopes: ['Read, Write, Delete'],
		usernameLabel: 'Docker ID',
		passwordLabel: 'Personal access token',
	},
	repositories: {by: 'vendor', list: listHubRepositories},
	tagEntries: listHubTags,
	rateLimit: hubRateLimit,
	removal: {
		untag: deleteHubTag,
		manifest: 'distribution',
		actions: ['pull', 'push', 'delete'],
		note: 'Docker Hub deletes a manifest only when no tag and no index points at it.',
	},
	vendorOrigins: [hubOrigin],
	tested: 'scripted',
	summary: {
		browse: 'repositories, tags with times and sizes, platforms, referrers, pull limit',
		remove: 'tags; manifests without a tag',
	},
};
