/**
 * Reads a tar archive (POSIX ustar and pax, GNU long names and sparse files) without unpacking it.
 * Nothing is written anywhere, and only bounded headers are held.
 */
import {RegbenchError} from '../domain/errors.ts';
import type {ByteReader} from './byte-reader.ts';
import {
	isSparseTableContinued,
	isZeroBlock,
	readHeader,
	readLongName,
	readPaxFields,
} from './tar-header.ts';

export type TarKind = 'file' | 'folder' | 'link' | 'hard-link' | 'device' | 'other';

export type TarEntry = {
	/** As it stands in the archive: never to be used as a path. */
	readonly name: string;
	readonly kind: TarKind;
	/** Of links: where they lead, as it stands in the archive. */
	readonly target?: string;
	/** Permission bits, with setuid and setgid. */
	readonly mode: number;
	/** Of the content; for sparse files what is stored. */
	readonly sizeBytes: number;
	/** The content, until the next entry is asked for; what the reader leaves is passed over. */
	readonly content: AsyncIterable<Uint8Array>;
};

const blockBytes = 512;
/** Of one extended header: names and attributes. */
const longestExtension = 1024 * 1024;
/** Linux' longest path; a longer name is cut. */
const longestName = 4096;
/** Blocks of 21 pieces each that one sparse file may be made of. */
const mostSparseBlocks = 10_000;

/**
 * The entries one after the other, up to the end of the archive; what follows there is left in the
 * reader. `PROTOCOL_ERROR` for what is no tar or ends too early, `TOO_LARGE` for headers beyond their
 * bound.
 */
export async function* readTar(reader: ByteReader): AsyncGenerator<TarEntry, void, undefined> {
	let name: string | undefined;
	let target: string | undefined;
	let size: number | undefined;
	let zeros = 0;
	for (;;) {
		const block = await reader.take(blockBytes);
		if (block === undefined) return;
		if (block.byteLength < blockBytes) throw new RegbenchError('PROTOCOL_ERROR', 'It ends early');
		if (isZeroBlock(block)) {
			zeros++;
			if (zeros === 2) return;
			continue;
		}
		zeros = 0;
		const header = readHeader(block);
		const {type} = header;
		if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
			const extension = await readExtension(reader, header.sizeBytes);
			if (type === 'L') name = readLongName(extension);
			if (type === 'K') target = readLongName(extension);
			if (type === 'x') {
				const fields = readPaxFields(extension);
				name = fields.name ?? name;
				target = fields.target ?? target;
				size = fields.sizeBytes ?? size;
			}
			continue;
		}
		if (header.isTableContinued) await skipSparseTable(reader);
		const kind = kindOf(type, name ?? header.name);
		const sizeBytes = hasContent(type) ? (size ?? header.sizeBytes) : 0;
		let left = sizeBytes;
		const content = (async function* () {
			// Whoever holds on to it after the next entry was asked for gets nothing of that one.
			for await (const part of reader.pass(left)) {
				left -= part.byteLength;
				yield part;
			}
		})();
		yield {
			name: (name ?? header.name).slice(0, longestName),
			kind,
			mode: header.mode & 0o7777,
			sizeBytes,
			content,
			...(kind === 'link' || kind === 'hard-link'
				? {target: (target ?? header.target).slice(0, longestName)}
				: {}),
		};
		name = target = size = undefined;
		await content.return();
		const padding = (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
		await reader.skip(left + padding);
		left = 0;
	}
}

async function readExtension(reader: ByteReader, size: number): Promise<Uint8Array> {
	if (size > longestExtension) {
		throw new RegbenchError('TOO_LARGE', `A name in the archive takes ${size} bytes`);
	}
	const padded = Math.ceil(size / blockBytes) * blockBytes;
	if (padded === 0) return new Uint8Array();
	const bytes = await reader.take(padded);
	if (!bytes) throw new RegbenchError('PROTOCOL_ERROR', 'The archive ends in the middle of a name');
	return bytes.subarray(0, size);
}

async function skipSparseTable(reader: ByteReader): Promise<void> {
	for (let count = 0; count < mostSparseBlocks; count++) {
		const block = await reader.take(blockBytes);
		if (!block) throw new RegbenchError('PROTOCOL_ERROR', 'The archive ends in a sparse table');
		if (!isSparseTableContinued(block)) return;
	}
	throw new RegbenchError('TOO_LARGE', 'A sparse file in the archive is made of too many pieces');
}

/** Links, devices, folders and pipes have none, whatever size their header tells. */
function hasContent(type: string): boolean {
	return type < '1' || type > '6';
}

function kindOf(type: string, name: string): TarKind {
	switch (type) {
		case '0':
			return name.endsWith('/') ? 'folder' : 'file';
		case 'S':
			return 'file';
		case '1':
			return 'hard-link';
		case '2':
			return 'link';
		case '3':
		case '4':
		case '6':
			return 'device';
		case '5':
			return 'folder';
		default:
			return 'other';
	}
}
