/** Upload sessions: a blob on its way in, over one or several requests. */
import {randomUUID} from 'node:crypto';
import type {BlobStore} from '../../oci-layout/blob-store.ts';
import type {BlobWriter} from '../../oci-layout/blob-writer.ts';

export type UploadSession = {
	readonly id: string;
	readonly repository: string;
	readonly writer: BlobWriter;
	/** Whether a request is writing to it just now. */
	busy: boolean;
	usedAt: number;
};

export type Uploads = {
	readonly size: number;
	begin(repository: string): Promise<UploadSession>;
	find(repository: string, id: string): UploadSession | undefined;
	/** Forgets a session whose bytes are in the store, or gone. */
	end(session: UploadSession): void;
	/** Throws a session's bytes away. */
	cancel(session: UploadSession): Promise<void>;
	/** Cancels what nobody has written to for `idleMs`. */
	sweep(idleMs: number): Promise<void>;
	/** Cancels everything, also what a broken request has not let go of yet. */
	cancelAll(): Promise<void>;
};

/** No sessions yet. */
export function createUploads(blobs: BlobStore): Uploads {
	const sessions = new Map<string, UploadSession>();
	const cancel = async (session: UploadSession) => {
		sessions.delete(session.id);
		await session.writer.discard();
	};
	return {
		get size() {
			return sessions.size;
		},
		async begin(repository) {
			const writer = await blobs.writer();
			const id = randomUUID();
			const session = {id, repository, writer, busy: false, usedAt: Date.now()};
			sessions.set(id, session);
			return session;
		},
		find(repository, id) {
			const session = sessions.get(id);
			return session?.repository === repository ? session : undefined;
		},
		end(session) {
			sessions.delete(session.id);
		},
		cancel,
		async sweep(idleMs) {
			const before = Date.now() - idleMs;
			for (const session of sessions.values()) {
				if (!session.busy && session.usedAt <= before) await cancel(session);
			}
		},
		async cancelAll() {
			for (const session of sessions.values()) await cancel(session);
		},
	};
}
