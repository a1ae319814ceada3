/** Listens in on what is written to a terminal, by whomever. */

type Write = NodeJS.WriteStream['write'];

/** Calls back before each piece is written, until the answer is called. */
export function tapOutput(
	stdout: NodeJS.WriteStream,
	listener: (chunk: string | Uint8Array) => void,
): () => void {
	const {write} = stdout;
	const tapped = function (this: NodeJS.WriteStream, ...call: Parameters<Write>): boolean {
		const [chunk] = call;
		if (chunk.length > 0) listener(chunk);
		return write.apply(stdout, call);
	};
	stdout.write = tapped as Write;
	return () => {
		stdout.write = write;
	};
}
