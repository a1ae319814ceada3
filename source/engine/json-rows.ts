/** JSON objects separated by newlines, as engines stream them; chunk boundaries fall anywhere. */
import {StringDecoder} from 'node:string_decoder';

/** A row longer than this is no row of an engine; the stream is given up rather than buffered. */
const longestRow = 4 * 1024 * 1024;

/** Rows of one chunk at a time (so that a burst is handled in one go). Lines that are no JSON object are skipped. */
export async function* jsonRows(
	chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly Record<string, unknown>[], void, undefined> {
	const decoder = new StringDecoder('utf8');
	let rest = '';
	for await (const chunk of chunks) {
		rest += decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		if (rest.length > longestRow) throw new Error('The engine sent a row without end');
		const rows = lines.flatMap(parseRow);
		if (rows.length > 0) yield rows;
	}
	const last = parseRow(rest + decoder.end());
	if (last.length > 0) yield last;
}

function parseRow(line: string): readonly Record<string, unknown>[] {
	const text = line.trim();
	if (text === '') return [];
	try {
		const row: unknown = JSON.parse(text);
		return typeof row === 'object' && row !== null && !Array.isArray(row)
			? [row as Record<string, unknown>]
			: [];
	} catch {
		// Some proxies put two objects on one line; nothing is known to depend on either.
		return [];
	}
}
