import type {ErrorRecord} from '../domain/errors.ts';

/** Something that is fetched: not asked for, on its way, there, or failed. */
export type Loadable<Value> =
	| {readonly phase: 'idle'}
	| {readonly phase: 'loading'}
	| {readonly phase: 'ready'; readonly value: Value}
	| {readonly phase: 'failed'; readonly error: ErrorRecord};
