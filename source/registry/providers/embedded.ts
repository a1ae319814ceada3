import {checkAnyPath} from './names.ts';
import type {RegistryProvider} from './provider.ts';

/**
 * The registry that regbench serves itself. No host name tells it from another registry on this
 * machine: a target names it by its id.
 */
export const embedded: RegistryProvider = {
	id: 'embedded',
	title: 'Embedded registry',
	label: 'local',
	matches: () => false,
	apiHost: domain => domain,
	namespaceRequired: false,
	checkPath: checkAnyPath,
	forbiddenHint: () => 'The embedded registry was started with rules that do not allow this name.',
	credentials: {environmentVariables: [], dockerConfigKeys: []},
	login: {
		steps: ['The user name and password that regbench serve showed when it started.'],
		scopes: [],
		usernameLabel: 'User name',
		passwordLabel: 'Password',
	},
	repositories: {by: 'catalogue'},
	removal: {untag: 'distribution', manifest: 'distribution'},
	vendorOrigins: [],
	tested: 'live',
	summary: {
		browse: 'repositories, tags, platforms, referrers',
		remove: 'tags, manifests',
	},
};
