import {isBuiltin} from 'node:module';
import {fileURLToPath} from 'node:url';

/** Takes the place of `Intl.Segmenter` all over the bundle. */
export const lateSegmenter = {
	define: {'Intl.Segmenter': 'LateSegmenter'},
	inject: [fileURLToPath(new URL('../source/ui/late-segmenter.ts', import.meta.url))],
};

/**
 * For esbuild: fetches Node's own modules by `require`. An import reads all exports of a module, and
 * among those of http, crypto and process are some that load Node's fetch, its web crypto and a list of
 * all its options: 30 ms before the first frame.
 */
export const requiredBuiltins = {
	name: 'required-builtins',
	setup(build) {
		const namespace = 'required';
		build.onResolve({filter: /^[a-z_:/0-9]+$/}, ({path, kind}) =>
			// A late import of a CommonJS module would have its default export and no other.
			kind === 'require-call' ||
			kind === 'dynamic-import' ||
			!isBuiltin(path) ||
			path === 'node:module'
				? undefined
				: {path: path.replace(/^(?!node:)/, 'node:'), namespace},
		);
		build.onLoad({filter: /./, namespace}, ({path}) => ({
			contents: `module.exports = require(${JSON.stringify(path)});`,
			loader: 'js',
		}));
	},
};
