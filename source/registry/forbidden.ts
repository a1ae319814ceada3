/** A 403 in words: who is logged in, whose the repository is, and what the registry wants for it. */
import type {ForbiddenFacts, RegistryProvider} from './providers/provider.ts';

/** The hint of a `FORBIDDEN`: login and owner where they differ, then what this registry asks for. */
export function explainForbidden(provider: RegistryProvider, facts: ForbiddenFacts): string {
	const owner = facts.namespace.split('/')[0] ?? '';
	const label = provider.namespaceLabel;
	const {username} = facts;
	const hint = provider.forbiddenHint(facts);
	if (label === undefined || owner === '' || !username || !isPerson(username, provider))
		return hint;
	// A robot of Quay is named after its namespace: team+robot.
	if (username.split('+')[0]!.toLowerCase() === owner.toLowerCase()) return hint;
	const whose = label === 'owner' ? owner : `the ${label} ${owner}`;
	return `You are logged in as ${username}, but the repository belongs to ${whose}. ${hint}`;
}

/** Names that stand for a kind of login (`AWS`, `_json_key`, `$app`, zeros) tell nobody who it is. */
function isPerson(username: string, {credentials}: RegistryProvider): boolean {
	return username !== credentials.tokenUsername && username !== 'token' && /^[a-z]/i.test(username);
}
