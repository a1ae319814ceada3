/** Platforms as image indexes name them (OCI image-index.md), and the choice among them. */

export type Platform = {
	readonly os: string;
	readonly architecture: string;
	readonly variant?: string;
	readonly 'os.version'?: string;
};

type WithPlatform = {
	readonly platform?: Platform;
	readonly annotations?: Readonly<Record<string, string>>;
};

/** `linux/arm64/v8`, as `--platform` takes it. */
export function formatPlatform({os, architecture, variant}: Platform): string {
	return [os, architecture, variant].filter(Boolean).join('/');
}

/** Whether an image for `offered` is made for exactly `wanted`: arm64 is arm64/v8, arm without variant is v7. */
export function platformMatches(offered: Platform, wanted: Platform): boolean {
	const a = normalise(offered);
	const b = normalise(wanted);
	return a.os === b.os && a.architecture === b.architecture && a.variant === b.variant;
}

/**
 * The entry of an index that is for `platform`: the first exact match, for 32-bit arm else the nearest
 * lower variant, else the first entry that names no platform at all. Entries for `unknown/unknown`
 * (BuildKit's attestations) are never chosen. `undefined` where nothing fits.
 */
export function choosePlatform<Entry extends WithPlatform>(
	entries: readonly Entry[],
	platform: Platform,
): Entry | undefined {
	for (const wanted of fallbacks(platform)) {
		const found = entries.find(entry => entry.platform && platformMatches(entry.platform, wanted));
		if (found) return found;
	}
	return entries.find(entry => !entry.platform && !isAttestation(entry));
}

/** Whether an index entry holds provenance or an SBOM of another entry instead of an image. */
export function isAttestation({platform, annotations}: WithPlatform): boolean {
	if (annotations?.['vnd.docker.reference.type'] === 'attestation-manifest') return true;
	return platform?.os === 'unknown' && platform.architecture === 'unknown';
}

/** The platform of images that this machine's engines run: Linux everywhere, with this machine's processor. */
export function hostPlatform(): Platform {
	const architecture = architectures[process.arch] ?? process.arch;
	return {
		os: 'linux',
		architecture,
		...(architecture === 'arm' ? {variant: 'v7'} : {}),
	};
}

// Node's names to Go's, which is what images are named by.
const architectures: Readonly<Record<string, string>> = {
	x64: 'amd64',
	ia32: '386',
	ppc64: 'ppc64le',
	mipsel: 'mipsle',
};

function fallbacks(platform: Platform): Platform[] {
	const {os, architecture, variant = ''} = normalise(platform);
	const version = architecture === 'arm' ? Number(/^v([5-8])$/.exec(variant)?.[1] ?? 0) : 0;
	const lower = [];
	for (let number = version - 1; number >= 5; number--) {
		lower.push({os, architecture, variant: `v${number}`});
	}
	return [platform, ...lower];
}

function normalise({os, architecture, variant}: Platform): {
	os: string;
	architecture: string;
	variant: string;
} {
	const name = architecture.toLowerCase();
	const system = os.toLowerCase();
	switch (name) {
		case 'arm64':
		case 'aarch64':
			return {os: system, architecture: 'arm64', variant: variant || 'v8'};
		case 'armhf':
			return {os: system, architecture: 'arm', variant: variant || 'v7'};
		case 'armel':
			return {os: system, architecture: 'arm', variant: variant || 'v6'};
		case 'arm':
			return {os: system, architecture: 'arm', variant: variant || 'v7'};
		case 'amd64':
		case 'x86_64':
			return {os: system, architecture: 'amd64', variant: variant || 'v1'};
		default:
			return {os: system, architecture: name, variant: variant ?? ''};
	}
}
