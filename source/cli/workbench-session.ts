/** The workbench from its parts to its end: parts, store, intents and screen joined. */
import {setMaxListeners} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {RegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {SettingsStore} from '../settings/settings.ts';
import {createIntents} from '../workbench/create-intents.ts';
import {createStore} from '../workbench/create-store.ts';
import {createWorkbench} from '../workbench/create-workbench.ts';
import {initialState} from '../workbench/reducer.ts';
import {settleJob, startWorkbench} from '../workbench/start-workbench.ts';
import type {Surroundings, Workbench} from '../workbench/workbench.ts';
import {compose} from './compose.ts';
import type {GlobalOptions} from './command.ts';
import {exitCodes} from './exit-codes.ts';
import {joinTerminal} from './join-terminal.ts';
import type {OpenScreen} from './open-screen.ts';
import type {Stage} from './stage/open-stage.tsx';
import {runWorkbench, type WorkbenchScreen} from './tui.tsx';

export type WorkbenchSession = {
	readonly globals: GlobalOptions;
	/** The person's own; the demonstration has others. */
	readonly settings: SettingsStore | undefined;
	readonly screen: OpenScreen;
	/** Where it is shown to others. */
	readonly stage?: Stage | undefined;
};

/** Resolves with the exit code when the person has left. */
export async function runSession(session: WorkbenchSession): Promise<number> {
	const {globals, settings, stage} = session;
	const controller = new AbortController();
	const {signal} = controller;
	// Every request of the session listens to it.
	setMaxListeners(0, signal);
	const warnings: string[] = [];
	const warn = (message: string) => {
		warnings.push(message);
		workbench?.log('warning', message);
	};
	let workbench: Workbench | undefined;
	const parts = globals.demo
		? await (await import('./compose-demo.ts')).composeDemo(signal)
		: await compose(globals, signal, warn, settings);
	const {layout} = parts.settings.get();
	const store = createStore(
		initialState({
			now: Date.now(),
			readOnly: globals.readOnly,
			demo: globals.demo,
			logFollow: layout.logFollow,
			logWrap: layout.logWrap,
		}),
	);
	const screen: WorkbenchScreen = {};
	const surroundings: Surroundings = {
		now: Date.now,
		signal,
		copyText: text => copyToClipboard(text),
		saveText,
		lendTerminal: async open =>
			screen.lend?.(() => joinTerminal(open, session.screen.terminal.stdin)),
		exit: () => screen.exit?.(),
		startRegistry: () => startSessionRegistry(parts.dataFolder, signal),
	};
	workbench = createWorkbench({
		...parts,
		store,
		surroundings,
		sessionTargets: [...parts.sessionTargets],
		onJobEvent: settleJob,
	});
	workbench.log(
		'info',
		...(warnings.length > 0 ? warnings : ['press ? for all keys, e to have something explained']),
	);
	logNodeWarnings(workbench);
	const upkeep = startWorkbench(workbench);
	const intents = createIntents(workbench, upkeep);
	if (globals.lab) intents.openLab();
	try {
		const code = await runWorkbench({...session.screen, store, intents, screen, stage});
		if (code === exitCodes.done) stage?.judge();
		return code;
	} finally {
		controller.abort();
		await workbench.queue.close();
		await parts.close();
	}
}

/** Node writes its warnings over the screen unless somebody else listens. */
function logNodeWarnings(workbench: Workbench): void {
	process.removeAllListeners('warning');
	process.on('warning', ({name, message}) =>
		workbench.log('warning', sanitise(`${name}: ${message}`)),
	);
}

/** OSC 52: the terminal's own clipboard, which works over SSH as well. */
function copyToClipboard(text: string): void {
	process.stdout.write(`\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`);
}

async function saveText(path: string, text: string): Promise<void> {
	try {
		await writeFile(path, text, {flag: 'wx', mode: 0o600});
	} catch (cause) {
		const code = (cause as NodeJS.ErrnoException).code;
		const why = code === 'EEXIST' ? 'the file exists already' : (code ?? 'it cannot be written');
		throw new RegbenchError('PROGRAM_FAILED', `${path}: ${why}`, {
			hint: 'Choose another name.',
			cause,
		});
	}
}

async function startSessionRegistry(dataFolder: string, signal: AbortSignal) {
	const {startEmbeddedRegistry} = await import('../registry/server/start.ts');
	const server = await startEmbeddedRegistry({
		folder: `${dataFolder}/registry`,
		authentication: 'none',
		signal,
	});
	const target = {id: server.host, provider: 'embedded', host: server.host, namespace: ''} as const;
	return {target, stop: () => server.close()};
}
