/** What regbench remembers between two runs. No field can hold a secret: unknown ones are refused. */
import {policyRules, type PolicyRule} from '../domain/safety.ts';
import type {LabProgress} from '../domain/lab.ts';
import type {ExpectedSigner} from '../domain/signatures.ts';
import {providerIds, type Target} from '../domain/target.ts';
import {scannerNames, type ScannerName} from '../domain/vulnerability.ts';
import type {Schema} from './check-schema.ts';

/** The version of this shape; a change that older files need help with raises it (migrations.ts). */
export const settingsVersion = 1;

/** Most references that are remembered for the pull dialog. */
export const maxRecentReferences = 20;

/** What a clean-up keeps in one repository or several. */
export type RetentionRule = {
	/** Repositories the rule is for: a reference without tag in which `*` stands for anything. */
	readonly repositories: string;
	/** How many of the newest tags stay, whatever their age. */
	readonly keepNewest?: number;
	/** Only what is older may go. */
	readonly olderThanDays?: number;
	/** What makes a tag newer: its version (where left out), or when its image was made. */
	readonly order?: 'version' | 'time';
	/** Tags that never go, with `*` for anything. */
	readonly protect: readonly string[];
};

/** How an image was run last, so that it need not be typed again. No value of a secret is in it. */
export type RunMemory = {
	/** `8080:80`, `0:53/udp`; absent: the ports that the image names. */
	readonly ports?: readonly string[];
	/** `NAME=value`; the name alone where it tells that its value is secret. */
	readonly environment: readonly string[];
	/** As it was typed. */
	readonly command: string;
	/** `/here:/there:ro`. */
	readonly mounts: readonly string[];
	readonly probePath: string;
	/** What it answered when it was asked first, as JSON, without its text. */
	readonly answer?: string;
};

/** What is looked at for safety, and what a push is refused for. */
export type SafetySettings = {
	/** Nothing where it is empty: then safety only informs. */
	readonly blockPushOn: readonly PolicyRule[];
	readonly scanner: ScannerName | 'auto' | 'none';
	readonly scannerTimeoutSeconds: number;
	/** Whether names and versions of packages may be sent to OSV. */
	readonly askOsv: boolean;
	/** PEM files of those whose signatures are trusted. */
	readonly publicKeys?: readonly string[];
	/** File with the roots of a Sigstore, for what was signed with certificates. */
	readonly trustRoot?: string;
	/** Who may sign with a certificate. */
	readonly signers?: readonly ExpectedSigner[];
	/** Where OSV is; another one for networks of their own. */
	readonly osvAddress?: string;
};

export const defaultSafety: SafetySettings = {
	blockPushOn: [],
	scanner: 'auto',
	scannerTimeoutSeconds: 300,
	askOsv: false,
};

export type Settings = {
	readonly version: typeof settingsVersion;
	/** Registry places to push to, in the order of the registries pane. */
	readonly targets: readonly Target[];
	/** The target that is chosen where none is named. */
	readonly defaultTargetId?: string;
	/** Keys of commands that are bound otherwise than by default, by command id; none at all switches it off. */
	readonly keys: Readonly<Record<string, readonly string[]>>;
	/** `auto` goes by the terminal; `mono` draws without colours. */
	readonly theme: 'auto' | 'dark' | 'light' | 'mono';
	/** Whether boxes and marks are drawn in ASCII; `auto` goes by the locale. */
	readonly ascii: 'auto' | 'always' | 'never';
	readonly engine: {
		readonly choice: 'auto' | 'docker' | 'embedded';
		/** Address of the engine (`unix:///…`, `tcp://…`, `ssh://…`); found by itself where it is absent. */
		readonly host?: string;
	};
	readonly concurrency: {
		/** Pushes and pulls at once. */
		readonly transfers: number;
		/** Requests to one registry at once. */
		readonly registryRequests: number;
	};
	readonly retention: readonly RetentionRule[];
	/** {@link defaultSafety} where it is absent. */
	readonly safety?: SafetySettings;
	/** How images were run, by repository in familiar form. */
	readonly runs?: Readonly<Record<string, RunMemory>>;
	/** How far the guided tour has come. */
	readonly lab?: LabProgress;
	/** References that were pulled, newest first, in familiar form. */
	readonly recentReferences: readonly string[];
	readonly layout: {
		readonly leftWidthPercent: number;
		readonly topHeightPercent: number;
		readonly logWrap: boolean;
		readonly logFollow: boolean;
	};
	/** Ids of targets that were proposed and that the person does not want. */
	readonly deniedProposals: readonly string[];
	/** `host` or `host:port` of registries that may be spoken to without TLS. */
	readonly insecureRegistries: readonly string[];
	/** PEM files of authorities that are trusted besides the machine's own. */
	readonly certificateAuthorities: readonly string[];
};

export const defaultSettings: Settings = {
	version: settingsVersion,
	targets: [],
	keys: {},
	theme: 'auto',
	ascii: 'auto',
	engine: {choice: 'auto'},
	concurrency: {transfers: 2, registryRequests: 4},
	retention: [],
	recentReferences: [],
	layout: {leftWidthPercent: 45, topHeightPercent: 50, logWrap: true, logFollow: true},
	deniedProposals: [],
	insecureRegistries: [],
	certificateAuthorities: [],
};

const shortText = {type: 'string', minLength: 1, maxLength: 400} as const satisfies Schema;
const longText = {type: 'string', minLength: 1, maxLength: 4000} as const satisfies Schema;
// Neither a login (`user:password@`) nor a path gets in through the name of a host.
const hostText = {type: 'string', pattern: String.raw`^[^\s@/]{1,300}$`} as const satisfies Schema;
const percent = {type: 'integer', minimum: 15, maximum: 85} as const satisfies Schema;

