import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {quickInk} from './quick-ink.mjs';
import {lateSegmenter, requiredBuiltins} from './quick-start.mjs';

/** The repository's root folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const stub = path.join(root, 'scripts/unbundled-package.cjs');

// dockerode loads these for BuildKit sessions and its own ssh transport. regbench uses neither:
// ssh addresses go through a child `ssh`, with the user's own configuration and agent.
const unused = ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'];

/** How source/cli.ts becomes dist/: one ES module, and a chunk for each part that loads late. */
export const buildOptions = {
	absWorkingDir: root,
	entryPoints: {cli: 'source/cli.ts'},
	outdir: 'dist',
	bundle: true,
	splitting: true,
	format: 'esm',
	platform: 'node',
	target: 'node20',
	// Minifying gains no start-up time, and readable stack traces help whoever reports a bug.
	minify: false,
	charset: 'utf8',
	legalComments: 'none',
	logLevel: 'warning',
	metafile: true,
	// Native and optional: it is loaded from where npm has put it, if it has.
	external: ['@napi-rs/keyring'],
	plugins: [quickInk, requiredBuiltins],
	inject: lateSegmenter.inject,
	define: {
		...lateSegmenter.define,
		// React's development build costs half the start-up time.
		'process.env.NODE_ENV': '"production"',
	},
	alias: {
		...Object.fromEntries(unused.map(name => [name, stub])),
		// Ink looks for these under DEV=true, and only where they are installed.
		'react-devtools-core': stub,
	},
	banner: {
		js: [
			// CommonJS packages in the bundle ask for Node's own modules this way.
			`import {createRequire as __createRequire} from 'node:module';`,
			`const require = __createRequire(import.meta.url);`,
			`const __dirname = import.meta.dirname;`,
		].join('\n'),
	},
};
