/** Image references, as github.com/distribution/reference parses and normalises them. */
import type {Digest} from './digest.ts';

/**
 * A normalised reference. `domain` is the registry host as written in references (`docker.io` for
 * Docker Hub), `path` the repository below it, and at least one of `tag` and `digest` is there.
 */
export type Reference = {
	readonly domain: string;
	readonly path: string;
	readonly tag?: string;
	readonly digest?: Digest;
};
