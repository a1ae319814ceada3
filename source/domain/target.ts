/** A place to push to: a registry host and the namespace under it. */

/** The registry products that are known; each has its record in `registry/providers/`. */
export const providerIds = [
	'ghcr',
	'acr',
	'docker-hub',
	'ecr-public',
	'ecr',
	'google',
	'quay',
	'gitlab',
	'generic',
	'embedded',
] as const;

export type ProviderId = (typeof providerIds)[number];

export type Target = {
	/** `host` or `host/namespace`: what is typed and shown, and unique. */
	readonly id: string;
	readonly provider: ProviderId;
	/** Host as in references, with port where it has one. */
	readonly host: string;
	/** Path prefix of every repository pushed there; empty where none is needed (ACR). */
	readonly namespace: string;
};
