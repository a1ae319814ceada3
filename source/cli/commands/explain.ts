import {RegbenchError, toRegbenchError} from '../../domain/errors.ts';
import {tryParseReference} from '../../domain/reference.ts';
import {sanitise} from '../../domain/sanitise.ts';
import {noFacts, type Facts, type TargetFacts} from '../../explain/facts.ts';
import {withKeys} from '../../explain/paragraph.ts';
import {findTopic, topics, topicsOf, type TopicId} from '../../explain/topics.ts';
import {engineFacts, readImageFacts, remoteFacts} from '../../operations/gather-facts.ts';
import {inspectRemote} from '../../operations/inspect-remote.ts';
import {keymap, keyOf} from '../../ui/keymap.ts';
import type {Command, CommandCall} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';

/** Of a reference these are told one after the other. */
const aboutReference = ['image', 'disk', 'layer', 'digest', 'manifest'] as const;
const aboutRemote = topicsOf.remote.filter(topic => topic !== 'tag');

const width = 80;

export const explainCommand: Command = {
	name: 'explain',
	usage: '[TOPIC|REF]',
	words: [0, 1],
	summary:
		'Explain a topic, or an image, in plain words with the facts of this machine; lists the topics without one.',
	changes: false,
	async run(call) {
		const [word] = call.words;
		const {output} = call;
		if (word === undefined) {
			for (const {id, title} of topics) output.record({id, title}, `${id.padEnd(12)}${title}`);
			return exitCodes.done;
		}
		const topic = findTopic(word);
		if (topic) {
			tell(call, [topic.id], await generalFacts(call));
			return exitCodes.done;
		}
		if (!tryParseReference(word) && !/^(?:sha256:)?[0-9a-f]{12,64}$/.test(word)) {
			throw usageError(`There is no topic ${JSON.stringify(sanitise(word, 60))}`);
		}
		const {shown, facts} = await referenceFacts(call, word).catch((thrown: unknown) => {
			const {code} = toRegbenchError(thrown);
			// A bare word was more likely meant as a topic: that some registry has no such image says nothing.
			if (code === 'CANCELLED' || code === 'ENGINE_UNREACHABLE' || /[/:@]/.test(word)) throw thrown;
			const subject = JSON.stringify(sanitise(word, 60));
			throw usageError(`There is neither a topic nor an image ${subject}`, thrown);
		});
		tell(call, shown, facts);
		return exitCodes.done;
	},
};

function usageError(message: string, cause?: unknown): RegbenchError {
	const hint = `Topics: ${topics.map(({id}) => id).join(', ')}; or name an image.`;
	return new RegbenchError('USAGE', message, {hint, cause});
}

function tell({output}: CommandCall, shown: readonly TopicId[], facts: Facts): void {
	for (const [index, id] of shown.entries()) {
		const topic = findTopic(id);
		if (!topic) continue;
		const paragraphs = topic.about(facts).map(({kind, text}) => ({
			kind,
			text: withKeys(text, key => keyOf(keymap, key)),
		}));
		const lines = paragraphs.flatMap(({kind, text}) => {
			const mark = {fact: '* ', plain: '', next: 'In the workbench: '}[kind];
			return [
				...(kind === 'fact' ? [] : ['']),
				...broken(mark + text, kind === 'fact' ? '  ' : ''),
			];
		});
		output.record(
			{topic: id, title: topic.title, paragraphs},
			[...(index > 0 ? [''] : []), topic.title.toUpperCase(), ...lines].join('\n'),
		);
	}
}

/** Lines of at most {@link width} characters; a longer word stays whole, so that it can be copied. */
function broken(text: string, indent: string): readonly string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		const longer = line === '' ? word : `${line} ${word}`;
		if (line !== '' && longer.length > width) {
			lines.push(line);
			line = `${indent}${word}`;
		} else line = longer;
	}
	return [...lines, line];
}

/** What can be told without asking any registry. An engine that is not there is left out. */
async function generalFacts({parts, signal}: CommandCall): Promise<Facts> {
	const {engine, settings, sessionTargets} = parts;
	const targets = [...settings.get().targets, ...sessionTargets];
	const [engineSide, logins] = await Promise.all([
		Promise.all([engine.info({signal}), engine.listImages({signal})]).catch((error: unknown) => {
			if (error instanceof RegbenchError && error.code !== 'CANCELLED') return undefined;
			throw error;
		}),
		Promise.all(targets.map(async target => loginOf(target, {parts, signal}))),
	]);
	if (!engineSide) return {...noFacts, targets: logins};
	const [info, images] = engineSide;
	return {
		...noFacts,
		engine: engineFacts(info),
		totals: {
			count: images.length,
			sizeBytes: images.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
		},
		latest: images.flatMap(({id, references}) =>
			references
				.filter(reference => reference.endsWith(':latest'))
				.map(reference => ({reference: `${reference} here`, image: id})),
		),
		targets: logins,
	};
}

async function loginOf(
	target: Pick<TargetFacts, 'id' | 'provider' | 'host'>,
	{parts, signal}: Pick<CommandCall, 'parts' | 'signal'>,
): Promise<TargetFacts> {
	const {id, provider, host} = target;
	const found = await parts.credentials.find(host, {signal}).catch(() => undefined);
	if (!found) return {id, provider, host, login: {phase: 'unknown'}};
	const {source, credential} = found;
	const username = credential.kind === 'bearer' ? undefined : credential.username;
	return {
		id,
		provider,
		host,
		login: {phase: 'logged-in', source, ...(username === undefined ? {} : {username})},
	};
}

/** An image as the engine has it, else as its registry has it. */
async function referenceFacts(
	call: CommandCall,
	reference: string,
): Promise<{readonly shown: readonly TopicId[]; readonly facts: Facts}> {
	const {parts, signal} = call;
	const general = await generalFacts(call);
	try {
		const image = await readImageFacts(parts.engine, reference, signal);
		return {shown: aboutReference, facts: {...general, image}};
	} catch (error) {
		const isAbsent = error instanceof RegbenchError && error.code === 'IMAGE_NOT_FOUND';
		if (!isAbsent && general.engine) throw error;
	}
	const {registry, credentials} = parts;
	const remote = remoteFacts(await inspectRemote(reference, {registry, credentials, signal}));
	return {shown: aboutRemote, facts: {...general, remote}};
}
