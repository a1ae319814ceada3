/** States with one dialog open, as a person meets them. */
import type {Intents} from '../../../source/workbench/intents.ts';
import {initialState} from '../../../source/workbench/reducer.ts';
import type {Dialog, PushPlan} from '../../../source/workbench/dialog.ts';
import type {State} from '../../../source/workbench/state.ts';
import type {TagRow} from '../../../source/workbench/tag-rows.ts';
import type {Target} from '../../../source/domain/target.ts';

const ghcr: Target = {
	id: 'ghcr.io/octocat',
	provider: 'ghcr',
	host: 'ghcr.io',
	namespace: 'octocat',
};
const acr: Target = {
	id: 'coursereg.azurecr.io',
	provider: 'acr',
	host: 'coursereg.azurecr.io',
	namespace: '',
};
const local: Target = {
	id: 'localhost:5000',
	provider: 'generic',
	host: 'localhost:5000',
	namespace: '',
};

export const digestOne = `sha256:39f039dca641${'0'.repeat(52)}` as const;

const helloRow: TagRow = {
	key: 'hello:1.0.0',
	name: 'hello',
	tag: '1.0.0',
	references: ['hello:1.0.0'],
	remote: {
		[ghcr.id]: 'ghcr.io/octocat/hello:1.0.0',
		[acr.id]: 'coursereg.azurecr.io/hello:1.0.0',
		[local.id]: 'localhost:5000/hello:1.0.0',
	},
};

const ghcrPlan: PushPlan = {
	targetId: ghcr.id,
	reference: 'ghcr.io/octocat/hello:1.0.0',
	tagsFirst: true,
	layersTotal: 5,
	layersPresent: 2,
	bytesToUpload: 12_000_000,
	exact: false,
	replaces: digestOne,
	warnings: [],
};

