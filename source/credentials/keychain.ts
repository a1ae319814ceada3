/** The system's keychain, reached through the credential helper that docker would choose for it. */
import {RegbenchError} from '../domain/errors.ts';
import {findProgram} from '../process/find-program.ts';
import {readAuthFile} from './auth-file.ts';
import {configuredHelper, dockerConfigFile, seenInList} from './docker-config.ts';
import {helperGet, helperList, helperName} from './helper.ts';
import {keysOf} from './host-keys.ts';
import type {Source, SourceContext} from './source-context.ts';

/** The installed default helper of this system; undefined when there is none. */
export async function defaultHelper(
	context: Pick<SourceContext, 'environment' | 'platform'>,
): Promise<string | undefined> {
	const {environment, platform} = context;
	const installed = async (program: string) =>
		(await findProgram(program, environment)) !== undefined;
	const candidates = {darwin: ['osxkeychain'], win32: ['wincred']}[
		platform as 'darwin' | 'win32'
	] ?? ['pass', 'secretservice'];
	for (const suffix of candidates) {
		// The helper for pass is of no use without pass itself.
		if (suffix === 'pass' && !(await installed('pass'))) continue;
		if (await installed(helperName(suffix))) return suffix;
	}
	return undefined;
}

/** The default helper, when it answers: a keychain without a desktop session, say, does not. */
export async function workingDefaultHelper(
	context: SourceContext,
	signal?: AbortSignal,
): Promise<string | undefined> {
	const suffix = await defaultHelper(context);
	if (suffix === undefined) return undefined;
	try {
		await helperList(suffix, context, signal);
		return suffix;
	} catch (error) {
		if (error instanceof RegbenchError && error.code === 'CANCELLED') throw error;
		return undefined;
	}
}

/**
 * Finds what regbench has kept in the default helper where docker's configuration names none. A
 * helper nobody has configured that fails is passed over in silence.
 */
export function keychainSource(context: SourceContext): Source {
	return {
		async find(query) {
			const file = await readAuthFile(dockerConfigFile(context), {warn: () => {}});
			if (configuredHelper(file, query) !== undefined) return undefined;
			const suffix = await defaultHelper(context);
			if (suffix === undefined) return undefined;
			const credential = await helperGet(suffix, keysOf(query)[0]!, context, query.signal).catch(
				() => undefined,
			);
			return credential && {credential, source: helperName(suffix)};
		},
		async seen(signal) {
			const file = await readAuthFile(dockerConfigFile(context), {warn: () => {}});
			const suffix = await workingDefaultHelper(context, signal);
			if (suffix === undefined) return [];
			const seen = seenInList(await helperList(suffix, context, signal), suffix, context);
			return seen.filter(
				({host}) => configuredHelper(file, {host, hints: context.hintsFor(host)}) === undefined,
			);
		},
		removal: ({source}) => `Remove it with ${source} erase.`,
	};
}
