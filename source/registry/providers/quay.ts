import {checkAnyPath} from './names.ts';
import type {RegistryProvider} from './provider.ts';

/** Red Hat Quay at quay.io: `quay.io/NAMESPACE/REPOSITORY`. */
export const quay: RegistryProvider = {
	id: 'quay',
	title: 'Quay',
	label: 'quay',
	matches: host => host === 'quay.io',
	apiHost: domain => domain,
	namespaceRequired: true,
	namespaceLabel: 'namespace',
	completeHost: () => 'quay.io',
	checkPath: path =>
		checkAnyPath(path) ??
		(path.includes('/')
			? undefined
			: {message: 'On quay.io a name begins with its namespace: NAMESPACE/REPOSITORY'}),
	webAddress: (_host, path) => `https://quay.io/repository/${path}`,
	forbiddenHint: ({username, namespace, deed}) =>
		`${username ? `${username} needs` : 'The login needs'} ${deed === 'read' ? 'read' : 'write'} access in ${namespace || 'the namespace'}; a robot account (NAMESPACE+ROBOT) has to be given it for each repository.`,
	credentials: {
		environmentVariables: [],
		dockerConfigKeys: [],
	},
	login: {
		steps: [
			'With a robot account: user NAMESPACE+ROBOT, password its token.',
			'With an application token: user $app, password the token. With an OAuth token: user $oauthtoken.',
			'With your own account: user name, and the encrypted password from the settings of quay.io.',
		],
		tokenPage: 'https://quay.io/user/?tab=robots',
		scopes: ['Write'],
		usernameLabel: 'User name or robot account',
		passwordLabel: 'Token or encrypted password',
	},
	repositories: {by: 'catalogue'},
	removal: {
		untag: 'distribution',
		manifest: 'distribution',
		actions: ['pull', 'push'],
		note: 'On quay.io what was deleted can be restored for a while (time machine).',
	},
	vendorOrigins: [],
	tested: 'scripted',
	summary: {
		browse: 'repositories that the login sees, tags, platforms, referrers',
		remove: 'tags, manifests',
	},
};
