/** A workbench in the middle of its day, for tests that draw. */
import type {JobEvent} from '../../source/domain/events.ts';
import type {ImageDetails, LocalImage} from '../../source/domain/image.ts';
import type {Target} from '../../source/domain/target.ts';
import {initialState, reduce} from '../../source/workbench/reducer.ts';
import type {State} from '../../source/workbench/state.ts';
import type {Action} from '../../source/workbench/actions.ts';

export const now = Date.parse('2026-11-25T12:02:00Z');

function digest(start: string): string {
	return `sha256:${start.padEnd(64, '0')}`;
}

function before(minutes: number): string {
	return new Date(now - minutes * 60_000).toISOString();
}

export const images: readonly LocalImage[] = [
	{
		id: digest('c0ffee012345'),
		references: ['hello:1.0.0', 'hello:latest', 'ghcr.io/octocat/hello:1.0.0'],
		digests: [`ghcr.io/octocat/hello@${digest('39f039dca641')}`],
		sizeBytes: 33_100_000,
		createdAt: before(2),
		dangling: false,
	},
	{
		id: digest('9d1ccf13d0de'),
		references: ['web/api:2.4.1'],
		digests: [],
		sizeBytes: 210_000_000,
		createdAt: before(3 * 24 * 60),
		dangling: false,
	},
	{
		id: digest('dd77ab01f003'),
		references: [],
		digests: [],
		sizeBytes: 12_000_000,
		createdAt: before(9 * 24 * 60),
		dangling: true,
	},
	{
		id: digest('7f00ba11ad00'),
		references: ['postgres:17-alpine', 'postgres:17.2-alpine3.21'],
		digests: [`postgres@${digest('aa17bb')}`],
		sizeBytes: 275_000_000,
		createdAt: before(40 * 24 * 60),
		dangling: false,
	},
	{
		id: digest('5eed5eed5eed'),
		references: ['coursereg.azurecr.io/lab/notebook-server:2026-autumn'],
		digests: [],
		sizeBytes: 2_400_000_000,
		createdAt: before(500 * 24 * 60),
		dangling: false,
	},
	...['alpine:3.21', 'node:24-slim', 'python:3.14', 'nginx:stable', 'redis:8', 'busybox:1.37'].map(
		(reference, index): LocalImage => ({
			id: digest(`${index}a1b2c3d4e5f`),
			references: [reference],
			digests: [],
			sizeBytes: 7_800_000 * (index + 1),
			createdAt: before((index + 1) * 9000),
			dangling: false,
		}),
	),
];

export const targets: readonly Target[] = [
	{id: 'ghcr.io/octocat', provider: 'ghcr', host: 'ghcr.io', namespace: 'octocat'},
	{id: 'coursereg.azurecr.io', provider: 'acr', host: 'coursereg.azurecr.io', namespace: ''},
	{id: 'localhost:5000', provider: 'generic', host: 'localhost:5000', namespace: ''},
];

const jobEvents: readonly JobEvent[] = [
	{type: 'started', operation: 'push', subject: 'hello:1.0.0'},
	{
		type: 'step',
		message: 'Pushing ghcr.io/octocat/hello:1.0.0 as octocat (gh login)',
		command: 'docker push ghcr.io/octocat/hello:1.0.0',
	},
	{
		type: 'transfer',
		direction: 'push',
		reference: 'ghcr.io/octocat/hello:1.0.0',
		layer: digest('b1a2927cd0d0'),
		state: 'active',
		doneBytes: 24_000_000,
		totalBytes: 33_000_000,
	},
	{
		type: 'transfer',
		direction: 'push',
		reference: 'ghcr.io/octocat/hello:1.0.0',
		layer: digest('0dd5c0de1234'),
		state: 'exists',
		doneBytes: 0,
		totalBytes: 3_400_000,
	},
	{
		type: 'transfer',
		direction: 'push',
		reference: 'ghcr.io/octocat/hello:1.0.0',
		layer: digest('fadedbee0001'),
		state: 'waiting',
		doneBytes: 0,
		totalBytes: 1_200_000,
	},
].map((event, index) => ({
	...(event as JobEvent),
	job: '2',
	time: new Date(now - 3000 + index * 500).toISOString(),
}));

const endedEvents: readonly JobEvent[] = [
	{
		job: '1',
		time: before(1.5),
		type: 'started',
		operation: 'push',
		subject: 'web/api:2.4.1 → coursereg.azurecr.io',
	},
	{
		job: '1',
		time: before(1.5),
		type: 'step',
		message: 'Pushing coursereg.azurecr.io/web/api:2.4.1',
		command: 'docker push coursereg.azurecr.io/web/api:2.4.1',
	},
	{
		job: '1',
		time: before(1.4),
		type: 'failed',
		error: {
			code: 'UNAUTHORIZED',
			message: 'coursereg.azurecr.io wants a login',
			hint: 'Log in with l in the registries pane, or az acr login --name coursereg.',
		},
	},
];

