/** Holds the plan of the house: who may import whom, and what may stand where. */
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, test} from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const source = path.join(root, 'source');

/** From the ground up: a folder imports from itself and from those before it. */
const floors = [
	'domain',
	'process',
	'settings',
	'layers',
	'safety',
	'explain',
	'signatures',
	'oci-layout',
	'credentials',
	'registry',
	'engine',
	'operations',
	'workbench',
	'ui',
	'cli',
];

const maxLines = 400;

type Import = {readonly specifier: string; readonly typeOnly: boolean};
type SourceFile = {
	/** Path below source/, with forward slashes. */
	readonly name: string;
	readonly text: string;
	/** The text without comments and with empty string literals, for looking at code. */
	readonly code: string;
	readonly imports: readonly Import[];
};

const files = listFiles(source).map(readSource);

test('the reading of imports sees every form of them', () => {
	const found = findImports(`import a from 'one';
import type {B} from "two";
import {type C, type D} from 'three';
import {type E, f} from 'four';
import * as g from 'five';
import {
	h,
	i,
} from 'six';
import 'seven';
export {j} from 'eight';
export * from 'nine';
export type {K} from 'ten';
const l = await import('eleven');
type M = import('twelve').M;
export const n = {from: 'none'};
import o, {p} from 'thirteen';`);
	expect(
		found.map(({specifier, typeOnly}) => (typeOnly ? `${specifier}*` : specifier)).toSorted(),
	).toEqual(
		[
			'one',
			'two*',
			'three*',
			'four',
			'five',
			'six',
			'seven',
			'eight',
			'nine',
			'ten*',
			'eleven',
			'twelve',
			'thirteen',
		].toSorted(),
	);
	expect(files.length).toBeGreaterThan(50);
	expect(files.flatMap(({imports}) => imports).length).toBeGreaterThan(files.length);
});

describe('the floors', () => {
	test('every folder of source is a floor', () => {
		const folders = new Set(files.map(floorOf));
		expect([...folders].filter(folder => !floors.includes(folder))).toEqual([]);
	});

	test('a file imports only from its own floor and from those below, types included', () => {
		const wrong = files.flatMap(file =>
			file.imports
				.map(({specifier}) => resolveImport(file, specifier))
				.filter(target => target !== undefined)
				.filter(target => floors.indexOf(floorOfName(target)) > floors.indexOf(floorOf(file)))
				.map(target => `${file.name} → ${target}`),
		);
		expect(wrong).toEqual([]);
	});

	test('imports inside the house are relative, stay in source and carry their extension', () => {
		const known = new Set(files.map(({name}) => name));
		const wrong = files.flatMap(file =>
			file.imports
				.filter(({specifier}) => specifier.startsWith('.') || specifier.startsWith('/'))
				.filter(({specifier}) => {
					// The version is read from package.json when the program is built.
					if (specifier.endsWith('/package.json')) return false;
					const target = resolveImport(file, specifier);
					return target === undefined || !known.has(target);
				})
				.map(({specifier}) => `${file.name} → ${specifier}`),
		);
		expect(wrong).toEqual([]);
	});

	test('no file imports itself in a circle', () => {
		const graph = new Map(
			files.map(file => [
				file.name,
				file.imports
					.filter(({typeOnly}) => !typeOnly)
					.map(({specifier}) => resolveImport(file, specifier))
					.filter(target => target !== undefined),
			]),
		);
		expect(findCircle(graph)).toBeUndefined();
	});
});

