import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

export type TemporaryFolder = {
	readonly path: string;
	[Symbol.asyncDispose](): Promise<void>;
};

/**
 * A fresh, empty folder under the system's temporary folder; gone with everything in it when
 * disposed (`await using`). The name is short because unix sockets in it may have 107 bytes.
 */
export async function temporaryFolder(): Promise<TemporaryFolder> {
	const folder = await mkdtemp(path.join(tmpdir(), 'rb-'));
	return {
		path: folder,
		async [Symbol.asyncDispose]() {
			await rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 100});
		},
	};
}
