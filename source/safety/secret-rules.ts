/** secretlint's rules, run one by one: its own runner keeps a record of every file it was given. */
import {maskValue} from './mask.ts';
import type {Severity} from '../domain/severity.ts';

export type SecretMatch = {
	/** secretlint's name of what it found: `GITHUB_TOKEN`. */
	readonly rule: string;
	readonly severity: Severity;
	readonly title: string;
	readonly masked: string;
	/** Never to be shown or kept: for telling equal ones apart. */
	readonly value: string;
};

export type SecretRules = {
	/**
	 * What the rules find in a text. `rules` are the only ones that are run (see anchor-search.ts).
	 * The path is that of the file the text is from, in the image.
	 */
	match(
		text: string,
		options?: {readonly path?: string; readonly rules?: ReadonlySet<string> | undefined},
	): Promise<readonly SecretMatch[]>;
	/** Names of all rules, without the package's prefix. */
	readonly names: readonly string[];
};

type Messages = Readonly<
	Record<string, {readonly en: (values: Readonly<Record<string, unknown>>) => string}>
>;
type Told = {
	readonly id: string;
	readonly values: Readonly<Record<string, unknown>>;
	readonly text: string;
};
type Source = {readonly content: string; readonly filePath: string; readonly ext: string};
type Rule = {
	readonly meta: {readonly id: string};
	readonly create: (
		context: object,
		options: object,
	) => {readonly file?: (source: Source) => void | Promise<void>};
};

const prefix = '@secretlint/secretlint-rule-';
/** Comments in an image may not switch the search off. */
const leftOut = 'filter-comments';
/** They give access to what they name, but not to an account. */
const lessSevere = new Set(['basicauth', 'database-connection-string']);

/** Loads the rules, which takes some 30 ms; later calls are given the same ones. */
export async function loadSecretRules(): Promise<SecretRules> {
	const {rules} = await import('@secretlint/secretlint-rule-preset-recommend');
	let told: Told[] = [];
	const context = {
		sharedOptions: {},
		createTranslator: (messages: Messages) => (id: string, values: Told['values']) => ({
			id,
			values,
			text: messages[id]?.en({}) ?? id,
		}),
		report: ({message}: {readonly message: Told}) => told.push(message),
		ignore: () => undefined,
	};
	const handlers = (rules as unknown as readonly Rule[])
		.map(rule => ({
			name: rule.meta.id.replace(prefix, ''),
			file: rule.create(context, {}).file,
		}))
		.filter(({name}) => name !== leftOut);

	return {
		names: handlers.map(({name}) => name),
		async match(content, {path = '', rules: wanted} = {}) {
			const matches: SecretMatch[] = [];
			// Of a path only what a rule goes by: one would open a .p12 itself, on this machine.
			const filePath = path.endsWith('.npmrc') ? '.npmrc' : '';
			const ext = path.toLowerCase().endsWith('.json') ? '.json' : '';
			for (const {name, file} of handlers) {
				if (wanted && !wanted.has(name)) continue;
				told = [];
				await file?.({content, filePath, ext});
				for (const message of told) matches.push(matchOf(name, message));
			}
			return matches;
		},
	};
}

function matchOf(name: string, {id, values, text}: Told): SecretMatch {
	const value = Object.entries(values)
		.flatMap(([key, one]) => (typeof one === 'string' && key !== 'FILE_NAME' ? [one] : []))
		.reduce((longest, one) => (one.length > longest.length ? one : longest), '');
	const words = text
		.replace(/^found /, '')
		.replace(/(?:\(undefined\))?:.*$/s, '')
		.trim();
	return {
		rule: id,
		severity: lessSevere.has(name) ? 'high' : 'critical',
		title: words.charAt(0).toUpperCase() + words.slice(1),
		masked: value === '' ? 'The whole file is one' : maskValue(value),
		value,
	};
}
