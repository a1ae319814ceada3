import {checkAnyPath} from './names.ts';
import type {RegistryProvider} from './provider.ts';

/** GitLab.com's registry: `registry.gitlab.com/GROUP/PROJECT[/IMAGE]`, logins checked by gitlab.com. */
export const gitlab: RegistryProvider = {
	id: 'gitlab',
	title: 'GitLab Container Registry',
	label: 'gitlab',
	matches: host => host === 'registry.gitlab.com',
	apiHost: domain => domain,
	tokenHost: 'gitlab.com',
	namespaceRequired: true,
	namespaceLabel: 'group',
	checkPath: path =>
		checkAnyPath(path) ??
		(path.includes('/')
			? undefined
			: {message: 'On registry.gitlab.com a name begins with group and project: GROUP/PROJECT'}),
	webAddress: (_host, path) => {
		const [group, project] = path.split('/');
		return group && project
			? `https://gitlab.com/${group}/${project}/container_registry`
			: undefined;
	},
	forbiddenHint: ({username, namespace, deed}) =>
		deed === 'read'
			? `${username ? `${username} needs` : 'The login needs'} the role Reporter in ${namespace || 'the project'}, and the token needs read_registry.`
			: `${username ? `${username} needs` : 'The login needs'} the role Developer in ${namespace || 'the project'}, the project has to exist, and the token needs write_registry.`,
	credentials: {
		environmentVariables: [],
		dockerConfigKeys: [],
	},
	login: {
		steps: [
			'User name: your GitLab user name. Password: a personal access token.',
			'A deploy token or a project access token works as well, with its own user name.',
		],
		tokenPage:
			'https://gitlab.com/-/user_settings/personal_access_tokens?name=regbench&scopes=read_registry,write_registry',
		scopes: ['read_registry', 'write_registry'],
		usernameLabel: 'GitLab user name',
		passwordLabel: 'Access token',
	},
	repositories: {
		by: 'name',
		reason:
			'GitLab has no list for clients of its registry: type GROUP/PROJECT or GROUP/PROJECT/IMAGE.',
	},
	removal: {untag: 'distribution', manifest: 'distribution'},
	vendorOrigins: [],
	tested: 'scripted',
	summary: {
		browse: 'the name is typed; tags, platforms, referrers',
		remove: 'tags and manifests where the registry takes it',
	},
};
