/** What ticks the tour's parts off: results of jobs, and what is on screen. Pure. */
import type {CopyResult, JobResult, PushResult} from '../domain/events.ts';
import {shortDigest} from '../domain/digest.ts';
import type {LabTick} from '../domain/lab.ts';
import {describeAnswer, isWorking} from '../domain/probe.ts';
import {parseReference} from '../domain/reference.ts';
import type {SafetyReport} from '../domain/safety.ts';
import {countSeverities} from '../domain/severity.ts';
import {formatBytes} from '../domain/size.ts';
import {isTouched} from '../domain/cleanup.ts';
import {labSteps} from '../explain/lab-steps.ts';
import type {TopicId} from '../explain/topics.ts';
import {providerForHost} from '../registry/providers/table.ts';
import {selectExplanation} from './explain.ts';
import {countOf, describeResult} from './job-log.ts';
import {whyNotRun} from './run-selectors.ts';
import type {Job, State} from './state.ts';

type Sight = {
	readonly evidence: readonly string[];
	/** ms since the epoch, where it is known better than "now". */
	readonly at?: number;
	readonly how?: LabTick['how'];
};

const mostEvidence = 3;

/** Parts that are not ticked yet and have happened, with what was seen. */
export function newTicks(state: State, now: number): Readonly<Record<string, LabTick>> {
	const {lab} = state;
	if (!lab) return {};
	const since = Date.parse(lab.startedAt);
	const jobs = state.jobs.filter(job => (job.endedAt ?? now) >= since);
	const ticks: Record<string, LabTick> = {};
	for (const {id, instead} of labSteps.flatMap(({parts}) => parts)) {
		if (lab.ticks[id]) continue;
		const reason = instead === undefined ? undefined : whyNotRun(state);
		const seen =
			instead === undefined || reason === undefined
				? sights[id]?.(state, jobs)
				: explained(state, instead, reason);
		if (!seen) continue;
		ticks[id] = {
			time: new Date(seen.at ?? now).toISOString(),
			how: seen.how ?? 'done',
			evidence: seen.evidence.slice(0, mostEvidence),
		};
	}
	return ticks;
}

const sights: Readonly<Record<string, (state: State, jobs: readonly Job[]) => Sight | undefined>> =
	{
		'storage.disk': state => {
			const {dialog} = state;
			// Before the image was read, the text says less than there is to see.
			return dialog?.kind === 'explain' && dialog.gathered.image ? read(state, 'disk') : undefined;
		},
		'storage.layers': ({overlay}) => {
			if (overlay?.kind !== 'layers' || !overlay.report?.complete) return undefined;
			const {layers, image} = overlay.report;
			const bytes = layers.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0);
			return {
				evidence: [
					`${image.startsWith('sha256:') ? shortDigest(image) : image}: ${countOf(layers.length, 'layer')}, ${formatBytes(bytes)}`,
					...(layers[0]?.createdBy ? [`the first was made by: ${layers[0].createdBy}`] : []),
				],
			};
		},
		'ghcr.target': ({targets, logins}) => {
			for (const {host, provider} of targets) {
				const login = logins[host];
				if (provider !== 'ghcr' || login?.phase !== 'logged-in' || !login.checked) continue;
				const who = login.username ? ` as ${login.username}` : '';
				return {evidence: [`${host}: logged in${who}, login from: ${login.source}`]};
			}
			return undefined;
		},
		'ghcr.login': state => read(state, 'login'),
		'push.tag': (_, jobs) =>
			firstResult(jobs, result =>
				result.operation === 'tag' && !isAcr(result.reference) ? describeResult(result) : undefined,
			),
		'push.push': (state, jobs) =>
			firstResult(jobs, result => {
				if (result.operation === 'prove' && isOn(state, result.reference, 'ghcr')) {
					return [`pushed ${result.reference} in a proof`, `digest ${result.digest.pushed}`];
				}
				const push = pushesOf(result).find(({reference}) => isOn(state, reference, 'ghcr'));
				return push && pushEvidence(push);
			}),
		'visibility.anonymous': ({dialog}) => {
			if (dialog?.kind !== 'visibility' || dialog.anonymous.phase !== 'ready') return undefined;
			const {repository, facts, anonymous} = dialog;
			const told = facts.phase === 'ready' ? facts.value?.visibility : undefined;
			return {
				evidence: [
					anonymous.value
						? `${repository}: an anonymous pull works, it is public`
						: `${repository}: an anonymous pull is refused, it is not public`,
					...(told ? [`the registry says: ${told}`] : []),
				],
			};
		},
		'repull.same': (_, jobs) =>
			firstResult(jobs, result => {
				if (result.operation === 'repull' && result.same) {
					return [
						`${result.reference} came back the same`,
						`digest ${result.digest}`,
						`image ID ${result.imageId}`,
					];
				}
				if (result.operation !== 'prove' || !result.same) return undefined;
				return [`${result.reference} came back the same`, `digest ${result.digest.pulled}`];
			}),
		'run.answer': (_, jobs) => {
			for (const {answer, container, operation, result, endedAt} of jobs) {
				const given = result?.operation === 'prove' ? result.probe.after : answer;
				if (!given || !isWorking(given) || !['run', 'prove'].includes(operation)) continue;
				const name = container?.reference;
				return {
					evidence: [...(name ? [`${name} runs as ${container.name}`] : []), describeAnswer(given)],
					...(endedAt === undefined ? {} : {at: endedAt}),
				};
			}
			return undefined;
		},
		'security.check': state => {
			const since = Date.parse(state.lab?.startedAt ?? '');
			const report = safetyReports(state).find(
				({complete, checkedAt}) => complete && Date.parse(checkedAt) >= since,
			);
			return report && safetyEvidence(report);
		},
		'security.signing': state => read(state, 'signing'),
		'security.secrets': state => read(state, 'secrets'),
		'acr.push': (state, jobs) =>
			firstResult(jobs, result => {
				const push = pushesOf(result).find(({reference}) => isOn(state, reference, 'acr'));
				if (push) return [...pushEvidence(push), ...elsewhere(push.digest, push.reference, jobs)];
				return result.operation === 'copy' && isOn(state, result.destination, 'acr')
					? copyEvidence(result)
					: undefined;
			}),
		'cleanup.plan': ({dialog}) => {
			if (dialog?.kind !== 'cleanup' || dialog.plan.phase !== 'ready') return undefined;
			const {entries} = dialog.plan.value;
			const going = entries.filter(isTouched).length;
			return {evidence: [`looked at ${countOf(entries.length, 'image')}: ${going} would go`]};
		},
		'cleanup.done': (_, jobs) =>
			firstResult(jobs, result =>
				['cleanup', 'remove', 'remove-remote'].includes(result.operation)
					? describeResult(result)
					: undefined,
			),
	};