/** Anything that screens could show, by the name of what it shows. */
export const dialogs = {
	help: {kind: 'help', offset: 0},
	palette: {kind: 'palette', query: '', cursor: 0},
	tag: {
		kind: 'tag',
		sources: ['hello:1.0.0'],
		value: 'ghcr.io/octocat/hello:1.0.0',
		targetId: ghcr.id,
		check: {
			notes: ['on this machine: free', 'on ghcr.io: exists already (39f039dca641)'],
			checking: false,
		},
	},
	tagWrong: {
		kind: 'tag',
		sources: ['hello:1.0.0'],
		value: 'ghcr.io/Octocat/hello:1.0.0',
		targetId: ghcr.id,
		check: {
			problem: {
				message: 'GHCR takes names in lower case only, also where the account has capitals.',
				repaired: 'ghcr.io/octocat/hello:1.0.0',
			},
			notes: [],
			checking: false,
		},
	},
	tagSeveral: {
		kind: 'tag',
		sources: ['hello:1.0.0', 'web/api:2', 'db:3', 'a:1', 'b:1', 'c:1', 'd:1', 'e:1'],
		value: 'ghcr.io/octocat/',
		targetId: ghcr.id,
		check: {notes: [], checking: false},
	},
	push: {
		kind: 'push',
		rows: [helloRow],
		targetIds: [ghcr.id, acr.id, local.id],
		cursor: 0,
		chosen: [ghcr.id],
		plans: {[`${ghcr.id} hello:1.0.0`]: {phase: 'ready', value: ghcrPlan}},
	},
	pushTwo: {
		kind: 'push',
		rows: [{...helloRow, key: 'hello:latest', tag: 'latest'}],
		targetIds: [ghcr.id, acr.id, local.id],
		cursor: 1,
		chosen: [ghcr.id, acr.id, local.id],
		plans: {
			[`${ghcr.id} hello:latest`]: {
				phase: 'ready',
				value: {
					...ghcrPlan,
					exact: true,
					warnings: [':latest moves with every push; a version number is clearer.'],
				},
			},
			[`${acr.id} hello:latest`]: {
				phase: 'failed',
				error: {
					code: 'UNAUTHORIZED',
					message: 'coursereg.azurecr.io wants a login',
					hint: 'Log in to the registry (l in the registries pane).',
				},
			},
			[`${local.id} hello:latest`]: {phase: 'loading'},
		},
	},
	remove: {
		kind: 'remove',
		force: false,
		plan: {
			phase: 'ready',
			value: {
				items: ['sha256:1'],
				references: ['hello:1.0.0', 'ghcr.io/octocat/hello:1.0.0'],
				images: ['sha256:1'],
				freedBytes: 33_000_000,
				containers: [],
				copies: ['ghcr.io/octocat/hello'],
			},
		},
	},
	removeUsed: {
		kind: 'remove',
		force: false,
		plan: {
			phase: 'ready',
			value: {
				items: ['sha256:1'],
				references: ['a:1', 'a:2', 'a:3', 'a:4', 'a:5', 'a:6', 'a:7'],
				images: ['sha256:1'],
				freedBytes: 1_200_000_000,
				containers: [
					{id: '1', name: 'quiet_banach', running: true, imageId: 'sha256:1'},
					{id: '2', name: 'web', running: false, imageId: 'sha256:1'},
				],
				copies: [],
			},
		},
	},
	removeLoading: {kind: 'remove', force: false, plan: {phase: 'loading'}},
	repull: {
		kind: 'repull',
		references: ['ghcr.io/octocat/hello:1.0.0', 'coursereg.azurecr.io/hello:1.0.0'],
		choice: 0,
		keepsNote: ['hello:1.0.0'],
	},
	repullOne: {
		kind: 'repull',
		references: ['ghcr.io/octocat/hello:1.0.0'],
		choice: 0,
		keepsNote: [],
	},
	pull: {
		kind: 'pull',
		value: '',
		recent: ['ghcr.io/octocat/hello:1.0.0', 'alpine:3.20', 'coursereg.azurecr.io/web/api:2'],
		cursor: 1,
	},
	pullWrong: {
		kind: 'pull',
		value: 'Hello world',
		recent: [],
		cursor: -1,
		problem: 'A name has no blanks. Write [host/]name[:tag].',
	},
	target: {
		kind: 'target',
		field: 'namespace',
		host: 'ghcr.io',
		namespace: '',
		cursor: -1,
		proposals: [
			{target: ghcr, reason: 'gh login as octocat'},
			{target: acr, reason: 'az login'},
		],
	},
	targetWrong: {
		kind: 'target',
		field: 'host',
		host: 'GHCR.io',
		namespace: 'Octocat',
		cursor: -1,
		proposals: [],
		problem: {message: 'A host is written in lower case.', repaired: 'ghcr.io/octocat'},
	},
	login: {
		kind: 'login',
		targetId: ghcr.id,
		host: 'ghcr.io',
		field: 'password',
		username: 'octocat',
		phase: 'editing',
	},
	loginRefused: {
		kind: 'login',
		targetId: ghcr.id,
		host: 'ghcr.io',
		field: 'password',
		username: 'octocat',
		phase: 'editing',
		problem: {
			code: 'UNAUTHORIZED',
			message: 'ghcr.io refused this login.',
			hint: 'Check that the token has write:packages and has not ended.',
		},
	},
	loginAcr: {
		kind: 'login',
		targetId: acr.id,
		host: 'coursereg.azurecr.io',
		field: 'username',
		username: '',
		phase: 'checking',
	},
	removeTarget: {kind: 'remove-target', targetId: acr.id},
	repository: {kind: 'repository', host: 'ghcr.io', value: 'octocat/hello'},
	repositoryWrong: {
		kind: 'repository',
		host: 'ghcr.io',
		value: 'Octocat/Hello',
		problem: {message: 'This is no repository name', repaired: 'octocat/hello'},
	},
	copy: {
		kind: 'copy',
		source: 'ghcr.io/octocat/hello:1.0.0',
		value: 'coursereg.azurecr.io/hello:1.0.0',
		targetId: acr.id,
		withReferrers: true,
		check: {notes: ['the tag is free there'], checking: false},
	},
	copyWrong: {
		kind: 'copy',
		source: 'ghcr.io/octocat/hello:1.0.0',
		value: 'ghcr.io/octocat/hello:1.0.0',
		targetId: ghcr.id,
		withReferrers: false,
		check: {problem: {message: 'This is where it comes from'}, notes: [], checking: false},
	},
	removeRemote: {
		kind: 'remove-remote',
		reference: 'ghcr.io/octocat/hello:1.0.0',
		mode: 'manifest',
		value: 'octocat/hello',
		plan: {
			phase: 'ready',
			value: {
				reference: 'ghcr.io/octocat/hello:1.0.0',
				digest: digestOne,
				mode: 'manifest',
				reason: 'Within 30 days it can be restored.',
				tags: ['1.0.0', '1.0', '1', 'latest'],
				platforms: ['linux/amd64', 'linux/arm64'],
				referrers: [
					{
						digest: digestOne,
						kind: 'signature',
						artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
						sizeBytes: 250,
						annotations: {},
					},
				],
				confirmation: 'octocat/hello:1.0.0',
			},
		},
	},
	removeRemoteRefused: {
		kind: 'remove-remote',
		reference: 'ghcr.io/octocat/hello:1.0.0',
		mode: 'manifest',
		value: '',
		plan: {
			phase: 'ready',
			value: {
				reference: 'ghcr.io/octocat/hello:1.0.0',
				digest: digestOne,
				mode: 'refused',
				reason: 'It is one of the platforms of latest, which would be broken without it.',
				tags: ['1.0.0'],
				platforms: [],
				referrers: [],
				confirmation: 'octocat/hello:1.0.0',
			},
		},
	},
	removeRemoteLoading: {
		kind: 'remove-remote',
		reference: 'ghcr.io/octocat/hello:1.0.0',
		mode: 'untag',
		value: '',
		plan: {phase: 'loading'},
	},
	visibility: {
		kind: 'visibility',
		repository: 'ghcr.io/octocat/hello',
		facts: {
			phase: 'ready',
			value: {
				visibility: 'private',
				linkedTo: 'octocat/hello',
				versionCount: 12,
				settingsAddress: 'https://github.com/users/octocat/packages/container/hello/settings',
			},
		},
		anonymous: {phase: 'ready', value: true},
	},
	saveLog: {kind: 'save-log', path: '/home/student/regbench-2026-11-25.log'},
	explain: {
		kind: 'explain',
		name: 'Image hello:1.0.0',
		topics: ['digest', 'disk', 'layer'],
		page: 0,
		gathered: {},
		offset: 0,
	},
	quit: {kind: 'quit', running: 2},
} as const satisfies Record<string, Dialog>;

/** A state with three registries and, on top, a dialog. */
export function stateWith(dialog: Dialog | undefined, changes: Partial<State> = {}): State {
	const job = {
		operation: 'push',
		request: {operation: 'push', destinations: []},
		queuedAt: 0,
		transfers: {},
		phase: 'running',
	} as const;
	return {
		...initialState({now: Date.UTC(2026, 10, 25)}),
		targets: [ghcr, acr, local],
		defaultTargetId: ghcr.id,
		jobs: [
			{...job, id: '1', subject: 'hello:1.0.0 → ghcr.io/octocat'},
			{...job, id: '2', subject: 'web/api:2 → coursereg.azurecr.io'},
		],
		dialog,
		...changes,
	};
}

export type Call = {readonly intent: string; readonly values: readonly unknown[]};

/** Intents that only remember being called. */
export function recordedIntents(onCall: (call: Call) => void = () => {}): {
	readonly intents: Intents;
	readonly calls: Call[];
} {
	const calls: Call[] = [];
	const intents = new Proxy({} as Intents, {
		get:
			(_, intent: string) =>
			(...values: unknown[]) => {
				const call = {intent, values};
				calls.push(call);
				onCall(call);
			},
	});
	return {intents, calls};
}
