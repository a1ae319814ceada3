/** Files that are secret by what they are, told by their names: what no rule sees in their text. */
import type {Severity} from '../domain/severity.ts';

export type SecretFile = {
	readonly rule: string;
	readonly severity: Severity;
	readonly title: string;
	/** What its text must hold for it to be one; absent where the name says it all. */
	readonly holds?: RegExp;
};

type Named = SecretFile & {readonly path: RegExp};

// Texts are looked at as far as they fit a block; patterns are bounded by lines.
const named: readonly Named[] = [
	{
		path: /(?:^|\/)\.docker\/config\.json$|(?:^|\/)\.dockercfg$|(?:^|\/)containers\/auth\.json$/,
		rule: 'docker-login',
		severity: 'critical',
		title: 'Logins of registries',
		holds: /"(?:auth|identitytoken|registrytoken)"\s{0,8}:\s{0,8}"[^"\s]{4,}"/,
	},
	{
		path: /(?:^|\/)\.npmrc$/,
		rule: 'npm-login',
		severity: 'critical',
		title: 'Login of an npm registry',
		holds: /^(?:.{0,300}:)?_(?:password|auth)\s{0,8}=\s{0,8}[^\s$]/m,
	},
	{
		path: /(?:^|\/)\.aws\/credentials$/,
		rule: 'aws-login',
		severity: 'critical',
		title: 'Login of AWS',
		holds: /aws_(?:secret_access_key|session_token)\s{0,8}=\s{0,8}\S/,
	},
	{
		path: /(?:^|\/)\.git-credentials$/,
		rule: 'git-login',
		severity: 'critical',
		title: 'Logins of git',
		holds: /:\/\/[^\s:@]+:[^\s@]+@/,
	},
	{
		path: /(?:^|\/)\.netrc$/,
		rule: 'netrc-login',
		severity: 'critical',
		title: 'Logins in .netrc',
		holds: /\bpassword\s{1,8}\S/,
	},
	{
		path: /(?:^|\/)\.pypirc$/,
		rule: 'pypi-login',
		severity: 'critical',
		title: 'Login of a Python index',
		holds: /^\s{0,8}password\s{0,8}[:=]\s{0,8}\S/m,
	},
	{
		path: /(?:^|\/)\.kube\/config$/,
		rule: 'kube-login',
		severity: 'critical',
		title: 'Login of a Kubernetes cluster',
		holds: /^\s*-?\s*(?:token|client-key-data|password):\s{0,8}\S/m,
	},
	{
		path: /(?:^|\/)\.ssh\/id_[a-z0-9]+$/,
		rule: 'ssh-key',
		severity: 'critical',
		title: 'Private SSH key',
		holds: /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
	},
	{
		path: /(?:^|\/)\.pgpass$/,
		rule: 'pgpass-login',
		severity: 'critical',
		title: 'Logins of PostgreSQL',
		holds: /^[^#\s:]*:[^:\s]*:[^:\s]*:[^:\s]*:\S/m,
	},
	{
		path: /(?:^|\/)[^/]+\.(?:p12|pfx|jks|keystore)$/i,
		rule: 'key-store',
		severity: 'medium',
		title: 'A store of keys',
	},
];

/** What a file is by its name; undefined for nearly all. */
export function secretFileAt(path: string): SecretFile | undefined {
	return named.find(one => one.path.test(path));
}
