/** The shape of a headless command. The table of them (commands.ts) makes the parser, the help and the README. */
import type {RegbenchParts} from './compose.ts';
import type {Output} from './output.ts';

export type GlobalOptions = {
	/** As asked for; the settings decide where it is absent. */
	readonly engine?: 'auto' | 'docker' | 'embedded';
	readonly host?: string;
	readonly configDir?: string;
	readonly dataDir?: string;
	readonly json: boolean;
	readonly readOnly: boolean;
	readonly demo: boolean;
	/** Whether the guided tour is open at the beginning. */
	readonly lab?: boolean;
};

export type CommandOption = {
	/** As commander takes it: `--to <target>`, `--force`. */
	readonly flags: string;
	readonly summary: string;
	/** May be given several times; the values become a list. */
	readonly repeats?: boolean;
	readonly choices?: readonly string[];
	readonly fallback?: string;
};

export type CommandCall = {
	readonly parts: RegbenchParts;
	readonly output: Output;
	readonly signal: AbortSignal;
	/** The words after the command's name, in order. */
	readonly words: readonly string[];
	readonly options: Readonly<Record<string, unknown>>;
};

export type Command = {
	readonly name: string;
	/** `REF`, `[REF]`, `REF…`: as the usage line shows it. */
	readonly usage: string;
	/** Fewest and most words. */
	readonly words: readonly [number, number];
	readonly summary: string;
	readonly options?: readonly CommandOption[];
	/** Whether it changes images, registries, logins or settings: `--read-only` refuses it. */
	readonly changes:
		boolean | ((words: readonly string[], options: Readonly<Record<string, unknown>>) => boolean);
	/** The exit code. Rejects with a RegbenchError for what no event has told. */
	readonly run: (call: CommandCall) => Promise<number>;
};