/** JSON schemas of the fields, for conf and for the check at start-up. */
export const settingsProperties: Readonly<Record<keyof Settings, Schema>> = {
	version: {type: 'integer', minimum: settingsVersion, maximum: settingsVersion},
	targets: {
		type: 'array',
		maxItems: 1000,
		items: {
			type: 'object',
			additionalProperties: false,
			required: ['id', 'provider', 'host', 'namespace'],
			properties: {
				id: {type: 'string', pattern: String.raw`^[^\s@]{1,600}$`},
				provider: {type: 'string', enum: [...providerIds]},
				host: hostText,
				namespace: {type: 'string', pattern: String.raw`^[^\s@]{0,300}$`},
			},
		},
	},
	defaultTargetId: shortText,
	keys: {
		type: 'object',
		additionalProperties: {type: 'array', maxItems: 20, items: shortText},
	},
	theme: {type: 'string', enum: ['auto', 'dark', 'light', 'mono']},
	ascii: {type: 'string', enum: ['auto', 'always', 'never']},
	engine: {
		type: 'object',
		additionalProperties: false,
		required: ['choice'],
		properties: {
			choice: {type: 'string', enum: ['auto', 'docker', 'embedded']},
			host: {type: 'string', pattern: String.raw`^(?![^/]*//[^/@]*:[^/@]*@)\S{1,400}$`},
		},
	},
	concurrency: {
		type: 'object',
		additionalProperties: false,
		required: ['transfers', 'registryRequests'],
		properties: {
			transfers: {type: 'integer', minimum: 1, maximum: 16},
			registryRequests: {type: 'integer', minimum: 1, maximum: 32},
		},
	},
	retention: {
		type: 'array',
		maxItems: 1000,
		items: {
			type: 'object',
			additionalProperties: false,
			required: ['repositories', 'protect'],
			properties: {
				repositories: shortText,
				keepNewest: {type: 'integer', minimum: 0, maximum: 100_000},
				olderThanDays: {type: 'integer', minimum: 0, maximum: 100_000},
				order: {type: 'string', enum: ['version', 'time']},
				protect: {type: 'array', maxItems: 1000, items: shortText},
			},
		},
	},
	safety: {
		type: 'object',
		additionalProperties: false,
		required: ['blockPushOn', 'scanner', 'scannerTimeoutSeconds', 'askOsv'],
		properties: {
			blockPushOn: {
				type: 'array',
				maxItems: policyRules.length,
				items: {type: 'string', enum: [...policyRules]},
			},
			scanner: {type: 'string', enum: ['auto', 'none', ...scannerNames]},
			scannerTimeoutSeconds: {type: 'integer', minimum: 5, maximum: 3600},
			askOsv: {type: 'boolean'},
			publicKeys: {type: 'array', maxItems: 100, items: longText},
			trustRoot: longText,
			signers: {
				type: 'array',
				maxItems: 100,
				items: {
					type: 'object',
					additionalProperties: false,
					required: ['identity', 'issuer'],
					properties: {identity: longText, issuer: longText},
				},
			},
			osvAddress: {type: 'string', pattern: String.raw`^https?://[^\s@]{1,300}$`},
		},
	},
	runs: {
		type: 'object',
		additionalProperties: {
			type: 'object',
			additionalProperties: false,
			required: ['environment', 'command', 'mounts', 'probePath'],
			properties: {
				ports: {type: 'array', maxItems: 100, items: shortText},
				environment: {type: 'array', maxItems: 200, items: longText},
				command: {type: 'string', maxLength: 4000},
				mounts: {type: 'array', maxItems: 100, items: longText},
				probePath: {type: 'string', maxLength: 2000},
				answer: {type: 'string', maxLength: 8000},
			},
		},
	},
	lab: {
		type: 'object',
		additionalProperties: false,
		required: ['startedAt', 'hint', 'ticks'],
		properties: {
			startedAt: shortText,
			hint: {type: 'boolean'},
			ticks: {
				type: 'object',
				additionalProperties: {
					type: 'object',
					additionalProperties: false,
					required: ['time', 'how', 'evidence'],
					properties: {
						time: shortText,
						how: {type: 'string', enum: ['done', 'explained']},
						evidence: {
							type: 'array',
							maxItems: 10,
							items: {type: 'string', maxLength: 4000},
						},
					},
				},
			},
		},
	},
	recentReferences: {
		type: 'array',
		maxItems: maxRecentReferences,
		items: {type: 'string', minLength: 1, maxLength: 1000},
	},
	layout: {
		type: 'object',
		additionalProperties: false,
		required: ['leftWidthPercent', 'topHeightPercent', 'logWrap', 'logFollow'],
		properties: {
			leftWidthPercent: percent,
			topHeightPercent: percent,
			logWrap: {type: 'boolean'},
			logFollow: {type: 'boolean'},
		},
	},
	deniedProposals: {
		type: 'array',
		maxItems: 1000,
		items: {type: 'string', minLength: 1, maxLength: 600},
	},
	insecureRegistries: {type: 'array', maxItems: 100, items: hostText},
	certificateAuthorities: {
		type: 'array',
		maxItems: 100,
		items: {type: 'string', minLength: 1, maxLength: 4000},
	},
};

/** What holds for the settings as a whole. */
export const settingsRoot = {
	type: 'object',
	additionalProperties: false,
	required: Object.keys(settingsProperties).filter(
		name => !['defaultTargetId', 'runs', 'safety', 'lab'].includes(name),
	),
} as const satisfies Schema;