/** The actions that lead to the sample. */
const story: readonly Action[] = [
	{
		type: 'engineChanged',
		engine: {
			phase: 'connected',
			info: {
				kind: 'docker',
				title: 'docker 28.2',
				route: 'unix',
				address: '/var/run/docker.sock',
				store: 'graph-driver',
			},
			notes: [],
		},
	},
	{type: 'imagesLoaded', images, now},
	{type: 'targetsChanged', targets, defaultTargetId: 'ghcr.io/octocat'},
	{
		type: 'loginChanged',
		host: 'ghcr.io',
		login: {phase: 'logged-in', source: 'gh login', username: 'octocat', checked: true},
	},
	{
		type: 'loginChanged',
		host: 'coursereg.azurecr.io',
		login: {phase: 'anonymous', required: true},
	},
	{
		type: 'loginChanged',
		host: 'localhost:5000',
		login: {
			phase: 'failed',
			error: {code: 'REGISTRY_UNREACHABLE', message: 'No answer', hint: 'Start it'},
		},
	},
	{
		type: 'remoteTagsChanged',
		entries: {
			'ghcr.io/octocat/hello:1.0.0': {
				phase: 'known',
				digest: digest('39f039dca641'),
				identities: [digest('39f039dca641')],
			},
			'ghcr.io/octocat/hello:latest': {
				phase: 'known',
				digest: digest('111111'),
				identities: [],
			},
			'coursereg.azurecr.io/hello:1.0.0': {phase: 'absent'},
			'coursereg.azurecr.io/hello:latest': {phase: 'checking'},
		},
	},
	{
		type: 'logged',
		time: before(5),
		entries: [{level: 'info', text: 'docker 28.2 at /var/run/docker.sock, 11 images'}],
	},
	{
		type: 'jobQueued',
		id: '1',
		operation: 'push',
		subject: 'web/api:2.4.1 → coursereg.azurecr.io',
		request: {operation: 'push', source: 'web/api:2.4.1', references: []} as never,
		now: now - 90_000,
	},
	{type: 'jobEventsArrived', events: endedEvents},
	{
		type: 'logged',
		time: before(1),
		entries: [{level: 'warning', text: ':latest is a moving name; pin a version for others.'}],
	},
	{
		type: 'jobQueued',
		id: '2',
		operation: 'push',
		subject: 'hello:1.0.0 → ghcr.io/octocat',
		request: {operation: 'push', source: 'hello:1.0.0', references: []} as never,
		now: now - 4000,
	},
	{type: 'jobEventsArrived', events: jobEvents},
	{
		type: 'logged',
		time: before(0),
		entries: [
			{
				level: 'success',
				text: 'pushed ghcr.io/octocat/hello:latest 39f039dca641 in 2.1 s, 33 MB sent, 2 layers reused',
			},
		],
	},
];

/** The sample, and what further actions make of it. */
export function sampleState(...actions: readonly Action[]): State {
	return [...story, ...actions].reduce(reduce, initialState({now}));
}

export const details: ImageDetails = {
	...(images[0] as LocalImage),
	os: 'linux',
	architecture: 'amd64',
	author: 'Mona Lisa <mona@example.com>',
	diffIds: [digest('0dd5c0de1234'), digest('b1a2927cd0d0'), digest('fadedbee0001')],
	manifestDigest: digest('39f039dca641'),
	configDigest: digest('c0ffee012345'),
	environment: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'PORT=8080'],
	entrypoint: ['/app/server'],
	command: ['--listen', '0.0.0.0:8080', '--greeting', 'hello there'],
	workingDirectory: '/app',
	user: '',
	exposedPorts: ['8080/tcp'],
	labels: {
		'org.opencontainers.image.source': 'https://github.com/octocat/hello',
		'org.opencontainers.image.licenses': 'MIT',
	},
	history: [
		{createdBy: 'CMD ["--listen" "0.0.0.0:8080"]', sizeBytes: 0},
		{createdBy: 'COPY server /app/server # buildkit', sizeBytes: 24_000_000},
		{createdBy: '/bin/sh -c apk add --no-cache ca-certificates', sizeBytes: 1_200_000},
		{createdBy: '/bin/sh -c #(nop) ADD file:37a76ec18f98 in / ', sizeBytes: 7_800_000},
	],
};
