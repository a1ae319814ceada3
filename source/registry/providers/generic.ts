import {checkAnyPath} from './names.ts';
import type {RegistryProvider} from './provider.ts';

/** Any registry of the OCI distribution API that has no record of its own. */
export const generic: RegistryProvider = {
	id: 'generic',
	title: 'OCI registry',
	label: 'oci',
	matches: () => true,
	apiHost: domain => domain,
	namespaceRequired: false,
	namespaceLabel: 'project',
	checkPath: checkAnyPath,
	forbiddenHint: ({username, namespace, deed}) =>
		`Ask the registry's operator whether ${username ?? 'your login'} may ${deed === 'read' || deed === 'delete' ? deed : 'write'}${namespace ? ` below ${namespace}` : ' there'}.`,
	credentials: {environmentVariables: [], dockerConfigKeys: []},
	login: {
		steps: [
			'User name and password (or access token) as the operator of the registry gave them to you.',
		],
		scopes: [],
		usernameLabel: 'User name',
		passwordLabel: 'Password or token',
	},
	repositories: {by: 'catalogue'},
	removal: {untag: 'distribution', manifest: 'distribution'},
	vendorOrigins: [],
	tested: 'live',
	summary: {
		browse: 'repositories by the catalogue where it has one, tags, platforms, referrers',
		remove: 'tags where it can, else manifests; both when its operator allows',
	},
};
