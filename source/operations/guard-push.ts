/** Whether an image may be pushed, by the rules that the settings hold. Without rules nothing is looked at. */
import {RegbenchError} from '../domain/errors.ts';
import type {OperationEvent} from '../domain/events.ts';
import type {ImageDetails} from '../domain/image.ts';
import {familiarReference, type Reference} from '../domain/reference.ts';
import type {PolicyBreach, PolicyRule, SafetyReport} from '../domain/safety.ts';
import {breaches, latestBreach} from '../safety/policy.ts';
import {defaultSafety} from '../settings/schema.ts';
import type {OperationContext} from './context.ts';
import type {ContentsRequest} from './image-contents.ts';

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
	const known = context.knownSafety?.(image.id);
	const subject = {image: image.id, from: 'engine', ...(known ? {known} : {})} as const;
	yield* guard({reference, refusal: 'was not pushed', subjects: async () => [subject]}, context);
}

/**
 * The same for a copy from a registry, which is a push to where it goes: every image that `images`
 * answers with (references by digest, one a platform) is read on its registry. They are asked for only
 * where a rule is about what is in them.
 */
export function guardCopy(
	images: () => Promise<readonly string[]>,
	reference: Reference,
	context: OperationContext,
): AsyncGenerator<OperationEvent, void, undefined> {
	const subjects = async () => (await images()).map(image => ({image, from: 'registry'}) as const);
	return guard({reference, refusal: 'was not copied', subjects}, context);
}

type Subject = ContentsRequest & {readonly known?: SafetyReport};

type Guarded = {
	/** Where it is to go. */
	readonly reference: Reference;
	readonly refusal: string;
	subjects(): Promise<readonly Subject[]>;
};

async function* guard(
	{reference, refusal, subjects}: Guarded,
	context: OperationContext,
): AsyncGenerator<OperationEvent, void, undefined> {
	const rules = context.safety?.().blockPushOn ?? [];
	const refused = (broken: readonly PolicyBreach[]) => policyBroken(reference, refusal, broken);
	if (rules.includes('latest') && reference.tag === 'latest') throw refused([latestBreach]);
	const others = rules.filter(rule => rule !== 'latest');
	if (others.length === 0) return;
	const what = others.map(rule => lookedFor[rule]).join(' and ');
	for (const {known, ...subject} of await subjects()) {
		let report = known;
		if (!report?.complete) {
			const which = subject.from === 'engine' ? '' : ` in ${subject.image}`;
			yield {type: 'step', message: `Looking for ${what}${which} first: the settings want it`};
			report = await look(subject, others.includes('critical') ? context : withoutScanner(context));
		}
		const broken = breaches(report, others);
		if (broken.length > 0) throw refused(broken);
	}
	yield {type: 'step', message: `Nothing found that the settings refuse (${rules.join(', ')})`};
}

async function look(subject: ContentsRequest, context: OperationContext): Promise<SafetyReport> {
	const {checkImage} = await import('./check-image.ts');
	const request = {...subject, depth: 'full', signatures: false} as const;
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

function policyBroken(
	reference: Reference,
	refusal: string,
	broken: readonly PolicyBreach[],
): RegbenchError {
	const [first] = broken;
	const rest = broken.length > 1 ? ` (and ${broken.length - 1} more)` : '';
	return new RegbenchError(
		'POLICY_BROKEN',
		`${familiarReference(reference)} ${refusal}: ${first?.message ?? ''}${rest}`,
		{
			hint: `${first?.whatToDo ?? ''} The rule is "${first?.rule ?? ''}" in safety.blockPushOn of the settings.`,
		},
	);
}
