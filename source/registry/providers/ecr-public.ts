import {checkAnyPath} from './names.ts';
import type {RegistryProvider} from './provider.ts';

/** Amazon ECR Public: `public.ecr.aws/ALIAS/REPOSITORY`, managed in us-east-1 alone. */
export const ecrPublic: RegistryProvider = {
	id: 'ecr-public',
	title: 'Amazon ECR Public',
	label: 'ecrpub',
	matches: host => host === 'public.ecr.aws',
	apiHost: domain => domain,
	tokenScope: 'aws',
	blobCheck: 'first-byte',
	namespaceRequired: true,
	namespaceLabel: 'alias',
	completeHost: () => 'public.ecr.aws',
	checkPath: path =>
		checkAnyPath(path) ??
		(path.includes('/')
			? undefined
			: {message: 'On public.ecr.aws a name begins with its alias: ALIAS/REPOSITORY'}),
	missingHint: (_domain, path) =>
		`A repository of ECR Public has to be made before the first push: aws ecr-public create-repository --region us-east-1 --repository-name ${path.split('/').slice(1).join('/')}`,
	webAddress: (_host, path) => `https://gallery.ecr.aws/${path}`,
	forbiddenHint: ({namespace}) =>
		`The AWS identity must be allowed to write to the alias ${namespace.split('/')[0] ?? ''} (ecr-public:* and sts:GetServiceBearerToken); see aws sts get-caller-identity.`,
	credentials: {
		environmentVariables: [],
		dockerConfigKeys: [],
		tokenUsername: 'AWS',
		tool: 'aws-public',
	},
	login: {
		steps: [
			'Pulling needs no login. With the AWS command line configured, regbench asks it by itself.',
			'By hand: user AWS, password from aws ecr-public get-login-password --region us-east-1 (always that region). It is good for 12 hours.',
		],
		scopes: ['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken'],
		usernameLabel: 'User name',
		passwordLabel: 'Password of get-login-password',
		defaultUsername: 'AWS',
	},
	repositories: {
		by: 'name',
		reason:
			'ECR Public has no list for clients: type ALIAS/REPOSITORY, or see gallery.ecr.aws and aws ecr-public describe-repositories.',
	},
	removal: {
		untag: 'distribution',
		manifest: 'distribution',
		note: 'Where it refuses: aws ecr-public batch-delete-image --region us-east-1 --repository-name NAME --image-ids imageTag=TAG.',
	},
	vendorOrigins: [],
	tested: 'scripted',
	summary: {
		browse: 'the name is typed; tags, platforms, referrers',
		remove: 'tags and manifests where the registry takes it, else by aws',
	},
};
