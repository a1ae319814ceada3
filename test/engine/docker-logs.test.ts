import {expect, test} from 'vitest';
import type {LogLines} from '../../source/engine/containers.ts';
import {logChunks, logLines} from '../../source/engine/docker-logs.ts';
import {gatherOutput} from '../../source/operations/gather-output.ts';
import type {OperationEvent} from '../../source/domain/events.ts';

function frame(stream: number, text: string | Buffer): Buffer {
	const content = Buffer.from(text);
	const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
	header.writeUInt32BE(content.length, 4);
	return Buffer.concat([header, content]);
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(chunks: AsyncIterable<Uint8Array>, terminal = false): Promise<string[]> {
	const found: string[] = [];
	for await (const {stream, lines} of logLines(logChunks(chunks, terminal))) {
		found.push(...lines.map(line => `${stream}: ${line}`));
	}
	return found;
}

const bytes = Buffer.concat([
	frame(1, 'one\ntw'),
	frame(2, 'warn\u001B[31ming\r\n'),
	frame(1, ''),
	frame(1, 'o ✓\nlast'),
]);

test.each([1, 2, 3, 7, 8, 9, 1000])(
	'frames that come in pieces of %d bytes are put together',
	async size => {
		expect((await read(pieces(bytes, size))).toSorted()).toEqual([
			'stderr: warning',
			'stdout: last',
			'stdout: one',
			'stdout: two ✓',
		]);
	},
);

test('a terminal has one stream without frames; what was overwritten is not told', async () => {
	const raw = Buffer.from('10 %\r50 %\r100 %\r\ndone\r\n');
	expect(await read(pieces(raw, 5), true)).toEqual(['stdout: 100 %', 'stdout: done']);
});

test('bytes that are no frames are taken as they are', async () => {
	expect(await read(pieces(Buffer.from('plain text\n'), 100))).toEqual(['stdout: plain text']);
});

test('a line without end is cut once and holds no memory', async () => {
	async function* endless(): AsyncGenerator<Buffer> {
		for (let count = 0; count < 200; count++) yield frame(1, 'x'.repeat(10_000));
		yield frame(1, 'end\nnext\n');
	}
	const lines = await read(endless());
	expect(lines).toHaveLength(2);
	expect(lines[0]?.length).toBeLessThan(4100);
	expect(lines[1]).toBe('stdout: next');
});

test('of a flood the newest lines are told, with the number of those left out', async () => {
	async function* flood(): AsyncGenerator<LogLines> {
		for (let batch = 0; batch < 20; batch++) {
			const lines = Array.from({length: 100}, (_, index) => `line ${batch * 100 + index}`);
			yield {stream: 'stdout', lines};
		}
	}
	const events: OperationEvent[] = [];
	await gatherOutput(flood(), event => events.push(event));
	const output = events.flatMap(event => (event.type === 'output' ? [event] : []));
	const told = output.reduce((sum, {lines}) => sum + lines.length, 0);
	const skipped = output.reduce((sum, event) => sum + event.skipped, 0);
	expect(told + skipped).toBe(2000);
	expect(told).toBeLessThanOrEqual(100 * output.length);
	expect(output.at(-1)?.lines.at(-1)).toBe('line 1999');
});

test('what was printed before a failure is told all the same', async () => {
	async function* broken(): AsyncGenerator<LogLines> {
		yield {stream: 'stderr', lines: ['last words']};
		throw new Error('cut');
	}
	const events: OperationEvent[] = [];
	await expect(gatherOutput(broken(), event => events.push(event))).rejects.toThrow('cut');
	expect(events).toEqual([{type: 'output', stream: 'stderr', lines: ['last words'], skipped: 0}]);
});
