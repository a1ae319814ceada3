/** What is remembered of a run, per repository, and the answer it gave, for the next one to be compared with. */
import type {ProbeAnswer} from '../domain/probe.ts';
import {familiarRepository, parseReference} from '../domain/reference.ts';
import type {RunMemory} from '../settings/schema.ts';
import {withoutSecret} from './container-spec.ts';

/** Most repositories of which a run is remembered. */
const mostMemories = 100;

type Memories = Readonly<Record<string, RunMemory>>;

/** The key of a reference: its repository, so that the next version is run in the same way. */
export function runKey(reference: string): string {
	try {
		return familiarRepository(parseReference(reference));
	} catch {
		return reference;
	}
}

/** The memories with one more; the oldest fall out. Values of secret variables are dropped. */
export function rememberRun(
	memories: Memories | undefined,
	reference: string,
	run: RunMemory,
): Memories {
	const key = runKey(reference);
	const {[key]: _, ...others} = memories ?? {};
	const entries = Object.entries(others).slice(-(mostMemories - 1));
	const environment = run.environment.map(text =>
		text.includes('=') ? withoutSecret(text) : text,
	);
	return Object.fromEntries([...entries, [key, {...run, environment}]]);
}

/** The answer as it is kept: without the text it began with, which may hold anything. */
export function answerToKeep(answer: ProbeAnswer): string {
	if (answer.kind === 'http') return JSON.stringify({...answer, excerpt: ''});
	if (answer.kind === 'health') return JSON.stringify({...answer, output: ''});
	return JSON.stringify(answer);
}

/** The answer that was kept; undefined where none was, or where it cannot be read any more. */
export function keptAnswer(memory: RunMemory | undefined): ProbeAnswer | undefined {
	if (memory?.answer === undefined) return undefined;
	try {
		const answer = JSON.parse(memory.answer) as ProbeAnswer;
		const isWhole =
			typeof answer.asked === 'string' &&
			(answer.kind === 'http'
				? typeof answer.headers === 'object' && typeof answer.bodyDigest === 'string'
				: ['tcp', 'health', 'exit'].includes(answer.kind));
		return isWhole ? answer : undefined;
	} catch {
		return undefined;
	}
}