describe('packages stay with their adapters', () => {
	test.each([
		['dockerode', (name: string) => name.startsWith('engine/docker')],
		['docker-modem', (name: string) => name.startsWith('engine/docker')],
		['conf', (name: string) => name.startsWith('settings/')],
		['ink', (name: string) => /^(?:ui|cli)\//.test(name)],
		['ink-spinner', (name: string) => name.startsWith('ui/')],
		['ink-text-input', (name: string) => name.startsWith('ui/')],
		['react', (name: string) => /^(?:ui|cli)\//.test(name)],
		['commander', (name: string) => name.startsWith('cli/')],
	])('%s', (packageName, allowed) => {
		const importers = files
			.filter(({imports}) =>
				imports.some(
					({specifier}) => specifier === packageName || specifier.startsWith(`${packageName}/`),
				),
			)
			.map(({name}) => name);
		expect(importers.filter(name => !allowed(name))).toEqual([]);
	});

	test('the domain needs nothing but Node', () => {
		const foreign = files
			.filter(file => floorOf(file) === 'domain')
			.flatMap(file =>
				file.imports
					.filter(({specifier}) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
					.map(({specifier}) => `${file.name} → ${specifier}`),
			);
		expect(foreign).toEqual([]);
	});

	test('operations and workbench do not do their own input and output', () => {
		const doors = /^node:(?:http|https|net|tls|child_process|dgram)$/;
		const wrong = files
			.filter(file => ['operations', 'workbench', 'ui'].includes(floorOf(file)))
			.flatMap(file =>
				file.imports
					.filter(({specifier}) => doors.test(specifier))
					.map(({specifier}) => `${file.name} → ${specifier}`),
			);
		expect(wrong).toEqual([]);
	});
});

describe('the screen', () => {
	test('takes from engine, registry, credentials and settings types only, and never fetches', () => {
		const behind = ['engine', 'registry', 'credentials', 'settings', 'oci-layout', 'process'];
		const wrong = files
			.filter(file => floorOf(file) === 'ui')
			.flatMap(file => {
				const found = file.imports
					.filter(({typeOnly}) => !typeOnly)
					.map(({specifier}) => resolveImport(file, specifier))
					.filter(target => target !== undefined)
					.filter(target => behind.includes(floorOfName(target)))
					.map(target => `${file.name} → ${target}`);
				return /\bfetch\s*\(/.test(file.code) ? [...found, `${file.name} calls fetch`] : found;
			});
		expect(wrong).toEqual([]);
	});
});

describe('habits', () => {
	const outsideCli = files.filter(file => floorOf(file) !== 'cli');

	test.each([
		['console', /\bconsole\s*\./],
		['process.exit', /\bprocess\s*\.\s*(?:exit|abort)\s*\(/],
		['process.exitCode', /\bprocess\s*\.\s*exitCode\b/],
	])('%s belongs to cli', (_, pattern) => {
		expect(outsideCli.filter(({code}) => pattern.test(code)).map(({name}) => name)).toEqual([]);
	});

	test('there are no barrels: no index file, and no file that only exports what others define', () => {
		const barrels = files.filter(({name, code}) => {
			const exported = code.match(/\bexport\b/g)?.length ?? 0;
			const passedOn =
				code.match(/\bexport\s+(?:type\s+)?(?:\*|\{[^}]*\})[^;]*\bfrom\b/g)?.length ?? 0;
			return /(?:^|\/)index\.tsx?$/.test(name) || (exported > 0 && exported === passedOn);
		});
		expect(barrels.map(({name}) => name)).toEqual([]);
	});

	test('no file is a drawer for everything', () => {
		const drawers = /(?:^|\/)(?:utils?|helpers|common|misc|shared)(?:\.tsx?|\/)/;
		expect(files.map(({name}) => name).filter(name => drawers.test(name))).toEqual([]);
	});

	test('names are kebab-case', () => {
		const kebab = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*\.tsx?$/;
		expect(files.map(({name}) => name).filter(name => !kebab.test(name))).toEqual([]);
	});

	test('exports have names', () => {
		expect(
			files.filter(({code}) => /\bexport\s+default\b/.test(code)).map(({name}) => name),
		).toEqual([]);
	});

	test(`no file is longer than ${maxLines} lines`, () => {
		const long = files
			.map(({name, text}) => ({name, lines: text.split('\n').length}))
			.filter(({lines}) => lines > maxLines)
			.map(({name, lines}) => `${name}: ${lines}`);
		expect(long).toEqual([]);
	});
});

function listFiles(folder: string): string[] {
	return readdirSync(folder, {withFileTypes: true, recursive: true})
		.filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
		.map(entry => path.join(entry.parentPath, entry.name))
		.toSorted();
}

function readSource(file: string): SourceFile {
	const text = readFileSync(file, 'utf8');
	const withoutComments = text
		.replaceAll(/\/\*[\s\S]*?\*\//g, '')
		.replaceAll(/(^|[\s;{}(,])\/\/[^\n]*/g, '$1');
	return {
		name: path.relative(source, file).replaceAll('\\', '/'),
		text,
		code: withoutComments.replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''"),
		imports: findImports(withoutComments),
	};
}

/** Static, side-effect, re-exporting, dynamic and `import('…').Type` imports. */
function findImports(code: string): Import[] {
	const statics = [
		...code.matchAll(
			/(?:^|[;}\n])\s*(?:import|export)\s+(type\s+)?(\{[^}]*\}|[^'"(;{}]*(?:\{[^}]*\})?)\s*from\s*['"]([^'"]+)['"]/g,
		),
	].map(([, type, names = '', specifier = '']) => ({
		specifier,
		typeOnly: type !== undefined || onlyTypes(names),
	}));
	const bare = [...code.matchAll(/(?:^|[;}\n])\s*import\s*['"]([^'"]+)['"]/g)];
	const dynamic = [...code.matchAll(/\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g)];
	const others = [...bare, ...dynamic].map(([, specifier = '']) => ({specifier, typeOnly: false}));
	return [...statics, ...others];
}

/** Whether every name in `{type A, type B}` is a type. */
function onlyTypes(names: string): boolean {
	const inner = /^\{([^}]*)\}$/.exec(names.trim())?.[1];
	if (inner === undefined) return false;
	const list = inner
		.split(',')
		.map(name => name.trim())
		.filter(Boolean);
	return list.length > 0 && list.every(name => name.startsWith('type '));
}

/** The file below source/ that an import names; `undefined` for packages and for what is outside. */
function resolveImport(file: SourceFile, specifier: string): string | undefined {
	if (!specifier.startsWith('.')) return undefined;
	const target = path.posix.join(path.posix.dirname(file.name), specifier);
	return target.startsWith('../') ? undefined : target;
}

function floorOf({name}: SourceFile): string {
	return floorOfName(name);
}

/** The first folder of a name; source/cli.ts, the door, belongs to cli. */
function floorOfName(name: string): string {
	const slash = name.indexOf('/');
	return slash < 0 ? name.replace(/\.tsx?$/, '') : name.slice(0, slash);
}

function findCircle(graph: ReadonlyMap<string, readonly string[]>): string | undefined {
	const done = new Set<string>();
	const visit = (name: string, above: readonly string[]): string | undefined => {
		if (above.includes(name)) return [...above.slice(above.indexOf(name)), name].join(' → ');
		if (done.has(name)) return undefined;
		for (const next of graph.get(name) ?? []) {
			const circle = visit(next, [...above, name]);
			if (circle) return circle;
		}
		done.add(name);
		return undefined;
	};
	for (const name of graph.keys()) {
		const circle = visit(name, []);
		if (circle) return circle;
	}
	return undefined;
}
