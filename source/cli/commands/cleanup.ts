/** Cleaning up from the shell: a plan into a file first, then exactly that plan. */
import {readFile, writeFile} from 'node:fs/promises';
import {isTouched, type CleanupEntry} from '../../domain/cleanup.ts';
import {shortDigest} from '../../domain/digest.ts';
import {RegbenchError} from '../../domain/errors.ts';
import {formatBytes} from '../../domain/size.ts';
import {readCleanupPlan} from '../../operations/cleanup.ts';
import {previewCleanup} from '../../operations/look-for-cleanup.ts';
import type {RetentionRule} from '../../settings/schema.ts';
import {ruleFrom} from '../../workbench/cleanup-intents.ts';
import type {Command, CommandCall} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';
import {operationContext, runRequest} from '../run-headless.ts';
import {findTarget} from './move.ts';

export const cleanupCommand: Command = {
	name: 'cleanup',
	usage: '',
	words: [0, 0],
	summary:
		'Plan what old and unused images may go, by the rules of the settings or of the options; then apply exactly that plan.',
	options: [
		{flags: '--plan <file>', summary: 'write what would go, and what stays and why'},
		{
			flags: '--apply <file>',
			summary: 'remove what the plan says; refused when anything has changed',
		},
		{
			flags: '--target <target>',
			summary: 'look there and not on this machine (repeatable)',
			repeats: true,
		},
		{
			flags: '--keep <number>',
			summary: 'newest tags of each repository that stay; 0: all unused may go',
		},
		{flags: '--older-than <days>', summary: 'only what is older may go'},
		{flags: '--by <order>', summary: 'what makes a tag newer', choices: ['version', 'time']},
		{
			flags: '--only <pattern>',
			summary: 'repositories that the options are for, with * for anything',
		},
		{flags: '--protect <pattern>', summary: 'tags that never go (repeatable)', repeats: true},
	],
	// A plan changes nothing but its own file.
	changes: (_, {apply}) => apply !== undefined,
	async run(call) {
		const {plan, apply} = call.options;
		if (plan !== undefined && apply !== undefined) {
			throw new RegbenchError('USAGE', '--plan and --apply do not go together', {
				hint: 'Make the plan first, look at it, then apply it.',
			});
		}
		if (typeof apply !== 'string') {
			return showPlan(call, typeof plan === 'string' ? plan : undefined);
		}
		const rule = rulesGiven(call);
		if (rule !== undefined) {
			throw new RegbenchError('USAGE', `--${rule} is for making a plan, not for applying one`);
		}
		return applyPlan(call, apply);
	},
};

async function applyPlan(call: CommandCall, file: string): Promise<number> {
	let text: string;
	try {
		text = await readFile(file, 'utf8');
	} catch (cause) {
		throw new RegbenchError('USAGE', `The plan ${file} cannot be read`, {cause});
	}
	return runRequest(call, {operation: 'cleanup', plan: readCleanupPlan(text)});
}

/** The first option that only a plan is made with. */
function rulesGiven({options}: CommandCall): string | undefined {
	const given = {
		target: options['target'],
		keep: options['keep'],
		'older-than': options['olderThan'],
		by: options['by'],
		only: options['only'],
		protect: options['protect'],
	};
	return Object.entries(given).find(
		([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
	)?.[0];
}

async function showPlan(call: CommandCall, file: string | undefined): Promise<number> {
	const {parts, options, output} = call;
	const settings = parts.settings.get();
	const known = [...settings.targets, ...parts.sessionTargets];
	const targets = listOf(options['target']).map(place => findTarget(place, known));
	const plan = await previewCleanup(
		{local: targets.length === 0, targets},
		rulesOf(call, settings.retention),
		operationContext(call),
	);
	if (file !== undefined) {
		try {
			await writeFile(file, `${JSON.stringify(plan, undefined, '\t')}\n`);
		} catch (cause) {
			throw new RegbenchError('USAGE', `The plan ${file} cannot be written`, {cause});
		}
	}
	for (const entry of plan.entries) {
		const {blobs: _, ...shown} = entry;
		output.record({type: 'entry', ...shown}, describeEntry(entry));
	}
	const count = plan.entries.filter(isTouched).length;
	const {listedBytes, freedBytes, notes} = plan;
	for (const note of notes) output.progress(note);
	const next =
		file === undefined
			? 'Keep this as a plan with --plan FILE.'
			: `Apply with: regbench cleanup --apply ${file}`;
	output.progress(
		`${count} of ${plan.entries.length} would lose names or go; ${formatBytes(listedBytes)} as listed, up to ${formatBytes(freedBytes)} freed. ${count > 0 ? next : 'Nothing is to be done.'}`,
	);
	return exitCodes.done;
}

function rulesOf(
	{options}: CommandCall,
	saved: readonly RetentionRule[],
): readonly RetentionRule[] {
	const text = (name: string) => (typeof options[name] === 'string' ? options[name] : '');
	const rule = ruleFrom({
		keep: text('keep'),
		older: text('olderThan'),
		order: text('by'),
		only: text('only'),
		protect: listOf(options['protect']).join(' '),
	});
	if (typeof rule === 'string') throw new RegbenchError('USAGE', rule);
	return rule ? [rule] : saved;
}

function listOf(value: unknown): readonly string[] {
	return Array.isArray(value) ? value.map(String) : [];
}

function describeEntry(entry: CleanupEntry): string {
	const place = entry.place === 'local' ? '' : `${entry.place}:`;
	if (entry.names.length === 0) {
		return `${entry.goes ? 'goes ' : 'stays'}  ${shortDigest(entry.id)}  ${entry.reason}`;
	}
	return entry.names
		.map(({name, goes, reason}) => `${goes ? 'goes ' : 'stays'}  ${place}${name}  ${reason}`)
		.join('\n');
}
