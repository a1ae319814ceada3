/** Proposes targets from the logins found on this machine. Pure. */
import type {SeenLogin} from '../credentials/credentials.ts';
import type {Target} from '../domain/target.ts';
import {providerForHost} from '../registry/providers/table.ts';
import type {TargetProposal} from './dialog.ts';

/**
 * A proposal for each host with a login where a namespace is known or not needed: ghcr.io with its
 * owner, every ACR, other registries as they are. Known and declined ones are left out.
 */
export function proposeTargets(
	seen: readonly SeenLogin[],
	known: readonly Target[],
	declined: readonly string[],
): readonly TargetProposal[] {
	const proposals = new Map<string, TargetProposal>();
	for (const {host, source, username} of seen) {
		const provider = providerForHost(host);
		const namespace = provider.namespaceRequired ? (username?.toLowerCase() ?? '') : '';
		if (provider.namespaceRequired && namespace === '') continue;
		const id = namespace ? `${host}/${namespace}` : host;
		if (declined.includes(id) || known.some(target => target.id === id)) continue;
		if (proposals.has(id)) continue;
		const reason = username ? `${source} as ${username}` : source;
		proposals.set(id, {target: {id, provider: provider.id, host, namespace}, reason});
	}
	return [...proposals.values()];
}
