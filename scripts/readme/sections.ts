/** What the generated sections of the README say, from the tables that the program itself reads. */
import {code, table} from './fill-sections.ts';

type ErrorGuide = Readonly<Record<string, {readonly meaning: string; readonly remedy: string}>>;

type OptionShape = {
	readonly flags: string;
	readonly summary: string;
	readonly repeats?: boolean;
	readonly choices?: readonly string[];
	readonly fallback?: string;
};

type CommandShape = {
	readonly name: string;
	readonly usage: string;
	readonly summary: string;
	readonly options?: readonly OptionShape[];
};

type BindingShape = {
	/** What settings rebind. */
	readonly id: string;
	readonly keys: readonly string[];
	readonly scope: string;
	readonly help: string;
};

type ProviderShape = {
	readonly title: string;
	readonly login: {
		readonly steps: readonly string[];
		readonly scopes: readonly string[];
		readonly tokenPage?: string;
	};
	readonly credentials: {
		readonly environmentVariables: readonly string[];
		readonly tool?: string;
	};
	readonly summary: {readonly browse: string; readonly remove: string};
	readonly tested: string;
};

/** Every error: its code, what it means, what to do. */
export function errorsSection(guide: ErrorGuide): string {
	return table(
		['Code', 'What it means', 'What to do'],
		Object.entries(guide).map(([name, {meaning, remedy}]) => [code(name), meaning, remedy]),
	);
}

/** Every command with its own options. */
export function commandsSection(commands: readonly CommandShape[]): string {
	const rows = table(
		['Command', 'What it does'],
		commands.map(({name, usage, summary}) => [code(`regbench ${name} ${usage}`.trim()), summary]),
	);
	const options = table(
		['Command', 'Option', 'What it does'],
		commands.flatMap(({name, options = []}) =>
			options.map(option => [code(name), code(option.flags), optionText(option)]),
		),
	);
	return `${rows}\n\nOptions of single commands:\n\n${options}`;
}

/** The options that every command takes. */
export function optionsSection(options: readonly OptionShape[]): string {
	return table(
		['Option', 'What it does'],
		options.map(option => [code(option.flags), optionText(option)]),
	);
}

/** Every key, in the order of the keymap; the scopes in the order in which they first come up. */
export function keysSection(
	keymap: readonly BindingShape[],
	scopeTitles: Readonly<Record<string, string>> = {},
): string {
	const scopes = [...new Set(keymap.map(({scope}) => scope))];
	return table(
		['Where', 'Keys', 'What they do', 'Name in the settings'],
		scopes.flatMap(scope =>
			keymap
				.filter(binding => binding.scope === scope)
				.map(({id, keys, help}) => [
					scopeTitles[scope] ?? scope,
					keys.map(key => code(key)).join(' '),
					help,
					code(id),
				]),
		),
	);
}

/** Every registry product with how a login for it is made. */
export function providersSection(providers: readonly ProviderShape[]): string {
	const rows = table(
		['Registry', 'Browse', 'Delete', 'Tested'],
		providers.map(({title, summary, tested}) => [title, summary.browse, summary.remove, tested]),
	);
	const logins = providers.map(({title, login, credentials}) => {
		const page = login.tokenPage ? [`[Token page](${login.tokenPage}).`] : [];
		const scopes = login.scopes.length > 0 ? [`Scopes: ${login.scopes.map(code).join(', ')}.`] : [];
		const places = [
			...credentials.environmentVariables.map(code),
			...(credentials.tool ? [`the login of ${code(credentials.tool.replace(/-.*/, ''))}`] : []),
		];
		const found = places.length > 0 ? [`Also found in ${places.join(', ')}.`] : [];
		return `- **${title}.** ${[...login.steps, ...page, ...scopes, ...found].join(' ')}`;
	});
	return [
		rows,
		'Tested *live*: against the reference registry and regbench’s own; *rehearsed*: against those under the real name, with TLS and the product’s token service, and its own API by script; *scripted*: against fixed answers written from the product’s documentation alone.',
		'How to log in:',
		logins.join('\n'),
	].join('\n\n');
}

/** Every setting: its name in the file, what it does, what it is when nobody has set it. */
export function settingsSection(
	settings: ReadonlyArray<{
		readonly name: string;
		readonly help: string;
		readonly fallback: unknown;
	}>,
): string {
	return table(
		['Setting', 'What it does', 'Default'],
		settings.map(({name, help, fallback}) => [
			code(name),
			help,
			fallback === undefined ? '' : code(JSON.stringify(fallback)),
		]),
	);
}

function optionText({summary, choices, fallback, repeats}: OptionShape): string {
	const notes = [
		...(choices ? [choices.join(', ')] : []),
		...(fallback === undefined ? [] : [`default ${fallback}`]),
		...(repeats && !summary.includes('(repeatable)') ? ['may be repeated'] : []),
	];
	return notes.length === 0 ? summary : `${summary} (${notes.join('; ')})`;
}
