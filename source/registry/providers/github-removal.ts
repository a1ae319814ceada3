/**
 * Deleting on GHCR: a version goes with all its tags, by GitHub's API alone. Platforms of an index and
 * attestations are versions without a tag: what a tagged index is made of is never deleted.
 */
import type {Digest} from '../../domain/digest.ts';
import {RegbenchError, toRegbenchError} from '../../domain/errors.ts';
import type {CallOptions, RemovalPreview, RemoveManifestOptions} from '../registry-client.ts';
import type {VendorApi} from '../vendor-api.ts';
import {fieldsOf} from './fields.ts';
import {listVersions, packageBase, remove, type PackageVersion} from './github-packages.ts';
import type {RepositoryPlace} from './provider.ts';

/** Beyond these a check of every index would take minutes. */
const maximumChecked = 500;
const atOnce = 6;
type Examined = {
	readonly version: PackageVersion;
	readonly lastTagged: boolean;
	readonly refused: string | undefined;
};

export async function previewVersion(
	api: VendorApi,
	place: RepositoryPlace,
	digest: Digest,
	options: CallOptions,
): Promise<RemovalPreview> {
	const {version, lastTagged, refused} = await examine(api, place, digest, options);
	return {
		tags: version.tags,
		...(refused === undefined ? {} : {refused}),
		...(lastTagged
			? {
					wholeRepository: true,
					note: 'It is the last version with a tag: GitHub deletes the whole package only.',
				}
			: {}),
	};
}

/** `TAG_NOT_FOUND` when it is gone already, `UNSUPPORTED` when deleting it would break something else. */
export async function deleteVersion(
	api: VendorApi,
	place: RepositoryPlace,
	digest: Digest,
	options: RemoveManifestOptions,
): Promise<void> {
	const {version, lastTagged, refused} = await examine(api, place, digest, options);
	if (refused !== undefined) throw new RegbenchError('UNSUPPORTED', refused);
	const base = await packageBase(api, place, options);
	if (lastTagged) {
		if (!options.wholeRepository) throw lastVersion(place.path);
		await api.request(remove(base, place.path), options);
		return;
	}
	try {
		await api.request(remove(`${base}/versions/${version.id}`, place.path, digest), options);
	} catch (error) {
		const {status, message} = toRegbenchError(error);
		// Another tag may have gone meanwhile.
		if (status === 400 && /last tagged version/i.test(message)) throw lastVersion(place.path);
		throw error;
	}
}

async function examine(
	api: VendorApi,
	place: RepositoryPlace,
	digest: Digest,
	options: CallOptions,
): Promise<Examined> {
	const versions: PackageVersion[] = [];
	for await (const page of listVersions(api, place, options)) versions.push(...page);
	const version = versions.find(candidate => candidate.digest === digest);
	if (!version) {
		throw new RegbenchError(
			'TAG_NOT_FOUND',
			`${place.path}@${digest} is no version of the package`,
		);
	}
	const others = versions.filter(({id, tags}) => id !== version.id && tags.length > 0);
	return {
		version,
		lastTagged: version.tags.length > 0 && others.length === 0,
		refused: await whyNot(api, place, version, others, options),
	};
}

/** Whether a tagged index of the package is made of the version. */
async function whyNot(
	api: VendorApi,
	place: RepositoryPlace,
	version: PackageVersion,
	others: readonly PackageVersion[],
	options: CallOptions,
): Promise<string | undefined> {
	if (others.length > maximumChecked) {
		return `${place.path} has more than ${maximumChecked} tagged versions: whether one of them is made of this one cannot be checked. Delete it on ${version.webAddress ?? 'github.com'}.`;
	}
	const waiting = [...others];
	let owner: PackageVersion | undefined;
	const check = async () => {
		for (let next = waiting.pop(); next && !owner; next = waiting.pop()) {
			if (await isMadeOf(api, place, next.digest, version.digest, options)) owner = next;
		}
	};
	await Promise.all(Array.from({length: atOnce}, check));
	return (
		owner && `It is a part of ${place.path}:${owner.tags[0]}, which would be broken without it`
	);
}

async function isMadeOf(
	api: VendorApi,
	{path}: RepositoryPlace,
	index: Digest,
	part: Digest,
	options: CallOptions,
): Promise<boolean> {
	const {manifests} = fieldsOf(await api.manifest(path, index, options));
	return Array.isArray(manifests) && manifests.some(entry => fieldsOf(entry)['digest'] === part);
}

function lastVersion(path: string): RegbenchError {
	return new RegbenchError('UNSUPPORTED', `It is the last version of ${path} with a tag`, {
		hint: 'GitHub deletes such a version only together with the whole package: confirm that.',
	});
}
