/**
 * The workbench as regbench opens it, on an engine made up for measuring: COUNT images, and a push
 * whose report brings LINES lines to the log every second. Arguments: COUNT LINES.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import process from 'node:process';
import {openScreen} from '../../source/cli/open-screen.ts';
import {runWorkbench} from '../../source/cli/tui.tsx';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import type {ImageDetails, LocalImage} from '../../source/domain/image.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {defaultSettings} from '../../source/settings/schema.ts';
import {createIntents} from '../../source/workbench/create-intents.ts';
import {createStore} from '../../source/workbench/create-store.ts';
import {createWorkbench} from '../../source/workbench/create-workbench.ts';
import {initialState} from '../../source/workbench/reducer.ts';
import {startWorkbench} from '../../source/workbench/start-workbench.ts';

const [count = 0, linesPerSecond = 0] = process.argv.slice(2).map(Number);
const controller = new AbortController();
const {signal} = controller;
const images = Array.from({length: count}, (_, index) => makeImage(index));

function makeImage(index: number): LocalImage {
	const number = String(index).padStart(4, '0');
	return {
		id: `sha256:${number.padStart(64, 'a')}`,
		references: [`team/service-${number}:1.0`, `team/service-${number}:latest`],
		digests: [],
		sizeBytes: 1_000_000 + index,
		createdAt: new Date(Date.UTC(2026, 0, 2) - index * 60_000).toISOString(),
		dangling: false,
	};
}

const unused = async (): Promise<never> => {
	throw new Error('The benchmark does not need this');
};

const engine: Engine = {
	info: async () => ({
		kind: 'docker',
		title: 'made up',
		route: 'unix',
		address: 'unix:///made-up',
		store: 'graph-driver',
	}),
	listImages: async () => images,
	inspect: async () => images[0] as ImageDetails,
	containersUsing: async () => [],
	tag: unused,
	remove: unused,
	layersToPush: async () => [],
	contents: unused,
	async *push() {
		const begun = performance.now();
		for (let line = 1; !signal.aborted; line++) {
			const due = begun + (line * 1000) / linesPerSecond;
			const early = due - performance.now();
			if (early > 0) await sleep(early);
			yield {type: 'step', message: `step ${line}: layer ${line % 97} of the image was looked at`};
		}
		return unused();
	},
	pull: () => {
		throw new Error('The benchmark does not need this');
	},
	async *changes() {
		yield* [];
	},
	containers: async () => undefined,
	close: async () => {},
};

const store = createStore(
	initialState({now: Date.now(), readOnly: false, demo: false, logFollow: true, logWrap: true}),
);
const credentials = createSessionCredentials();
const screen: {exit?: () => void} = {};
const workbench = createWorkbench({
	store,
	engine,
	credentials,
	registry: createRegistryClient({credentials}),
	settings: {get: () => defaultSettings, update: unused},
	surroundings: {
		now: Date.now,
		signal,
		copyText() {},
		saveText: unused,
		exit: () => screen.exit?.(),
		startRegistry: unused,
	},
});
const intents = createIntents(workbench, startWorkbench(workbench));
if (linesPerSecond > 0) {
	const [reference = ''] = images[0]?.references ?? [];
	workbench.run({operation: 'push', destinations: [{source: reference, reference}]});
}
process.exitCode = await runWorkbench({
	...(await openScreen(defaultSettings)),
	store,
	intents,
	screen,
});
controller.abort();
await workbench.queue.close();
