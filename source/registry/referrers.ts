/**
 * What refers to an image: the referrers API (distribution-spec end-12), the fallback tag that
 * stands in for it, and the tags that cosign puts beside an image.
 */
import {isDigest, type Digest} from '../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import {textRecord} from '../domain/json-fields.ts';
import {mediaTypes, type Descriptor} from '../domain/manifest.ts';
import type {Referrer} from '../domain/remote.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {HostSession} from './host-session.ts';
import type {Manifests} from './manifests.ts';
import {listPages, parseJson} from './pages.ts';
import {isRecord} from './refusals.ts';
import type {ReferrerOptions} from './registry-client.ts';
import {referrersPath} from './repository-paths.ts';
import {pullScope} from './scopes.ts';

/** What was learnt of a host: whether it has the referrers API. */
export type ReferrersMemory = {absent: boolean};

const maximumReferrers = 1000;
const maximumAnnotations = 64;
const maximumText = 1000;

const cosignTags = [
	['sig', 'signature', 'application/vnd.dev.cosign.artifact.sig.v1+json'],
	['att', 'attestation', 'application/vnd.in-toto+json'],
	['sbom', 'sbom', 'application/vnd.dev.cosign.artifact.sbom.v1+json'],
] as const;

/** Each artifact once, in the order in which it was found. */
export async function findReferrers(
	session: HostSession,
	path: string,
	digest: Digest,
	surroundings: {readonly manifests: Manifests; readonly memory: ReferrersMemory},
	options: ReferrerOptions,
): Promise<readonly Referrer[]> {
	const {artifactType, knownTags} = options;
	const {manifests, memory} = surroundings;
	const stem = fallbackTag(digest);
	const mayBe = (tag: string) => knownTags === undefined || knownTags.has(tag);

	const byTags = cosignTags.map(async ([suffix, kind, type]) => {
		const tag = `${stem}.${suffix}`;
		const found = mayBe(tag) ? await manifests.resolve(tag, options) : undefined;
		return found && cosignReferrer(found, tag, kind, type);
	});
	const [byApi, ...underTags] = await Promise.all([
		askApi(session, path, digest, memory, options),
		...byTags,
	]);
	const listed =
		byApi ?? (mayBe(stem) ? await readFallback(manifests, stem, session.domain, options) : []);
	const all = [...listed, ...underTags.filter(referrer => referrer !== undefined)];
	const seen = new Set<string>();
	return all.filter(referrer => {
		if (seen.has(referrer.digest)) return false;
		seen.add(referrer.digest);
		return artifactType === undefined || referrer.artifactType === artifactType;
	});
}

/** The tag that stands in for the referrers API: `sha256-HEX` (distribution-spec "Referrers Tag Schema"). */
export function fallbackTag(digest: Digest): string {
	const colon = digest.indexOf(':');
	const algorithm = digest.slice(0, colon).slice(0, 32);
	return `${algorithm}-${digest.slice(colon + 1, colon + 65)}`.replaceAll(/[^\w.-]/g, '-');
}

/** Undefined where the registry has no such API. */
async function askApi(
	session: HostSession,
	path: string,
	digest: Digest,
	memory: ReferrersMemory,
	options: ReferrerOptions,
): Promise<readonly Referrer[] | undefined> {
	if (memory.absent) return undefined;
	const {domain, provider} = session;
	const found: Referrer[] = [];
	try {
		const pages = listPages(
			session,
			{
				what: 'referrers',
				to: referrersPath(path, digest, options.artifactType),
				headers: {accept: mediaTypes.ociIndex},
				scopes: [pullScope(path)],
				subject: {domain, provider, path, reference: digest, writes: false},
				parse: json => parseIndex(json, domain),
			},
			options,
		);
		for await (const page of pages) {
			found.push(...page);
			if (found.length > maximumReferrers) break;
		}
		return found.slice(0, maximumReferrers);
	} catch (error) {
		const {status, retryable, code} = toRegbenchError(error);
		const refused = status !== undefined && status >= 400 && !retryable;
		if (!refused || code === 'UNAUTHORIZED' || code === 'RATE_LIMITED') throw error;
		if (status === 404 || status === 405) memory.absent = true;
		return undefined;
	}
}

async function readFallback(
	manifests: Manifests,
	tag: string,
	domain: string,
	options: ReferrerOptions,
): Promise<readonly Referrer[]> {
	try {
		const {bytes} = await manifests.read(tag, options);
		return parseIndex(parseJson(Buffer.from(bytes)), domain).slice(0, maximumReferrers);
	} catch (error) {
		if (error instanceof RegbenchError && error.code === 'TAG_NOT_FOUND') return [];
		throw error;
	}
}

function parseIndex(json: unknown, domain: string): readonly Referrer[] {
	const entries = isRecord(json) ? (json['manifests'] ?? []) : undefined;
	if (!Array.isArray(entries)) {
		throw new RegbenchError(
			'PROTOCOL_ERROR',
			`${domain} sent something that is not a list of referrers`,
		);
	}
	return entries.flatMap(entry => parseReferrer(entry));
}

function parseReferrer(entry: unknown): readonly Referrer[] {
	if (!isRecord(entry)) return [];
	const {digest, size} = entry;
	if (typeof digest !== 'string' || !isDigest(digest)) return [];
	const annotations = shownRecord(textRecord(entry['annotations']) ?? {});
	const type = [entry['artifactType'], entry['mediaType']].find(text => typeof text === 'string');
	const artifactType = sanitise(typeof type === 'string' ? type : '', maximumText);
	return [
		{
			digest,
			kind: kindOf(artifactType, annotations),
			artifactType,
			sizeBytes: Number.isSafeInteger(size) && Number(size) >= 0 ? Number(size) : 0,
			annotations,
		},
	];
}

function kindOf(type: string, annotations: Readonly<Record<string, string>>): Referrer['kind'] {
	const predicate =
		annotations['dev.sigstore.bundle.predicateType'] ??
		annotations['in-toto.io/predicate-type'] ??
		'';
	const text = `${type} ${predicate}`;
	if (/\bspdx\b|cyclonedx|\bsbom\b/i.test(text)) return 'sbom';
	if (/cosign\.artifact\.sig|cncf\.notary\.signature|cosign\/sign\//.test(text)) return 'signature';
	if (annotations['dev.sigstore.bundle.content'] === 'message-signature') return 'signature';
	if (/in-toto|dev\.sigstore\.bundle|attestation/.test(text)) return 'attestation';
	return 'other';
}

function cosignReferrer(
	{digest, size}: Descriptor,
	tag: string,
	kind: Referrer['kind'],
	artifactType: string,
): Referrer {
	return {digest, kind, artifactType, sizeBytes: size, annotations: {}, tag};
}

function shownRecord(record: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(record)
			.slice(0, maximumAnnotations)
			.map(([name, value]) => [sanitise(name, maximumText), sanitise(value, maximumText)]),
	);
}
