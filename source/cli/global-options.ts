/** The options every command takes. Parser, help and README read this table. */
import type {CommandOption, GlobalOptions} from './command.ts';

export const globalOptions: readonly CommandOption[] = [
	{
		flags: '--engine <name>',
		summary: 'which engine to use',
		choices: ['auto', 'docker', 'embedded'],
	},
	{flags: '--host <url>', summary: 'address of the engine, as DOCKER_HOST takes it'},
	{flags: '--config-dir <folder>', summary: 'where settings are kept'},
	{flags: '--data-dir <folder>', summary: 'where the embedded engine and registry keep images'},
	{flags: '--json', summary: 'one JSON object a line instead of words'},
	{flags: '--read-only', summary: 'refuse every change'},
];

/** From the parser's loose record to typed options. */
export function toGlobalOptions(values: Readonly<Record<string, unknown>>): GlobalOptions {
	const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
	const engine = text('engine') as GlobalOptions['engine'] | undefined;
	const [host, configDir, dataDir] = [text('host'), text('configDir'), text('dataDir')];
	return {
		...(engine === undefined ? {} : {engine}),
		...(host === undefined ? {} : {host}),
		...(configDir === undefined ? {} : {configDir}),
		...(dataDir === undefined ? {} : {dataDir}),
		json: values['json'] === true,
		readOnly: values['readOnly'] === true,
		demo: values['demo'] === true,
		lab: values['lab'] === true,
	};
}
