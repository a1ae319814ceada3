/** Whether an image may be pushed, by the rules that the settings hold. Without rules nothing is looked at. */
import {RegbenchError} from '../domain/errors.ts';
import type {OperationEvent} from '../domain/events.ts';
import type {ImageDetails} from '../domain/image.ts';
import {familiarReference, type Reference} from '../domain/reference.ts';
import type {PolicyBreach, PolicyRule, SafetyReport} from '../domain/safety.ts';
import {breaches, latestBreach} from '../safety/policy.ts';
import {defaultSafety} from '../settings/schema.ts';
import type {OperationContext} from './context.ts';

const lookedFor: Readonly<Record<Exclude<PolicyRule, 'latest'>, string>> = {
	secrets: 'secrets',
	critical: 'critical vulnerabilities',
};

/**
 * Throws `POLICY_BROKEN` where a rule does not hold, or cannot be told to hold, before anything is
 * tagged or sent. A report that is known already is used as it is; else the layers are read.
 */
export async function* guardPush(
	image: ImageDetails,
	reference: Reference,
	context: OperationContext,
): AsyncGenerator<OperationEvent, void, undefined> {
	const rules = context.safety?.().blockPushOn ?? [];
	if (rules.includes('latest') && reference.tag === 'latest') {
		throw refused(reference, [latestBreach]);
	}
	const others = rules.filter(rule => rule !== 'latest');
	if (others.length === 0) return;
	let report = context.knownSafety?.(image.id);
	if (!report?.complete) {
		const what = others.map(rule => lookedFor[rule]).join(' and ');
		yield {type: 'step', message: `Looking for ${what} first: the settings want it`};
		report = await look(image, others.includes('critical') ? context : withoutScanner(context));
	}
	const broken = breaches(report, others);
	if (broken.length > 0) throw refused(reference, broken);
	yield {type: 'step', message: `Nothing found that the settings refuse (${rules.join(', ')})`};
}

async function look(image: ImageDetails, context: OperationContext): Promise<SafetyReport> {
	const {checkImage} = await import('./check-image.ts');
	const request = {image: image.id, from: 'engine', depth: 'full', signatures: false} as const;
	let last: SafetyReport | undefined;
	for await (const report of checkImage(request, context)) last = report;
	if (!last?.complete) throw new RegbenchError('CANCELLED', 'Cancelled');
	return last;
}

/** Where only secrets matter, no scanner is waited for. */
function withoutScanner(context: OperationContext): OperationContext {
	const settings = {
		...(context.safety?.() ?? defaultSafety),
		scanner: 'none',
		askOsv: false,
	} as const;
	return {...context, safety: () => settings};
}

function refused(reference: Reference, broken: readonly PolicyBreach[]): RegbenchError {
	const [first] = broken;
	const rest = broken.length > 1 ? ` (and ${broken.length - 1} more)` : '';
	return new RegbenchError(
		'POLICY_BROKEN',
		`${familiarReference(reference)} was not pushed: ${first?.message ?? ''}${rest}`,
		{
			hint: `${first?.whatToDo ?? ''} The rule is "${first?.rule ?? ''}" in safety.blockPushOn of the settings.`,
		},
	);
}
