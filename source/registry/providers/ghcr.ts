import {
	listPackages,
	listPackageTags,
	listUntaggedVersions,
	packageFacts,
} from './github-packages.ts';
import {deleteVersion, previewVersion} from './github-removal.ts';
import {checkAnyPath} from './names.ts';
import type {RegistryProvider} from './provider.ts';
import {isRehearsal} from './rehearsal.ts';

const scopes = ['write:packages', 'delete:packages'];

/** GitHub Container Registry: `ghcr.io/OWNER/IMAGE`, the owner being a user or organisation in lower case. */
export const ghcr: RegistryProvider = {
	id: 'ghcr',
	title: 'GitHub Container Registry',
	label: 'ghcr',
	matches: host => host === 'ghcr.io' || isRehearsal(host, 'ghcr'),
	apiHost: domain => domain,
	namespaceRequired: true,
	namespaceLabel: 'owner',
	checkPath: path => checkAnyPath(path) ?? checkOwner(path),
	// GitHub sends both users and organisations on from the short form.
	webAddress: (host, path) => {
		if (host !== 'ghcr.io') return undefined;
		const [owner, ...name] = path.split('/');
		if (!owner || name.length === 0) return undefined;
		return `https://github.com/${owner}/packages/container/package/${encodeURIComponent(name.join('/'))}`;
	},
	forbiddenHint: ({username, source, namespace, deed}) => {
		const owner = namespace.split('/')[0] || 'the owner';
		const isForeign = username !== undefined && username.toLowerCase() !== owner.toLowerCase();
		if (deed === 'read') {
			return isForeign
				? `A private package is shown only to whom ${owner} has given access, with a token that has the scope read:packages.`
				: 'GitHub says this of a mistyped, expired or revoked token, too: check it, and that it has the scope read:packages.';
		}
		if (deed === 'delete') {
			return 'The token needs the scope delete:packages, and the login the role Admin on the package.';
		}
		if (isForeign) {
			return `Push to ghcr.io/${username.toLowerCase()}, or use a token that may write packages of ${owner} (an organisation with single sign-on must authorise it).`;
		}
		if (source === 'gh login') {
			return 'The token of gh may not write packages yet: run gh auth refresh -h github.com -s write:packages,delete:packages.';
		}
		return `The token needs the scope write:packages, and has to be a classic one: fine-grained tokens do not work for packages.`;
	},
	credentials: {
		environmentVariables: ['CR_PAT', 'GHCR_TOKEN', 'GITHUB_TOKEN'],
		dockerConfigKeys: [],
		tool: 'gh',
	},
	login: {
		steps: [
			'User name: your GitHub login. Password: a classic personal access token.',
			'Make the token on the page below, where its scopes are ticked already.',
			'Fine-grained tokens do not work for packages; with single sign-on, authorise the token for the organisation.',
		],
		tokenPage: `https://github.com/settings/tokens/new?scopes=${scopes.join(',')}&description=regbench`,
		scopes,
		usernameLabel: 'GitHub login',
		passwordLabel: 'Personal access token (classic)',
	},
	repositories: {by: 'vendor', list: listPackages},
	tagEntries: listPackageTags,
	untaggedEntries: listUntaggedVersions,
	facts: packageFacts,
	removal: {
		untag: 'no',
		manifest: deleteVersion,
		preview: previewVersion,
		lastTagged: 'GitHub deletes the last version with a tag only together with the whole package',
		note: 'GitHub deletes a version with every tag on it; within 30 days it can be restored. Platforms of an index stay behind as versions without a tag.',
	},
	vendorOrigins: ['https://api.github.com'],
	tested: 'rehearsed',
	summary: {
		browse: 'packages, tags with times, visibility, platforms, referrers',
		remove:
			'versions (all tags on them), a tag alone by way of an empty manifest; never a part of a tagged index',
	},
};

function checkOwner(path: string) {
	if (path.includes('/')) return undefined;
	return {message: 'On ghcr.io a name begins with its owner: OWNER/IMAGE'};
}
