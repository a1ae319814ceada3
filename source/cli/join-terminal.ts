/** Joins the person's terminal to a program elsewhere: keys there, screen here, until it ends. */
import type {ShellSession} from '../engine/containers.ts';

type Size = {readonly columns: number; readonly rows: number};

/** Resolves when the program has ended; the terminal is as it was then. Rejects as `open` does. */
export async function joinTerminal(
	open: (size: Size) => Promise<ShellSession>,
	stdin: NodeJS.ReadStream = process.stdin,
	stdout: NodeJS.WriteStream = process.stdout,
): Promise<void> {
	const size = (): Size => ({columns: stdout.columns, rows: stdout.rows});
	const session = await open(size());
	const {stream} = session;
	const onResize = () => {
		const {columns, rows} = size();
		session.resize(columns, rows).catch(() => {
			// The program has ended: nothing is left to be resized.
		});
	};
	// As the screen reads it before and after: a switch to flowing would leave it stuck.
	const onKeys = () => {
		for (let keys: unknown = stdin.read(); keys !== null; keys = stdin.read()) {
			stream.write(keys as Buffer | string);
		}
	};
	const wasRaw = stdin.isRaw;
	try {
		stdin.setRawMode(true);
		stdin.on('readable', onKeys);
		stdin.ref();
		stdout.on('resize', onResize);
		await new Promise<void>((resolve, reject) => {
			stream.on('data', (chunk: Buffer) => void stdout.write(chunk));
			stream.once('end', resolve);
			stream.once('close', resolve);
			stream.once('error', reject);
		});
		await session.exitCode();
	} finally {
		stdout.off('resize', onResize);
		stdin.off('readable', onKeys);
		stdin.setRawMode(wasRaw);
		stream.destroy();
	}
}
