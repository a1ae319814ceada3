/** Commands that read what a registry holds. */
import {shortDigest} from '../../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../../domain/errors.ts';
import {parseReference} from '../../domain/reference.ts';
import {isArtifactTag, type RepositoryEntry, type TagEntry} from '../../domain/remote.ts';
import {formatBytes, formatRelative} from '../../domain/size.ts';
import {compareVersions} from '../../domain/version.ts';
import {inspectRemote} from '../../operations/inspect-remote.ts';
import {countOf} from '../../workbench/job-log.ts';
import type {Command, CommandCall} from '../command.ts';
import {describeRemote} from '../describe-remote.ts';
import {exitCodes} from '../exit-codes.ts';
import {operationContext} from '../run-headless.ts';
import {findTarget} from './move.ts';

export const reposCommand: Command = {
	name: 'repos',
	usage: 'TARGET',
	words: [1, 1],
	summary: 'List the repositories of a registry target, e.g. ghcr.io/octocat.',
	changes: false,
	async run(call) {
		const {parts, output, signal} = call;
		const known = [...parts.settings.get().targets, ...parts.sessionTargets];
		const {host, namespace} = findTarget(call.words[0] ?? '', known);
		const pages = parts.registry.repositories(host, namespace, {signal, onNotice: noticeOf(call)});
		await withLoginHint(host, async () => {
			for await (const page of pages) {
				for (const entry of page) {
					output.record({host, ...entry}, repositoryLine(host, entry));
				}
			}
		});
		return exitCodes.done;
	},
};

function repositoryLine(host: string, {path, tagCount, visibility, updatedAt}: RepositoryEntry) {
	const facts = [
		tagCount === undefined ? '' : countOf(tagCount, 'tag'),
		visibility ?? '',
		updatedAt === undefined ? '' : formatRelative(updatedAt, Date.now()),
	].filter(fact => fact !== '');
	return [`${host}/${path}`, ...facts].join('  ');
}

const orders = {
	name: (one: TagEntry, other: TagEntry) => (one.tag < other.tag ? -1 : 1),
	time: (one: TagEntry, other: TagEntry) =>
		(other.pushedAt ?? '').localeCompare(one.pushedAt ?? ''),
	version: (one: TagEntry, other: TagEntry) => compareVersions(other.tag, one.tag),
} as const;

export const remoteTagsCommand: Command = {
	name: 'remote-tags',
	usage: 'REPOSITORY',
	words: [1, 1],
	summary: 'List the tags a registry has for a repository, e.g. ghcr.io/octocat/hello.',
	options: [
		{
			flags: '--sort <order>',
			summary: 'newest version or time first, or by name; as the registry sorts them by default',
			choices: Object.keys(orders),
		},
		{flags: '--limit <count>', summary: 'at most so many'},
		{flags: '--artifacts', summary: 'also tags that only hold signatures, SBOMs and the like'},
	],
	changes: false,
	async run(call) {
		const {domain, path} = parseReference(call.words[0] ?? '');
		const limit = limitOf(call.options['limit']);
		const sort = call.options['sort'] as keyof typeof orders | undefined;
		const pages = call.parts.registry
			.repository(domain, path)
			.tagEntries({signal: call.signal, onNotice: noticeOf(call)});
		const {output} = call;
		const show = (entry: TagEntry) =>
			output.record({repository: `${domain}/${path}`, ...entry}, tagLine(entry));
		let hidden = 0;
		let shown = 0;
		const kept: TagEntry[] = [];
		await withLoginHint(domain, async () => {
			for await (const page of pages) {
				for (const entry of page) {
					if (call.options['artifacts'] !== true && isArtifactTag(entry.tag)) hidden++;
					else if (sort !== undefined) kept.push(entry);
					else if (shown++ < limit) show(entry);
				}
				// What comes after the last one that is wanted need not be asked for.
				if (shown >= limit) break;
			}
		});
		if (sort !== undefined) kept.toSorted(orders[sort]).slice(0, limit).forEach(show);
		if (hidden > 0)
			output.progress(`${countOf(hidden, 'tag')} of artifacts not shown: see --artifacts`);
		return exitCodes.done;
	},
};

/** The tag alone where the registry tells no more: a list of names for scripts. */
function tagLine({tag, digest, pushedAt, sizeBytes, locked}: TagEntry): string {
	const facts = [
		sizeBytes === undefined ? '' : formatBytes(sizeBytes),
		pushedAt === undefined ? '' : formatRelative(pushedAt, Date.now()),
		digest === undefined ? '' : shortDigest(digest),
		locked === undefined ? '' : `locked: ${locked}`,
	].filter(fact => fact !== '');
	return [tag, ...facts].join('  ');
}

export const inspectCommand: Command = {
	name: 'inspect',
	usage: 'REF',
	words: [1, 1],
	summary: 'Show what a registry has under a tag or digest: platforms, config, layers, signatures.',
	changes: false,
	async run(call) {
		const reference = call.words[0] ?? '';
		const context = {...operationContext(call), onNotice: noticeOf(call)};
		const details = await inspectRemote(reference, context);
		call.output.record(details, describeRemote(details, Date.now()).join('\n'));
		return exitCodes.done;
	},
};

/** What the registry client has to say besides: for people, on standard error. */
export function noticeOf({output}: CommandCall) {
	return ({message}: {readonly message: string}) => output.progress(`! ${message}`);
}

async function withLoginHint(host: string, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (thrown) {
		const error = toRegbenchError(thrown);
		if (error.code !== 'UNAUTHORIZED') throw thrown;
		throw new RegbenchError('UNAUTHORIZED', error.message, {
			hint: `Log in first: regbench login ${host}`,
			cause: thrown,
		});
	}
}

function limitOf(text: unknown): number {
	if (text === undefined) return Number.POSITIVE_INFINITY;
	const limit = Number(text);
	if (Number.isInteger(limit) && limit > 0) return limit;
	throw new RegbenchError('USAGE', `--limit needs a whole number above 0, not ${String(text)}`);
}
