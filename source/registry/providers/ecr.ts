import {checkAnyPath} from './names.ts';
import type {RegistryProvider} from './provider.ts';

const hostPattern = /^\d{12}\.dkr\.ecr(?:-fips)?\.([a-z\d-]+)\.amazonaws\.com(?:\.cn)?$/;

/** Amazon Elastic Container Registry, private: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY`, made beforehand. */
export const ecr: RegistryProvider = {
	id: 'ecr',
	title: 'Amazon ECR',
	label: 'ecr',
	matches: host => hostPattern.test(host),
	apiHost: domain => domain,
	namespaceRequired: false,
	namespaceLabel: 'prefix',
	checkPath: path =>
		checkAnyPath(path) ??
		(path.length < 2 ? {message: 'On Amazon ECR a name has 2 to 256 characters'} : undefined),
	missingHint: (domain, path) =>
		`A repository of Amazon ECR has to be made before the first push: aws ecr create-repository --region ${regionOf(domain)} --repository-name ${path}`,
	forbiddenHint: () =>
		'The AWS identity needs ecr:BatchCheckLayerAvailability, ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload and ecr:PutImage on the repository; see aws sts get-caller-identity.',
	credentials: {
		environmentVariables: [],
		dockerConfigKeys: [],
		tokenUsername: 'AWS',
		tool: 'aws',
	},
	login: {
		steps: [
			'With the AWS command line: aws configure (or aws sso login); regbench then asks it by itself.',
			'By hand: user AWS, password from aws ecr get-login-password --region REGION. It is good for 12 hours.',
			'With docker-credential-ecr-login as credential helper, logins are found as well.',
		],
		scopes: ['ecr:GetAuthorizationToken'],
		usernameLabel: 'User name',
		passwordLabel: 'Password of get-login-password',
		defaultUsername: 'AWS',
	},
	repositories: {by: 'catalogue'},
	removal: {
		untag: 'distribution',
		manifest: 'distribution',
		note: 'Where it refuses: aws ecr batch-delete-image --repository-name NAME --image-ids imageTag=TAG (or imageDigest=DIGEST).',
	},
	vendorOrigins: [],
	tested: 'scripted',
	summary: {
		browse: 'repositories where the catalogue answers, tags, platforms, referrers',
		remove: 'tags and manifests where the registry takes it, else by aws',
	},
};

function regionOf(host: string): string {
	return hostPattern.exec(host)?.[1] ?? 'REGION';
}
