/** Secrets in what everybody can read without a container: environment, labels, build history. */
import type {Finding, FindingPlace} from '../domain/safety.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {ImageFacts} from './image-facts.ts';
import {maskInstruction, maskPassword} from './mask.ts';
import type {SecretMatch, SecretRules} from './secret-rules.ts';

/** A name that promises a secret, and no public half or way to it. */
const secretName =
	/(?:^|[_.-])(?:password|passwd|passphrase|pwd|pass|secret|secrets|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|secret[_-]?key|credentials?|auth)(?:$|[_.-])|(?:password|secret|token|apikey)$/i;
const harmlessName =
	/(?:^|[_.-])(?:file|path|dir|url|uri|name|id|host|user|expiry|ttl|length|type)$|^GPG_KEYS?$|_(?:sha\d*|checksum|digest)$/i;
/** Values that stand for nothing, or name where the value comes from. */
const harmlessValue =
	/^(?:\$.*|\{\{.*|<.*>|true|false|yes|no|on|off|none|null|\d{1,4}|\/[\w./-]*|\*+|x+)?$/i;

/** Of the build: `NAME=value` behind `|1`, ARG, ENV or as a shell would read it. */
const assignment = /(?<![\w.-])([A-Za-z_][\w.-]{1,80})=("[^"]*"|'[^']*'|[^\s"';&|)]+)/g;

/** Found ones in no order. */
export async function checkTexts(
	facts: ImageFacts,
	rules: SecretRules,
): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	const known = new Set<string>();
	for (const variable of facts.environment) {
		const [name, value] = parted(variable);
		const where = {at: 'environment', name: sanitise(name, 100)} as const;
		findings.push(...(await checkPair(name, value, where, rules, known)));
	}
	for (const [name, value] of Object.entries(facts.labels)) {
		const where = {at: 'label', name: sanitise(name, 100)} as const;
		findings.push(...(await checkPair(name, value, where, rules, known)));
	}
	for (const [index, instruction] of facts.history.entries()) {
		findings.push(...(await checkInstruction(instruction, index + 1, rules, known)));
	}
	return findings;
}

async function checkPair(
	name: string,
	value: string,
	where: FindingPlace,
	rules: SecretRules,
	known: Set<string>,
): Promise<readonly Finding[]> {
	const text = `${name}=${value}`;
	const matches = distinct(await rules.match(text));
	if (matches.length > 0) {
		for (const match of matches) known.add(match.value);
		known.add(value);
		return matches.map(match => secretFinding(match, where));
	}
	if (!isSecret(name, value)) return [];
	known.add(value);
	return [namedFinding(value, where)];
}

async function checkInstruction(
	instruction: string,
	step: number,
	rules: SecretRules,
	known: Set<string>,
): Promise<readonly Finding[]> {
	const matches = distinct(await rules.match(instruction));
	const named = [...instruction.matchAll(assignment)].flatMap(([, name = '', quoted = '']) => {
		const value = quoted.replace(/^(["'])(.*)\1$/s, '$2');
		return isSecret(name, value) && !matches.some(match => value.includes(match.value))
			? [{name, value}]
			: [];
	});
	const secrets = [...matches.map(({value}) => value), ...named.map(({value}) => value)];
	const where = {at: 'history', step, instruction: maskInstruction(instruction, secrets)} as const;
	return [
		// What ENV and LABEL put into the config stands there again.
		...matches
			.filter(({value}) => !isKnown(known, value))
			.map(match => secretFinding(match, where)),
		...named
			.filter(({value}) => !isKnown(known, value))
			.map(({value}) => {
				known.add(value);
				return namedFinding(value, where);
			}),
	];
}

function isKnown(known: ReadonlySet<string>, value: string): boolean {
	return known.has(value);
}

/** Whether a value is one that its name says should not be seen. */
export function isSecret(name: string, value: string): boolean {
	return secretName.test(name) && !harmlessName.test(name) && !harmlessValue.test(value);
}

/** One match a value; that of the first rule. */
export function distinct(matches: readonly SecretMatch[]): readonly SecretMatch[] {
	const seen = new Set<string>();
	return matches.filter(({value}) => {
		// One rule's address may be the start of another's; what is about a whole file has no value.
		if (value === '') return true;
		if ([...seen].some(other => other.includes(value) || value.includes(other))) return false;
		seen.add(value);
		return true;
	});
}

/** A finding of a rule, with its value masked. */
export function secretFinding(match: SecretMatch, where: FindingPlace): Finding {
	const {rule, severity, title, masked} = match;
	return {kind: 'secret', rule, severity, title, detail: `${masked}. ${adviceFor(where)}`, where};
}

function namedFinding(value: string, where: FindingPlace): Finding {
	return {
		kind: 'secret',
		rule: 'secret-name',
		severity: 'high',
		title: 'Secret by its name',
		detail: `${maskPassword(value)}. ${adviceFor(where)}`,
		where,
	};
}

function adviceFor(where: FindingPlace): string {
	const revoke = 'Whoever can pull the image can read it: make it invalid, then';
	switch (where.at) {
		case 'environment':
			return `${revoke} give it when the container is run (-e or a secret), not in the image.`;
		case 'label':
			return `${revoke} take it out of the labels.`;
		case 'history':
			return `${revoke} use RUN --mount=type=secret instead of ARG, ENV or the command line.`;
		case 'file':
			return where.hidden
				? `${revoke} build without it: deleting it in a later layer does not take it out of the image.`
				: `${revoke} build without the file; name it in .dockerignore.`;
		case 'image':
			return `${revoke} build the image anew.`;
	}
}

function parted(text: string): readonly [name: string, value: string] {
	const at = text.indexOf('=');
	return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
