/** Every headless command, in the order in which help and README show them; each is loaded when it is wanted. */
import type {Command} from './command.ts';

const loaders: Readonly<Record<string, () => Promise<Command>>> = {
	images: async () => (await import('./commands/images.ts')).imagesCommand,
	tags: async () => (await import('./commands/images.ts')).tagsCommand,
	tag: async () => (await import('./commands/move.ts')).tagCommand,
	push: async () => (await import('./commands/move.ts')).pushCommand,
	pull: async () => (await import('./commands/move.ts')).pullCommand,
	rm: async () => (await import('./commands/move.ts')).removeCommand,
	repull: async () => (await import('./commands/move.ts')).repullCommand,
	run: async () => (await import('./commands/run.ts')).runCommand,
	prove: async () => (await import('./commands/run.ts')).proveCommand,
	targets: async () => (await import('./commands/registries.ts')).targetsCommand,
	login: async () => (await import('./commands/registries.ts')).loginCommand,
	logout: async () => (await import('./commands/registries.ts')).logoutCommand,
	repos: async () => (await import('./commands/remote.ts')).reposCommand,
	'remote-tags': async () => (await import('./commands/remote.ts')).remoteTagsCommand,
	inspect: async () => (await import('./commands/remote.ts')).inspectCommand,
	layers: async () => (await import('./commands/layers.ts')).layersCommand,
	check: async () => (await import('./commands/check.ts')).checkCommand,
	explain: async () => (await import('./commands/explain.ts')).explainCommand,
	verify: async () => (await import('./commands/signatures.ts')).verifyCommand,
	sign: async () => (await import('./commands/signatures.ts')).signCommand,
	copy: async () => (await import('./commands/remote-changes.ts')).copyCommand,
	'rm-remote': async () => (await import('./commands/remote-changes.ts')).removeRemoteCommand,
	cleanup: async () => (await import('./commands/cleanup.ts')).cleanupCommand,
	doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
	serve: async () => (await import('./commands/serve.ts')).serveCommand,
};

/** The names of all commands. */
export const commandNames = Object.keys(loaders);

/** One command; undefined where there is none of that name. */
export async function loadCommand(name: string | undefined): Promise<Command | undefined> {
	return name !== undefined && Object.hasOwn(loaders, name) ? loaders[name]?.() : undefined;
}

/** All commands, for whoever lists or explains them. */
export async function loadCommands(): Promise<readonly Command[]> {
	return Promise.all(Object.values(loaders).map(async load => load()));
}