/** The open page of an explanation, when it is about the topic. */
function read(state: State, topic: TopicId): Sight | undefined {
	if (state.dialog?.kind !== 'explain') return undefined;
	const page = selectExplanation(state, state.dialog);
	if (page.topic !== topic) return undefined;
	const facts = page.paragraphs.filter(({kind}) => kind === 'fact').map(({text}) => text);
	return {evidence: facts.length > 0 ? facts : [`Read: ${page.title}`]};
}

/** Of local images, and what is open of one on a registry. */
function safetyReports({safety, overlay}: State): readonly SafetyReport[] {
	const open = overlay?.kind === 'safety' ? overlay.report : undefined;
	return [...Object.values(safety), ...(open ? [open] : [])];
}

function safetyEvidence({reference, findings, vulnerabilities, scan, notChecked}: SafetyReport) {
	const counts = countSeverities([...findings, ...vulnerabilities]);
	const found = counts.map(([severity, count]) => `${count} ${severity}`).join(', ');
	return {
		evidence: [
			`${reference}: ${scan.layersRead} of ${countOf(scan.layers, 'layer')} and ${countOf(scan.files, 'file')} looked into`,
			found === '' ? 'nothing was found in what was checked' : `found: ${found}`,
			...(notChecked.length > 0
				? [`not checked: ${notChecked.map(({what}) => what).join(', ')}`]
				: []),
		],
	};
}

function explained(state: State, topic: TopicId, reason: string): Sight | undefined {
	const seen = read(state, topic);
	return seen && {how: 'explained', evidence: [`Not possible here: ${reason}`]};
}

function firstResult(
	jobs: readonly Job[],
	tell: (result: JobResult) => readonly string[] | undefined,
): Sight | undefined {
	for (const {result, endedAt} of jobs) {
		const evidence = result && tell(result);
		if (evidence) return {evidence, ...(endedAt === undefined ? {} : {at: endedAt})};
	}
	return undefined;
}

function pushesOf(result: JobResult): readonly PushResult[] {
	if (result.operation === 'push-all') return result.pushes;
	return result.operation === 'push' ? [result] : [];
}

function pushEvidence(push: PushResult): readonly string[] {
	return [...describeResult(push).slice(0, 1), `digest ${push.digest}`];
}

function copyEvidence(copy: CopyResult): readonly string[] {
	return [
		`copied ${copy.source} to ${copy.destination}`,
		`digest ${copy.digest}, the same in both`,
	];
}

/** Another registry that was given the same digest. */
function elsewhere(digest: string, reference: string, jobs: readonly Job[]): readonly string[] {
	const other = jobs
		.flatMap(({result}) => (result ? pushesOf(result) : []))
		.find(push => push.digest === digest && push.reference !== reference);
	return other ? [`the very digest that ${parseReference(other.reference).domain} has`] : [];
}

/** Whether it is on a registry of that product: by the target, for a practice registry stands on this machine. */
function isOn({targets}: State, reference: string, provider: 'ghcr' | 'acr'): boolean {
	const {domain} = parseReference(reference);
	const target = targets.find(({host}) => host === domain);
	return (target?.provider ?? providerForHost(domain).id) === provider;
}

function isAcr(reference: string): boolean {
	return providerForHost(parseReference(reference).domain).id === 'acr';
}
