/** Every headless command, in the order in which help and README show them. */
import type {Command} from './command.ts';
import {doctorCommand} from './commands/doctor.ts';
import {imagesCommand, tagsCommand} from './commands/images.ts';
import {
	pullCommand,
	pushCommand,
	removeCommand,
	repullCommand,
	tagCommand,
} from './commands/move.ts';
import {
	loginCommand,
	logoutCommand,
	remoteTagsCommand,
	targetsCommand,
} from './commands/registries.ts';
import {serveCommand} from './commands/serve.ts';

export const commands: readonly Command[] = [
	imagesCommand,
	tagsCommand,
	tagCommand,
	pushCommand,
	pullCommand,
	removeCommand,
	repullCommand,
	targetsCommand,
	loginCommand,
	logoutCommand,
	remoteTagsCommand,
	doctorCommand,
	serveCommand,
];
