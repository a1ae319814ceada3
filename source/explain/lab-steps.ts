/** The guided tour as a table: what is done in which order, why, and with which keys. */
import type {LabProgress} from '../domain/lab.ts';
import type {TopicId} from './topics.ts';

export type LabPart = {
	/** `push.tag`: what its tick is kept under. */
	readonly id: string;
	/** What to do; keys as `{images.push}`. */
	readonly task: string;
	/** The same in a few words, for the footer. */
	readonly hint: string;
	/** Topic that stands for it where it cannot be done; absent where it always can. */
	readonly instead?: TopicId;
};

export type LabStep = {
	readonly id: string;
	readonly title: string;
	readonly why: string;
	/** What {@link LabStep.why} is a summary of. */
	readonly topics: readonly TopicId[];
	readonly parts: readonly LabPart[];
};

export const labSteps: readonly LabStep[] = [
	{
		id: 'storage',
		title: 'Investigate local storage',
		why: 'An image is no single file: it is layers, kept once each. Who knows where they lie can explain sizes, and free room.',
		topics: ['disk', 'layer', 'image'],
		parts: [
			{
				id: 'storage.disk',
				task: 'On an image press {explain}, then Tab to Disk: where its bytes are.',
				hint: '{explain}, Tab: disk',
			},
			{
				id: 'storage.layers',
				task: 'Press {images.layers} on an image: its layers, and what made them.',
				hint: '{images.layers}: layers',
			},
		],
	},
	{
		id: 'ghcr',
		title: 'Set up GHCR',
		why: 'A registry must know who pushes. The login is found on this machine, or typed once and kept safely, never in the log.',
		topics: ['login', 'registry'],
		parts: [
			{
				id: 'ghcr.target',
				task: 'In registries ({pane-3}): {registries.add} adds ghcr.io, {registries.login} logs in.',
				hint: '{pane-3}, {registries.login}: log in',
			},
			{
				id: 'ghcr.login',
				task: 'Press {pane-3}, {explain}, then Tab to Login: how it knows you.',
				hint: '{pane-3}, {explain}, Tab: login',
			},
		],
	},
	{
		id: 'push',
		title: 'Tag and push',
		why: 'The name says where an image goes. So it gets a name with the registry in it first, and then it is sent.',
		topics: ['push', 'tag', 'manifest'],
		parts: [
			{
				id: 'push.tag',
				task: 'In images ({pane-1}): {images.tag} fills in the name for the registry; Enter tags.',
				hint: '{pane-1}, {images.tag}: tag',
			},
			{
				id: 'push.push',
				task: 'Press {images.push}, look at what would be sent, then Enter.',
				hint: '{images.push}: push',
			},
		],
	},
	{
		id: 'visibility',
		title: 'Private or public',
		why: 'Who can pull it? It is tried for real, as somebody without a login.',
		topics: ['visibility'],
		parts: [
			{
				id: 'visibility.anonymous',
				task: 'Press {pane-3}, {registries.browse}, and {remote.visibility} on the repository.',
				hint: '{pane-3}, {registries.browse}, {remote.visibility}: who sees it',
			},
		],
	},
	{
		id: 'repull',
		title: 'Delete and pull again',
		why: 'The digest proves that what comes back is the same, bit for bit.',
		topics: ['pull', 'digest'],
		parts: [
			{
				id: 'repull.same',
				task: 'In images ({pane-1}): {images.repull} deletes the local copy, pulls and compares; {repull.confirm} begins.',
				hint: '{pane-1}, {images.repull}: re-pull',
			},
		],
	},
	{
		id: 'run',
		title: 'Run what was pulled',
		why: 'Equal bytes are one proof; that the program answers as before is another.',
		topics: ['container'],
		parts: [
			{
				id: 'run.answer',
				task: 'In images ({pane-1}): {images.run}, then Enter: it runs, is asked, and its answer is kept.',
				hint: '{pane-1}, {images.run}: run',
				instead: 'container',
			},
		],
	},
	{
		id: 'security',
		title: 'Security',
		why: 'What is in a layer stays in it. And a name says nothing of who made the image: signatures and digests do.',
		topics: ['signing', 'secrets', 'latest'],
		parts: [
			{
				id: 'security.check',
				task: 'In images ({pane-1}): {images.safety} looks into every layer for secrets, and for what else is risky.',
				hint: '{pane-1}, {images.safety}: safety check',
			},
			{
				id: 'security.signing',
				task: 'Then {lab}, and Enter here: what a signature proves, and what it does not.',
				hint: '{lab}, Enter: signing',
			},
			{
				id: 'security.secrets',
				task: 'Then Tab to Secrets: what happens to a file that is deleted later.',
				hint: '{lab}, Enter, Tab: secrets',
			},
		],
	},
	{
		id: 'acr',
		title: 'A second registry: ACR',
		why: 'Beside the machines that pull, with the rights of their cloud. The same digest in both places is the same image.',
		topics: ['registries', 'registry'],
		parts: [
			{
				id: 'acr.push',
				task: 'In images ({pane-1}): {images.push}, choose the Azure registry with Space, Enter. Or {images.copy} from GHCR.',
				hint: '{images.push}, Space: to ACR',
			},
		],
	},
	{
		id: 'cleanup',
		title: 'Clean up',
		why: 'Old images fill disks and bills. First look what would go and what stays, then let go.',
		topics: ['cleanup', 'disk'],
		parts: [
			{
				id: 'cleanup.plan',
				task: 'In images ({pane-1}): {images.cleanup} shows what would go by your rules, and why.',
				hint: '{pane-1}, {images.cleanup}: clean up',
			},
			{
				id: 'cleanup.done',
				task: 'There: Tab, type how many to keep, Enter, then {cleanup.confirm}. Or delete one image with {images.delete}.',
				hint: '{images.cleanup} or {images.delete}: let go',
			},
		],
	},
];

export type StepStanding = 'open' | 'done' | 'explained';

/** How far a step is. */
export function standingOf({parts}: LabStep, {ticks}: Pick<LabProgress, 'ticks'>): StepStanding {
	if (parts.some(({id}) => ticks[id] === undefined)) return 'open';
	return parts.some(({id}) => ticks[id]?.how === 'explained') ? 'explained' : 'done';
}

/** What to do next; undefined at the end. */
export function nextPart(
	progress: Pick<LabProgress, 'ticks'>,
): {readonly step: LabStep; readonly number: number; readonly part: LabPart} | undefined {
	for (const [index, step] of labSteps.entries()) {
		const part = step.parts.find(({id}) => progress.ticks[id] === undefined);
		if (part) return {step, number: index + 1, part};
	}
	return undefined;
}

/** How many steps are through. */
export function stepsThrough(progress: Pick<LabProgress, 'ticks'>): number {
	return labSteps.filter(step => standingOf(step, progress) !== 'open').length;
}
