import {
	deleteGoogleManifest,
	listGoogleRepositories,
	listGoogleTags,
	previewGoogleManifest,
} from './google-api.ts';
import {checkAnyPath} from './names.ts';
import type {RegistryProvider} from './provider.ts';

/** Google Artifact Registry: `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE`, and gcr.io, which it serves. */
export const google: RegistryProvider = {
	id: 'google',
	title: 'Google Artifact Registry',
	label: 'google',
	matches: host => host === 'gcr.io' || host.endsWith('.gcr.io') || host.endsWith('.pkg.dev'),
	apiHost: domain => domain,
	namespaceRequired: true,
	namespaceLabel: 'project',
	checkPath: path => checkAnyPath(path) ?? checkDepth(path),
	checkHostPath: (host, path) =>
		host.endsWith('.pkg.dev') && path.split('/').length < 3
			? {message: `On ${host} a name is PROJECT/REPOSITORY/IMAGE`}
			: undefined,
	missingHint: (domain, path) => {
		const [project = 'PROJECT', repository = 'REPOSITORY'] = path.split('/');
		if (!domain.endsWith('-docker.pkg.dev')) {
			return `Check that the project ${project} has a gcr.io repository and that the login may see it.`;
		}
		const location = domain.slice(0, -'-docker.pkg.dev'.length);
		return `A repository of Artifact Registry has to be made before the first push: gcloud artifacts repositories create ${repository} --repository-format=docker --location=${location} --project=${project}`;
	},
	webAddress: (host, path) => `https://${host}/${path}`,
	forbiddenHint: ({namespace}) =>
		`The login needs the role Artifact Registry Writer on ${namespace.split('/')[0] || 'the project'} to push, Reader to pull, Repository Administrator to delete.`,
	credentials: {
		environmentVariables: [],
		dockerConfigKeys: [],
		tokenUsername: 'oauth2accesstoken',
		tool: 'gcloud',
	},
	login: {
		steps: [
			'With the gcloud command line: gcloud auth login; regbench then asks it by itself.',
			'By hand: user oauth2accesstoken, password from gcloud auth print-access-token. It is good for an hour.',
			'With a service account: user _json_key, password the whole JSON key; or _json_key_base64.',
		],
		tokenPage: 'https://console.cloud.google.com/iam-admin/serviceaccounts',
		scopes: ['roles/artifactregistry.writer'],
		usernameLabel: 'User name',
		passwordLabel: 'Access token or JSON key',
		defaultUsername: 'oauth2accesstoken',
	},
	repositories: {by: 'vendor', list: listGoogleRepositories},
	tagEntries: listGoogleTags,
	removal: {
		untag: 'distribution',
		manifest: deleteGoogleManifest,
		preview: previewGoogleManifest,
		actions: ['pull', 'push'],
		note: 'Its tags are taken away one by one before the manifest goes.',
	},
	vendorOrigins: [],
	tested: 'scripted',
	summary: {
		browse: 'repositories of a project, tags with times and sizes, platforms, referrers',
		remove: 'tags, manifests',
	},
};

function checkDepth(path: string) {
	if (path.includes('/')) return undefined;
	return {message: 'On Google’s registries a name begins with its project: PROJECT/IMAGE'};
}
