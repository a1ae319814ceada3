/** A place to push to: a registry host and the namespace under it. */

export type ProviderId =
	| 'ghcr'
	| 'acr'
	| 'docker-hub'
	| 'ecr-public'
	| 'ecr'
	| 'google'
	| 'quay'
	| 'gitlab'
	| 'generic'
	| 'embedded';

export type Target = {
	/** `host` or `host/namespace`: what is typed and shown, and unique. */
	readonly id: string;
	readonly provider: ProviderId;
	/** Host as in references, with port where it has one. */
	readonly host: string;
	/** Path prefix of every repository pushed there; empty where none is needed (ACR). */
	readonly namespace: string;
};
