import {formatReference, parseReference} from '../../domain/reference.ts';
import {RegbenchError} from '../../domain/errors.ts';
import type {Target} from '../../domain/target.ts';
import {targetFrom, targetReference} from '../../registry/providers/table.ts';
import {bareName} from '../../workbench/tag-rows.ts';
import type {Command, CommandCall} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';
import {runRequest} from '../run-headless.ts';

export const tagCommand: Command = {
	name: 'tag',
	usage: 'SOURCE NEW',
	words: [2, 2],
	summary: 'Give a local image another reference.',
	changes: true,
	run: call => {
		const [source = '', reference = ''] = call.words;
		return runRequest(call, {operation: 'tag', source, reference});
	},
};

export const pushCommand: Command = {
	name: 'push',
	usage: 'REF',
	words: [1, 1],
	summary: 'Push to each --to target, tagging first as needed; without --to, to where REF says.',
	options: [{flags: '--to <target>', summary: 'registry target (repeatable)', repeats: true}],
	changes: true,
	async run(call) {
		const [source = ''] = call.words;
		const places = (call.options['to'] as readonly string[] | undefined) ?? [];
		const reference = parseReference(source);
		if (places.length === 0) {
			const destination = {source, reference: formatReference(reference)};
			return runRequest(call, {operation: 'push', destinations: [destination]});
		}
		const {targets} = call.parts.settings.get();
		const known = [...targets, ...call.parts.sessionTargets];
		const name = bareName(reference, known);
		const tag = reference.tag ?? 'latest';
		const chosen = places.map(place => findTarget(place, known));
		const codes = await Promise.all(
			chosen.map((target, index) => {
				const destination = {
					source,
					reference: formatReference(targetReference(target, name, tag)),
				};
				return runRequest(
					call,
					{operation: 'push', destinations: [destination]},
					String(index + 1),
				);
			}),
		);
		return codes.find(code => code !== exitCodes.done) ?? exitCodes.done;
	},
};

/** A target by its id or, when it names a host, as typed; throws `UNKNOWN_TARGET`. */
export function findTarget(text: string, known: readonly Target[]): Target {
	const exact = known.find(target => target.id === text);
	if (exact) return exact;
	const [onHost, ...others] = known.filter(target => target.host === text);
	if (onHost && others.length === 0) return onHost;
	if (onHost) {
		const ids = [onHost, ...others].map(({id}) => id).join(', ');
		throw new RegbenchError('UNKNOWN_TARGET', `Several registry targets are on ${text}`, {
			hint: `Name one of them: ${ids}.`,
		});
	}
	const [host = '', ...rest] = text.split('/');
	const made = /[.:]|^localhost$/.test(host) ? targetFrom(host, rest.join('/')) : undefined;
	if (made && 'target' in made) return made.target;
	const why = made ? `: ${made.problem.message}` : '';
	throw new RegbenchError('UNKNOWN_TARGET', `No registry target is called ${text}${why}`);
}

export const pullCommand: Command = {
	name: 'pull',
	usage: 'REF',
	words: [1, 1],
	summary: 'Fetch an image from its registry.',
	changes: true,
	run: call => runRequest(call, {operation: 'pull', reference: call.words[0] ?? ''}),
};

export const repullCommand: Command = {
	name: 'repull',
	usage: 'REF',
	words: [1, 1],
	summary:
		'Delete the local copy, pull it again and compare; exit code 1 when it is not the same image.',
	changes: true,
	run: call => runRequest(call, {operation: 'repull', reference: call.words[0] ?? ''}),
};

export const removeCommand: Command = {
	name: 'rm',
	usage: 'REF…',
	words: [1, Number.POSITIVE_INFINITY],
	summary: 'Delete references, and images with their last one.',
	options: [{flags: '--force', summary: 'also when a container uses it'}],
	changes: true,
	run: (call: CommandCall) =>
		runRequest(call, {
			operation: 'remove',
			items: call.words,
			force: call.options['force'] === true,
		}),
};
