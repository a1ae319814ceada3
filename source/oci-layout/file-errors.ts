import {RegbenchError} from '../domain/errors.ts';

/** The system's code of a failed file call (`ENOENT`, `ENOSPC`, …), where it has one. */
export function systemCode(error: unknown): string | undefined {
	const code = (error as {code?: unknown} | null)?.code;
	return typeof code === 'string' ? code : undefined;
}

/** Whether a file call failed because the file is not there. */
export function isMissing(error: unknown): boolean {
	const code = systemCode(error);
	return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * A failed file call as a RegbenchError that names the path: `DISK_FULL` when there is no room,
 * `ENGINE_ERROR` for missing rights and everything else. A RegbenchError or an abort passes through.
 */
export function fileError(error: unknown, path: string): unknown {
	if (error instanceof RegbenchError) return error;
	switch (systemCode(error)) {
		case undefined:
		case 'ABORT_ERR':
			return error;
		case 'ENOSPC':
		case 'EDQUOT':
			return new RegbenchError('DISK_FULL', `No room left to write ${path}`, {cause: error});
		case 'EACCES':
		case 'EPERM':
			return new RegbenchError('ENGINE_ERROR', `This user may not read or write ${path}`, {
				hint: 'Give yourself rights on the folder, or choose another with --data-dir.',
				cause: error,
			});
		case 'EROFS':
			return new RegbenchError('ENGINE_ERROR', `The disk is read-only: ${path}`, {
				hint: 'Choose a folder on a writable disk with --data-dir.',
				cause: error,
			});
		default:
			return new RegbenchError('ENGINE_ERROR', `${systemCode(error)} on ${path}`, {cause: error});
	}
}

/** Runs a file call and turns its failure into {@link fileError}. */
export async function withFileErrors<Value>(
	path: string,
	call: () => Promise<Value>,
): Promise<Value> {
	try {
		return await call();
	} catch (error) {
		throw fileError(error, path);
	}
}

/** The error for a store whose file at `path` is not what it has to be. */
export function corrupt(path: string, what: string, cause?: unknown): RegbenchError {
	return new RegbenchError('LAYOUT_CORRUPT', `${what}: ${path}`, {cause});
}

/** Throws `CANCELLED` once the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw new RegbenchError('CANCELLED', 'Cancelled', {cause: signal.reason});
}
