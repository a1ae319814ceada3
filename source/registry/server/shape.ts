/** How the embedded registry differs by the product that it imitates. */

export type Authentication = 'none' | 'basic' | 'ghcr' | 'acr';

export type RegistryShape = {
	/** What DELETE takes in /v2/; everything else is 405 UNSUPPORTED. */
	readonly deletes: {readonly tag: boolean; readonly digest: boolean; readonly blob: boolean};
	readonly catalog: boolean;
	readonly referrers: boolean;
	/** Whether a repository can only be read by its owner until it is made public. */
	readonly privateAtFirst: boolean;
	/** Whether names need an owner in front: `owner/name`. */
	readonly ownerRequired: boolean;
	/** Whether `/acr/v1/` is served. */
	readonly acrApi: boolean;
};

const plain: RegistryShape = {
	deletes: {tag: true, digest: true, blob: true},
	catalog: true,
	referrers: true,
	privateAtFirst: false,
	ownerRequired: false,
	acrApi: false,
};

export const shapes: Readonly<Record<Authentication, RegistryShape>> = {
	none: plain,
	basic: plain,
	// GHCR deletes through GitHub's REST API only, and serves neither a catalogue nor referrers.
	ghcr: {
		deletes: {tag: false, digest: false, blob: false},
		catalog: false,
		referrers: false,
		privateAtFirst: true,
		ownerRequired: true,
		acrApi: false,
	},
	// ACR takes a tag away by DELETE /acr/v1/NAME/_tags/TAG.
	acr: {...plain, deletes: {tag: false, digest: true, blob: false}, acrApi: true},
};
