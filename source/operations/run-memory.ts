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

/** The answer as it is kept for a reference: without the text it began with, which may hold anything. */
export function answerToKeep(reference: string, answer: ProbeAnswer): string {
	const kept =
		answer.kind === 'http'
			? {...answer, excerpt: ''}
			: answer.kind === 'health'
				? {...answer, output: ''}
				: answer;
	return JSON.stringify({reference, answer: kept});
}

/** The answer that was kept of this very reference to this path; undefined where there is none. */
export function keptAnswer(
	memory: RunMemory | undefined,
	reference: string,
	probePath: string,
): ProbeAnswer | undefined {
	if (memory?.answer === undefined || memory.probePath !== probePath) return undefined;
	try {
		const kept = JSON.parse(memory.answer) as {reference: string; answer: ProbeAnswer};
		const {answer} = kept;
		const isWhole =
			typeof answer.asked === 'string' &&
			(answer.kind === 'http'
				? typeof answer.headers === 'object' && typeof answer.bodyDigest === 'string'
				: ['tcp', 'health', 'exit'].includes(answer.kind));
		return isWhole && kept.reference === reference ? answer : undefined;
	} catch {
		return undefined;
	}
}
