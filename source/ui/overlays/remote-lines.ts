/** One tag of a registry in full, as lines to scroll through. Pure. */
import {shortDigest} from '../../domain/digest.ts';
import {isIndexMediaType, type ImageConfig} from '../../domain/manifest.ts';
import {formatPlatform} from '../../domain/platform.ts';
import type {Referrer, RemoteDetails} from '../../domain/remote.ts';
import {
	describeVerification,
	type SignatureReport,
	type Verification,
} from '../../domain/signatures.ts';
import {formatBytes} from '../../domain/size.ts';
import {wrap} from '../text.ts';
import type {Theme} from '../theme.ts';
import {configuration, timeText, type Configuration} from './details-lines.ts';
import type {Cell} from '../rows/line.ts';
import {createSections, type HistoryStep, type Sections} from './sections.ts';

type Surrounding = {
	readonly now: number;
	readonly here: ReadonlySet<string>;
	/** What a check of the signatures came to, once there was one. */
	readonly signatures?: SignatureReport | undefined;
};

/** The sections one below the other, each line exactly `width` columns. `here`: digests of local images. */
export function remoteLines(
	theme: Theme,
	details: RemoteDetails,
	{now, here, signatures}: Surrounding,
	width: number,
): readonly string[] {
	const sections = createSections(theme, width);
	const {air, pair, heading, named} = sections;
	const {config, platforms} = details;
	air();
	pair('reference', [details.reference]);
	identity(sections, theme, details, here);
	pair('created', [timeText(config.created, now)]);
	pair('size', [
		`${formatBytes(details.sizeBytes)} to pull (${details.sizeBytes} bytes, compressed)`,
	]);
	if (config.author) pair('author', [config.author]);

	if (platforms.length > 0) {
		heading(`Platforms (${platforms.length})`);
		for (const {descriptor, title, sizeBytes} of platforms) {
			const isShown = descriptor.digest === details.manifestDigest;
			sections.add(
				{text: title, width: 18, tone: isShown ? 'strong' : undefined},
				{text: formatBytes(sizeBytes), width: 8, align: 'right'},
				{text: `  ${shortDigest(descriptor.digest)}`},
				{text: isShown ? '  the one below' : '', tone: 'quiet'},
			);
		}
	}
	referrers(sections, theme, details, {signatures, width});
	layers(sections, details);
	configuration(sections, configurationOf(config));
	const steps = historyOf(details);
	if (steps.length > 0) {
		heading('History, newest first');
		sections.history(steps);
	}
	if (Object.keys(details.annotations).length > 0) {
		heading('Annotations');
		named(details.annotations);
	}
	air();
	return sections.lines;
}

/** The digests that are mixed up so easily, each with what it is the fingerprint of. */
function identity(
	{pair}: Sections,
	theme: Theme,
	details: RemoteDetails,
	here: ReadonlySet<string>,
): void {
	const {digest, manifestDigest, configDigest, config, mediaType} = details;
	const {same, absent} = theme.symbols;
	const isHere = [digest, manifestDigest, configDigest].some(known => here.has(known));
	pair('local', [isHere ? `${same} on this machine too` : `${absent} not on this machine`]);
	const isIndex = isIndexMediaType(mediaType) || digest !== manifestDigest;
	const platform =
		config.os && config.architecture
			? formatPlatform({os: config.os, architecture: config.architecture, ...variantOf(config)})
			: undefined;
	if (isIndex) {
		pair('index digest', [digest], 'what the tag points at: the list of platforms');
		pair('manifest', [manifestDigest], `the image for ${platform ?? 'this machine'}, shown below`);
	} else {
		pair('manifest', [manifestDigest], 'what the tag points at: config and layers');
	}
	pair('image ID', [configDigest], 'digest of the config: what docker images shows');
	pair('media type', [mediaType]);
	if (!isIndex) pair('platform', [platform ?? 'not told']);
}

function variantOf({variant}: ImageConfig): {readonly variant?: string} {
	return variant === undefined ? {} : {variant};
}

