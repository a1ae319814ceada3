/**
 * Reads a tar archive (POSIX ustar and pax, GNU long names) without unpacking it. Nothing is written
 * anywhere, and only bounded headers are held.
 */
import {RegbenchError} from '../domain/errors.ts';
import {createByteReader, type ByteReader} from './byte-reader.ts';

export type TarKind = 'file' | 'folder' | 'link' | 'device' | 'other';

export type TarEntry = {
	/** As it stands in the archive: never to be used as a path. */
	readonly name: string;
	readonly kind: TarKind;
	/** Of the content; for sparse files what is stored. */
	readonly sizeBytes: number;
	/** The content; what the reader leaves is passed over. */
	readonly content: AsyncIterable<Uint8Array>;
};

const block = 512;
const longestExtension = 1024 * 1024;
const longestName = 4096;

/** The entries one after the other. `PROTOCOL_ERROR` for what is no tar, `TOO_LARGE` for headers beyond their bound. */
export async function* readTar(
	bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<TarEntry, void, undefined> {
	const reader = createByteReader(bytes);
	let name: string | undefined;
	let size: number | undefined;
	try {
		for (;;) {
			const header = await reader.take(block);
			// Two blocks of zeros end an archive; what follows is padding, read so that its digest is whole.
			if (header === undefined) return;
			if (header.every(byte => byte === 0)) continue;
			if (!isSound(header))
				throw new RegbenchError('PROTOCOL_ERROR', 'The layer is no tar archive');
			const type = String.fromCharCode(header[156] ?? 0);
			const stored = numberAt(header, 124, 12);
			if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
				const text = await readExtension(reader, stored);
				if (type === 'L') name = text.replace(/\0.*$/s, '');
				if (type === 'x') ({name = name, size = size} = paxFields(text));
				continue;
			}
			const sizeBytes = isLinkType(type) ? 0 : (size ?? stored);
			const full = name ?? headerName(header);
			name = undefined;
			size = undefined;
			let left = sizeBytes;
			const content = (async function* () {
				for await (const part of reader.pass(sizeBytes)) {
					left -= part.byteLength;
					yield part;
				}
			})();
			yield {name: full.slice(0, longestName), kind: kindOf(type, full), sizeBytes, content};
			const padding = (block - (sizeBytes % block)) % block;
			for await (const _ of reader.pass(left + padding));
		}
	} finally {
		await reader.close();
	}
}

async function readExtension(reader: ByteReader, size: number): Promise<string> {
	if (size > longestExtension) {
		throw new RegbenchError('TOO_LARGE', `A name in the layer takes ${size} bytes`);
	}
	const padded = Math.ceil(size / block) * block;
	const bytes = padded === 0 ? new Uint8Array() : await reader.take(padded);
	return new TextDecoder().decode(bytes?.subarray(0, size));
}

/** `LENGTH KEY=VALUE\n` records; the length is in bytes, but no key that matters needs it. */
function paxFields(text: string): {name?: string; size?: number} {
	const name = /(?:^|\n)\d+ path=([^\n]*)/.exec(text)?.[1];
	const size = Number(/(?:^|\n)\d+ size=(\d+)/.exec(text)?.[1]);
	return {
		...(name === undefined ? {} : {name}),
		...(Number.isSafeInteger(size) ? {size} : {}),
	};
}

function headerName(header: Uint8Array): string {
	const prefix = textAt(header, 257, 5) === 'ustar' ? textAt(header, 345, 155) : '';
	const name = textAt(header, 0, 100);
	// GNU keeps times where ustar has its prefix.
	const isGnu = textAt(header, 257, 8).startsWith('ustar ');
	return prefix === '' || isGnu ? name : `${prefix}/${name}`;
}

function textAt(header: Uint8Array, start: number, length: number): string {
	const field = header.subarray(start, start + length);
	const end = field.indexOf(0);
	return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal text, or GNU's base 256 for what is larger than 8 GB. */
function numberAt(header: Uint8Array, start: number, length: number): number {
	const field = header.subarray(start, start + length);
	const value =
		((field[0] ?? 0) & 0x80) === 0
			? Number.parseInt(textAt(header, start, length).trim() || '0', 8)
			: field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
	if (Number.isSafeInteger(value) && value >= 0) return value;
	throw new RegbenchError('PROTOCOL_ERROR', 'A size in the layer is no number');
}

function isSound(header: Uint8Array): boolean {
	let sum = 0;
	for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 32 : byte;
	return Number.parseInt(textAt(header, 148, 8).trim(), 8) === sum;
}

function isLinkType(type: string): boolean {
	return type >= '1' && type <= '6';
}

function kindOf(type: string, name: string): TarKind {
	if (type === '5' || ((type === '0' || type === '\0') && name.endsWith('/'))) return 'folder';
	if (type === '0' || type === '\0' || type === '7' || type === 'S') return 'file';
	if (type === '1' || type === '2') return 'link';
	if (type === '3' || type === '4' || type === '6') return 'device';
	return 'other';
}
