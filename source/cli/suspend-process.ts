/** Ctrl-Z: stops the process and what it was started by, until the shell's `fg` continues them. */

/** A process that nobody could continue is not stopped by the kernel: then this is over after so long. */
const graceMs = 250;

/** Resolves when the process runs again. The terminal must have been given back before. */
export async function suspendProcess(): Promise<void> {
	await new Promise<void>(resolve => {
		const done = () => {
			clearTimeout(timer);
			process.off('SIGCONT', done);
			resolve();
		};
		const timer = setTimeout(done, graceMs);
		process.on('SIGCONT', done);
		// The whole group, as the terminal's own Ctrl-Z does: npm and npx wait in front of this process.
		process.kill(0, 'SIGTSTP');
	});
	await noticeNewSize();
}

/** Only the group in front is told of a new size: what happened meanwhile has to be asked for. */
async function noticeNewSize(): Promise<void> {
	await new Promise<void>(resolve => {
		// Node's own listener, which reads the size, was there before this one.
		process.once('SIGWINCH', () => resolve());
		process.kill(process.pid, 'SIGWINCH');
	});
}
