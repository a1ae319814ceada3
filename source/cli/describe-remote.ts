/** One tag of a registry in words. Pure. */
import {shortDigest} from '../domain/digest.ts';
import {isIndexMediaType} from '../domain/manifest.ts';
import type {RemoteDetails} from '../domain/remote.ts';
import {formatBytes, formatExact, formatRelative} from '../domain/size.ts';
import {countOf} from '../workbench/job-log.ts';

const labelWidth = 13;
const longest = 120;

/** Lines for people: each fact under its name, lists below each other. `now` in ms since the epoch. */
export function describeRemote(details: RemoteDetails, now: number): readonly string[] {
	const {config, layers} = details;
	const run = config.config;
	const kind = isIndexMediaType(details.mediaType) ? 'index' : 'manifest';
	return [
		details.reference,
		...fact(`${kind}`, [details.digest]),
		...fact('type', [details.mediaType]),
		...fact(
			'platforms',
			details.platforms.map(
				({title, sizeBytes, descriptor}) =>
					`${title.padEnd(16)} ${formatBytes(sizeBytes).padStart(8)}  ${shortDigest(descriptor.digest)}`,
			),
		),
		...fact('attestations', details.attestations > 0 ? [String(details.attestations)] : []),
		...(kind === 'index' ? fact('manifest', [details.manifestDigest]) : []),
		...fact('image ID', [details.configDigest]),
		...fact(
			'created',
			config.created === undefined
				? []
				: [`${formatExact(config.created)} (${formatRelative(config.created, now)})`],
		),
		...fact('size', [`${formatBytes(details.sizeBytes)} in ${countOf(layers.length, 'layer')}`]),
		...fact('user', textOf(run?.User)),
		...fact('folder', textOf(run?.WorkingDir)),
		...fact('entrypoint', wordsOf(run?.Entrypoint)),
		...fact('command', wordsOf(run?.Cmd)),
		...fact('ports', Object.keys(run?.ExposedPorts ?? {})),
		...fact('environment', run?.Env ?? []),
		...fact('labels', pairsOf(run?.Labels)),
		...fact('annotations', pairsOf(details.annotations)),
		...fact(
			'layers',
			layers.map(
				({digest, size, mediaType}) =>
					`${shortDigest(digest)} ${formatBytes(size).padStart(8)}  ${mediaType}`,
			),
		),
		...fact(
			'history',
			(config.history ?? []).map(({created_by: step, comment}) => step ?? comment ?? '–'),
		),
		...fact(
			'referrers',
			details.referrers.map(
				({digest, kind, artifactType}) => `${shortDigest(digest)} ${kind}  ${artifactType}`,
			),
		),
	];
}

function fact(name: string, lines: readonly string[]): readonly string[] {
	return lines.map((line, index) => {
		const text = line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
		return `  ${(index === 0 ? name : '').padEnd(labelWidth)} ${text}`;
	});
}

function textOf(text: string | undefined): readonly string[] {
	return text === undefined || text === '' ? [] : [text];
}

function wordsOf(words: readonly string[] | undefined): readonly string[] {
	return words === undefined || words.length === 0 ? [] : [JSON.stringify(words)];
}

function pairsOf(record: Readonly<Record<string, string>> | undefined): readonly string[] {
	return Object.entries(record ?? {}).map(([name, value]) => `${name}=${value}`);
}