const referrerTitles: Readonly<Record<Referrer['kind'], string>> = {
	signature: 'signature',
	sbom: 'SBOM',
	attestation: 'attestation',
	other: 'other',
};

function referrers(
	{heading, add}: Sections,
	theme: Theme,
	details: RemoteDetails,
	{signatures, width}: {readonly signatures: SignatureReport | undefined; readonly width: number},
): void {
	const {attestations} = details;
	heading('Refers to it');
	if (details.referrers.length === 0 && attestations === 0) {
		add({text: 'nothing: no signature, SBOM or attestation', tone: 'quiet'});
		return;
	}
	for (const kind of ['signature', 'sbom', 'attestation', 'other'] as const) {
		for (const referrer of details.referrers.filter(candidate => candidate.kind === kind)) {
			add(
				...markCells(theme, signatures, referrer),
				{text: referrerTitles[kind], width: 13, tone: 'quiet'},
				{text: `${shortDigest(referrer.digest)}  `},
				{text: formatBytes(referrer.sizeBytes), width: 8, align: 'right'},
				{text: `  ${referrer.tag ?? referrer.artifactType}`, tone: 'quiet'},
			);
			const verdict = verdictOf(signatures, referrer);
			if (!verdict) continue;
			for (const text of wrap(describeVerification(verdict), width - verdictColumn - 3)) {
				add({text: '', width: verdictColumn}, {text});
			}
		}
	}
	if (attestations > 0) {
		add(
			{text: referrerTitles.attestation, width: 13, tone: 'quiet'},
			{text: `${attestations} in the index, as the builder put them there`},
		);
	}
}

/** Below the digest of what it is about: after the mark and the kind. */
const verdictColumn = 15;

/** Of one artifact with several signatures a good one counts, as it does for the image. */
function verdictOf(
	signatures: SignatureReport | undefined,
	{digest}: Referrer,
): Verification | undefined {
	const found = signatures?.found.filter(one => one.digest === digest) ?? [];
	for (const state of ['verified', 'refused', 'not-checked'] as const) {
		const one = found.find(({verified}) => verified.state === state);
		if (one) return one.verified;
	}
	return undefined;
}

function markCells(
	{symbols}: Theme,
	signatures: SignatureReport | undefined,
	referrer: Referrer,
): readonly Cell[] {
	if (!signatures) return [];
	switch (verdictOf(signatures, referrer)?.state) {
		case 'verified':
			return [{text: `${symbols.success} `, tone: 'good'}];
		case 'refused':
			return [{text: `${symbols.failure} `, tone: 'failure'}];
		case 'not-checked':
			return [{text: `${symbols.unknown} `, tone: 'caution'}];
		case undefined:
			return [{text: '  '}];
	}
}

function layers({heading, add}: Sections, details: RemoteDetails): void {
	heading(`Layers, lowest first (${details.layers.length})`);
	for (const layer of details.layers) {
		add(
			{text: shortDigest(layer.digest), width: 14},
			{text: formatBytes(layer.size), width: 8, align: 'right'},
			{text: `  ${layer.mediaType.replace(/^application\/vnd\./, '')}`, tone: 'quiet'},
		);
	}
}

function configurationOf({config = {}}: ImageConfig): Configuration {
	return {
		entrypoint: config.Entrypoint ?? [],
		command: config.Cmd ?? [],
		workingDirectory: config.WorkingDir ?? '',
		user: config.User ?? '',
		exposedPorts: Object.keys(config.ExposedPorts ?? {}),
		environment: config.Env ?? [],
		labels: config.Labels ?? {},
	};
}

/** Steps that made a layer take the sizes of the layers, one after the other. */
function historyOf({config, layers: all}: RemoteDetails): readonly HistoryStep[] {
	let layer = 0;
	return (config.history ?? [])
		.map(step => ({
			createdBy: step.created_by ?? step.comment ?? '',
			sizeBytes: step.empty_layer === true ? 0 : (all[layer++]?.size ?? 0),
		}))
		.toReversed();
}
