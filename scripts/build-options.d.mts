import type {BuildOptions} from 'esbuild';

/** The repository's root folder. */
export const root: string;
/** How source/cli.ts becomes dist/. */
export const buildOptions: BuildOptions;
