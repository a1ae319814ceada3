/** Runs `work` again after it ends when it was asked for meanwhile; never twice at once. */
export function coalesced(work: () => Promise<void>): () => Promise<void> {
	let running: Promise<void> | undefined;
	let again = false;
	const loop = async () => {
		do {
			again = false;
			await work();
		} while (again);
	};
	return async () => {
		again = true;
		running ??= loop().finally(() => {
			running = undefined;
		});
		await running;
	};
}
