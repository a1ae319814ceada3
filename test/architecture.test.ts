import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';

/** From the ground up: a file imports from its own floor and from those before it. */
const floors = [
	'domain',
	'process',
	'settings',
	'oci-layout',
	'credentials',
	'registry',
	'engine',
	'operations',
	'workbench',
	'ui',
	'cli',
];

/** Packages that one floor alone may name, because its port hides them from the rest. */
const adapters: Readonly<Record<string, readonly string[]>> = {
	dockerode: ['engine'],
	conf: ['settings'],
	commander: ['cli'],
	ink: ['ui', 'cli'],
	react: ['ui', 'cli'],
	'node:child_process': ['process', 'engine'],
};

const source = path.resolve(import.meta.dirname, '../source');
const files = (await readdir(source, {recursive: true})).filter(file => /\.tsx?$/.test(file));

type Import = {readonly file: string; readonly floor: string; readonly name: string};

const imports = (
	await Promise.all(
		files.map(async file => {
			const text = await readFile(path.join(source, file), 'utf8');
			return importedNames(text).map((name): Import => ({file, floor: floorOf(file), name}));
		}),
	)
).flat();

function importedNames(text: string): string[] {
	const statements = text.matchAll(
		/^(?:import|export)\b[^'"`;]*?\bfrom '([^']+)'|^import '([^']+)'/gm,
	);
	const calls = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
	return [...statements, ...calls].map(match => match[1] ?? match[2]!);
}

/** The folder below source/; `cli.ts` itself is the door in front of the top floor. */
function floorOf(file: string): string {
	const [folder = ''] = file.split(path.sep);
	return folder === 'cli.ts' ? 'cli' : folder;
}

describe('the house', () => {
	test('has no folder that is not a floor', () => {
		expect(imports.length).toBeGreaterThan(files.length);
		expect(files.filter(file => !floors.includes(floorOf(file)))).toEqual([]);
	});

	test('imports only from the same floor or from floors below', () => {
		const upwards = imports
			.filter(({name}) => name.startsWith('.'))
			.map(({file, floor, name}) => {
				const target = path.relative(source, path.resolve(source, path.dirname(file), name));
				return {file, floor, target};
			})
			.filter(({floor, target}) => floors.indexOf(floorOf(target)) > floors.indexOf(floor))
			.map(({file, target}) => `${file} imports ${target}`);
		expect(upwards).toEqual([]);
	});

	test('never leaves source/, but for the version in package.json', () => {
		const outside = imports
			.filter(({name}) => name.startsWith('.') && !name.endsWith('/package.json'))
			.filter(({file, name}) => path.join(path.dirname(file), name).startsWith('..'))
			.map(({file, name}) => `${file} imports ${name}`);
		expect(outside).toEqual([]);
	});

	test.each(Object.entries(adapters))('names %s only in %s', (name, allowed) => {
		const elsewhere = imports
			.filter(entry => entry.name === name || entry.name.startsWith(`${name}/`))
			.filter(({floor}) => !allowed.includes(floor))
			.map(({file}) => file);
		expect(elsewhere).toEqual([]);
	});

	test('writes imports with their extension', () => {
		const bare = imports
			.filter(({name}) => name.startsWith('.') && !/\.(?:tsx?|json)$/.test(name))
			.map(({file, name}) => `${file} imports ${name}`);
		expect(bare).toEqual([]);
	});

	test('prints and exits in the top floor only', async () => {
		const loud: string[] = [];
		for (const file of files.filter(name => floorOf(name) !== 'cli')) {
			const text = await readFile(path.join(source, file), 'utf8');
			if (/\bconsole\.\w+\(|\bprocess\.exit\(|\bprocess\.stdout\.write\(/.test(text))
				loud.push(file);
		}
		expect(loud).toEqual([]);
	});
});
