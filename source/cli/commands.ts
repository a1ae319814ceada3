/** Every headless command, in the order in which help and README show them. */
import type {Command} from './command.ts';
import {cleanupCommand} from './commands/cleanup.ts';
import {doctorCommand} from './commands/doctor.ts';
import {imagesCommand, tagsCommand} from './commands/images.ts';
import {layersCommand} from './commands/layers.ts';
import {
	pullCommand,
	pushCommand,
	removeCommand,
	repullCommand,
	tagCommand,
} from './commands/move.ts';
import {loginCommand, logoutCommand, targetsCommand} from './commands/registries.ts';
import {copyCommand, removeRemoteCommand} from './commands/remote-changes.ts';
import {inspectCommand, remoteTagsCommand, reposCommand} from './commands/remote.ts';
import {proveCommand, runCommand} from './commands/run.ts';
import {serveCommand} from './commands/serve.ts';

export const commands: readonly Command[] = [
	imagesCommand,
	tagsCommand,
	tagCommand,
	pushCommand,
	pullCommand,
	removeCommand,
	repullCommand,
	runCommand,
	proveCommand,
	targetsCommand,
	loginCommand,
	logoutCommand,
	reposCommand,
	remoteTagsCommand,
	inspectCommand,
	layersCommand,
	copyCommand,
	removeRemoteCommand,
	cleanupCommand,
	doctorCommand,
	serveCommand,
];
