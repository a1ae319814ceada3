/** The built workbench in a real terminal on throw-away folders, with embedded registries to talk to. */
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import type {LocalImage} from '../../source/domain/image.ts';
import type {Target} from '../../source/domain/target.ts';
import {
	startEmbeddedRegistry,
	type EmbeddedRegistry,
	type EmbeddedRegistryOptions,
} from '../../source/registry/server/start.ts';
import {openSettings} from '../../source/settings/settings.ts';
import type {Settings} from '../../source/settings/schema.ts';
import {CleanUp} from '../support/clean-up.ts';
import {repositoryRoot} from '../support/repository.ts';
import {tryProgram, type ProgramResult} from '../support/run-program.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal, type OpenTerminal, type TerminalOptions} from '../support/terminal.ts';

export type Home = {
	readonly configFolder: string;
	readonly dataFolder: string;
	/** `--engine embedded` on this home's folders. */
	readonly args: readonly string[];
	startRegistry(options?: Partial<EmbeddedRegistryOptions>): Promise<EmbeddedRegistry>;
	saveSettings(change: Partial<Settings>): Promise<void>;
	settings(): Promise<Settings>;
	/** Opens the workbench and waits for its first images. */
	open(options?: TerminalOptions): Promise<OpenTerminal>;
	/** Runs a headless command on the same folders. */
	run(...words: readonly string[]): Promise<ProgramResult>;
	/** What the embedded engine has, asked of another process. */
	images(): Promise<readonly LocalImage[]>;
	/** The references that are there, sorted. */
	references(): Promise<readonly string[]>;
	[Symbol.asyncDispose](): Promise<void>;
};

/** Folders for settings and images of one test, and everything that is started on them. */
export async function makeHome(): Promise<Home> {
	const cleanUp = new CleanUp();
	const folder = cleanUp.use(await temporaryFolder());
	const configFolder = path.join(folder.path, 'config');
	const dataFolder = path.join(folder.path, 'data');
	await mkdir(dataFolder);
	const args = ['--engine', 'embedded', '--config-dir', configFolder, '--data-dir', dataFolder];
	let registries = 0;
	const run = (...words: readonly string[]) =>
		tryProgram(process.execPath, [`${repositoryRoot}/dist/cli.js`, ...words, ...args], {
			environment: {HOME: folder.path},
		});
	const images = async () => {
		const {stdout} = await run('images', '--json');
		return stdout
			.split('\n')
			.filter(Boolean)
			.map(line => JSON.parse(line) as LocalImage);
	};
	return {
		configFolder,
		dataFolder,
		args,
		run,
		images,
		async references() {
			return (await images()).flatMap(image => image.references).toSorted();
		},
		async startRegistry(options = {}) {
			const place = path.join(folder.path, `registry-${++registries}`);
			return cleanUp.use(await startEmbeddedRegistry({folder: place, ...options}));
		},
		async saveSettings(change) {
			const store = await openSettings({configFolder});
			await store.update(current => ({...current, ...change}));
		},
		async settings() {
			return (await openSettings({configFolder})).get();
		},
		async open({args: more = [], ...options} = {}) {
			const terminal = cleanUp.use(await openTerminal({args: [...args, ...more], ...options}));
			await terminal.waitFor(/hello|No image/);
			return terminal;
		},
		[Symbol.asyncDispose]: () => cleanUp.run(),
	};
}

/** A target of the generic kind. */
export function targetOn(host: string, namespace = ''): Target {
	return {id: namespace ? `${host}/${namespace}` : host, provider: 'generic', host, namespace};
}
