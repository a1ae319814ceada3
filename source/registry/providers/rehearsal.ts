/** Rehearsals of registries on this machine: names under `.localhost`, with any port. */

/** Whether `host` is the rehearsal called `name`: `ghcr.localhost:5001` for `ghcr`. */
export function isRehearsal(host: string, name: string): boolean {
	const colon = host.lastIndexOf(':');
	const hostname = colon < 0 ? host : host.slice(0, colon);
	return hostname === `${name}.localhost` || hostname.endsWith(`.${name}.localhost`);
}
