/** What a registry holds, as plain values: repositories, tags, images in full, and what refers to them. */
import type {Digest} from './digest.ts';
import type {Descriptor, ImageConfig} from './manifest.ts';

export type RepositoryEntry = {
	/** Path on its registry, with namespace: `octocat/hello`. */
	readonly path: string;
	/** RFC 3339, where the registry tells. */
	readonly updatedAt?: string;
	readonly tagCount?: number;
	/** Who can read it, where the registry tells. */
	readonly visibility?: 'public' | 'private' | 'internal';
};

/** What a registry's own API tells of one repository. */
export type RepositoryFacts = {
	readonly visibility?: 'public' | 'private' | 'internal';
	/** The source repository it is linked to: `octocat/hello`. */
	readonly linkedTo?: string;
	/** Page where it is shown. */
	readonly webAddress?: string;
	/** Page where its visibility is changed. */
	readonly settingsAddress?: string;
	readonly versionCount?: number;
	/** RFC 3339. */
	readonly updatedAt?: string;
};

export type TagEntry = {
	readonly tag: string;
	/** Only where the listing brings it; the plain distribution API does not. */
	readonly digest?: Digest;
	/** RFC 3339: when the tag was last pushed, by the registry's own API. */
	readonly pushedAt?: string;
	/** Compressed bytes of all it points at, by the registry's own API. */
	readonly sizeBytes?: number;
	/** Why it cannot be deleted or overwritten (a lock), where the registry tells. */
	readonly locked?: string;
};

/** A manifest that no tag points at: a leftover, a platform of an index, or a signature. */
export type UntaggedEntry = {
	readonly digest: Digest;
	/** RFC 3339: when it was last pushed. */
	readonly pushedAt?: string;
	/** Why it cannot be deleted (a lock), where the registry tells. */
	readonly locked?: string;
};

/** An artifact that names the image as its subject, or stands under one of cosign's tags. */
export type Referrer = {
	readonly digest: Digest;
	readonly kind: 'signature' | 'sbom' | 'attestation' | 'other';
	readonly artifactType: string;
	readonly sizeBytes: number;
	readonly annotations: Readonly<Record<string, string>>;
	/** The tag it stands under, where it is found by one. */
	readonly tag?: string;
};

export type RemotePlatform = {
	readonly descriptor: Descriptor;
	/** `linux/arm64/v8`. */
	readonly title: string;
	/** Compressed bytes of config and layers. */
	readonly sizeBytes: number;
};

/** One tag or digest of a registry in full. */
export type RemoteDetails = {
	/** Full reference as asked. */
	readonly reference: string;
	/** What the tag points at: digest of the index where there is one, else of the manifest. */
	readonly digest: Digest;
	readonly mediaType: string;
	/** Empty where it is a single manifest. Attestations are no platforms. */
	readonly platforms: readonly RemotePlatform[];
	/** Digest of the manifest whose config and layers follow: the one for this machine, or the first. */
	readonly manifestDigest: Digest;
	readonly configDigest: Digest;
	readonly config: ImageConfig;
	readonly layers: readonly Descriptor[];
	/** Compressed bytes of config and layers of that manifest. */
	readonly sizeBytes: number;
	/** Of the index where there is one, else of the manifest. */
	readonly annotations: Readonly<Record<string, string>>;
	readonly attestations: number;
	readonly referrers: readonly Referrer[];
};

const artifactTag = /^sha256-[\da-f]{64}(?:\.(?:sig|att|sbom))?$/;

/** Whether a tag holds no image: cosign's for signatures and the like, and fallback lists of referrers. */
export function isArtifactTag(tag: string): boolean {
	return artifactTag.test(tag);
}

/** What deleting a tag on a registry takes away, found out before. */
export type RemoteRemovalPlan = {
	/** Full reference. */
	readonly reference: string;
	readonly digest: Digest;
	/**
	 * `untag`: only this tag goes. `manifest`: the manifest goes with every tag on it. `refused`: the
	 * registry, or the safety of what is there, does not allow it.
	 */
	readonly mode: 'untag' | 'manifest' | 'refused';
	/** Why refused, or what is special about the way it is done here. */
	readonly reason?: string;
	/**
	 * With `untag`: where the registry cannot untag, the tag may be put on an empty manifest that is
	 * then deleted. Only after an explicit wish to untag.
	 */
	readonly byReplacement?: boolean;
	/** Nothing but the whole repository can be deleted: it goes with all that is in it. */
	readonly wholeRepository?: boolean;
	/** Every tag that goes. */
	readonly tags: readonly string[];
	/** Platforms that go with it. */
	readonly platforms: readonly string[];
	/** Artifacts that would be left without their image. */
	readonly referrers: readonly Referrer[];
	/** The tag and digest of the list that stands in for the referrers API: it goes with its image. */
	readonly referrersList?: {readonly tag: string; readonly digest: Digest};
	/** What the person types to confirm: `octocat/hello:1.0.0`. */
	readonly confirmation: string;
};
