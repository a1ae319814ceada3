/** Commands that change what registries hold, without an engine. */
import {RegbenchError} from '../../domain/errors.ts';
import type {RemoteRemovalPlan} from '../../domain/remote.ts';
import {planRemoteRemoval} from '../../operations/plan-remote-removal.ts';
import type {Command} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';
import {operationContext, runRequest} from '../run-headless.ts';
import {noticeOf} from './remote.ts';

export const copyCommand: Command = {
	name: 'copy',
	usage: 'SOURCE DESTINATION',
	words: [2, 2],
	summary: 'Copy an image from registry to registry with all platforms, without an engine.',
	options: [
		{flags: '--with-referrers', summary: 'bring its signatures, SBOMs and attestations as well'},
	],
	changes: true,
	run: call => {
		const [source = '', destination = ''] = call.words;
		const withReferrers = call.options['withReferrers'] === true;
		return runRequest(call, {operation: 'copy', source, destination, withReferrers});
	},
};

export const removeRemoteCommand: Command = {
	name: 'rm-remote',
	usage: 'REF',
	words: [1, 1],
	summary: 'Delete an image on its registry with every tag on it, or with --untag the tag alone.',
	options: [
		{flags: '--untag', summary: 'take only this tag away'},
		{flags: '--dry-run', summary: 'only show what would go'},
		{flags: '--confirm <name>', summary: 'the REPOSITORY:TAG that is deleted, to show you mean it'},
	],
	changes: true,
	async run(call) {
		const mode = call.options['untag'] === true ? 'untag' : 'manifest';
		const context = {...operationContext(call), onNotice: noticeOf(call)};
		const plan = await planRemoteRemoval(call.words[0] ?? '', mode, context);
		call.output.record({type: 'plan', ...plan}, describePlan(plan).join('\n'));
		if (call.options['dryRun'] === true) return exitCodes.done;
		if (plan.mode === 'refused') {
			throw new RegbenchError('UNSUPPORTED', plan.reason ?? 'It cannot be deleted there');
		}
		if (call.options['confirm'] !== plan.confirmation) {
			throw new RegbenchError(
				'USAGE',
				'Nothing was deleted: the confirmation is missing or wrong',
				{
					hint: `To delete what is listed, add --confirm ${plan.confirmation}`,
				},
			);
		}
		return runRequest(call, {operation: 'remove-remote', plan});
	},
};

/** What goes, a line for each thing worth knowing before. */
export function describePlan(plan: RemoteRemovalPlan): readonly string[] {
	const what = {
		untag: `Untags ${plan.reference}; the image stays`,
		manifest: `Deletes ${plan.reference}`,
		refused: `${plan.reference} is not deleted`,
	}[plan.mode];
	const kinds = plan.referrers.map(({kind}) => kind).join(', ');
	return [
		what,
		`  digest     ${plan.digest}`,
		...(plan.tags.length > 0 ? [`  tags       ${plan.tags.join(', ')}`] : []),
		...(plan.platforms.length > 0 ? [`  platforms  ${plan.platforms.join(', ')}`] : []),
		...(plan.referrers.length > 0
			? [`  referrers  ${plan.referrers.length} (${kinds}), left without their image`]
			: []),
		...(plan.wholeRepository ? ['  The whole repository goes.'] : []),
		...(plan.reason === undefined ? [] : [`  ${plan.reason}`]),
	];
}
