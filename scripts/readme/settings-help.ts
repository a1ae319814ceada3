/** What each setting does, for the README. */
import type {Settings} from '../../source/settings/schema.ts';

/** One sentence for each field of the settings file; the type makes sure that none is left out. */
export const settingsHelp: Readonly<Record<Exclude<keyof Settings, 'version'>, string>> = {
	targets: 'Registry places to push to, in the order of the registries pane.',
	defaultTargetId: 'The target that is preselected: its `host/namespace`.',
	keys: 'Other keys for a command, by its id: `{"filter": ["/", "ctrl+f"]}`.',
	theme: '`auto`, `dark`, `light`, or `mono` for no colours.',
	ascii: 'Whether boxes and marks are drawn in ASCII: `auto` (by the locale), `always`, `never`.',
	engine:
		'Which engine to use (`auto`, `docker`, `embedded`), and its address as `host` where it cannot be found.',
	concurrency: 'Pushes and pulls at once, and requests to one registry at once.',
	retention: 'What a clean-up keeps.',
	lab: 'how far the guided tour has come: when it was begun, and what was ticked off with what was seen',
	runs: 'how images were run last, by repository: ports, environment (never the value of a variable whose name tells of a secret), command, mounts, what was probed and the digest of the answer',
	safety:
		'What a push is refused for (`blockPushOn`: any of `secrets`, `critical`, `latest`; nothing by default), which scanner is used (`scanner`: `auto`, `trivy`, `grype`, `docker-scout`, `none`) and for how long (`scannerTimeoutSeconds`), whether OSV may be asked (`askOsv`) and where it is (`osvAddress`), and whose signatures are trusted: PEM files (`publicKeys`), and for certificates the roots (`trustRoot`, a file) with who may sign (`signers`: `identity` and `issuer`).',
	recentReferences: 'References that were pulled, offered again in the pull dialog.',
	layout: 'Shares of the panes in percent, and whether the log wraps and follows.',
	deniedProposals: 'Targets that were proposed and turned down.',
	insecureRegistries: 'Registries (`host` or `host:port`) that may be spoken to without TLS.',
	certificateAuthorities: 'PEM files of authorities that are trusted besides the machine’s own.',
};
