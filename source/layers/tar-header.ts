/** The fields of a tar header block (POSIX.1-2017 ustar and pax, GNU's manual "Basic Tar Format"). Pure. */
import {RegbenchError} from '../domain/errors.ts';

/** What one header says; names as they stand there. */
export type TarHeader = {
	/** The type flag, `0` for a plain file whatever the age of the archive. */
	readonly type: string;
	readonly name: string;
	readonly target: string;
	readonly mode: number;
	/** Bytes that follow, without padding. */
	readonly sizeBytes: number;
	/** Old GNU sparse files: a table that goes on in blocks of its own. */
	readonly isTableContinued: boolean;
};

/** Records of a pax extension that matter here. */
export type PaxFields = {
	readonly name?: string;
	readonly target?: string;
	readonly sizeBytes?: number;
};

/** The header in a block of 512 bytes. `PROTOCOL_ERROR` where its checksum or a number in it is wrong. */
export function readHeader(block: Uint8Array): TarHeader {
	const header = asBuffer(block);
	if (!isSound(header)) throw new RegbenchError('PROTOCOL_ERROR', 'It is no tar archive');
	const flag = String.fromCharCode(header[156] ?? 0);
	const type = flag === '\0' || flag === '7' ? '0' : flag;
	return {
		type,
		name: nameIn(header),
		target: textAt(header, 157, 100),
		mode: octalAt(header, 100, 8) ?? 0,
		sizeBytes: sizeAt(header, 124),
		isTableContinued: type === 'S' && header[482] !== 0,
	};
}

/** Whether a block of an old GNU sparse table is followed by another one. */
export function isSparseTableContinued(block: Uint8Array): boolean {
	return block[504] !== 0;
}

/** Whether a block holds nothing but zeros, as the two do that end an archive. */
export function isZeroBlock(block: Uint8Array): boolean {
	for (let index = 0; index < block.byteLength; index++) if (block[index] !== 0) return false;
	return true;
}

/** Records `LENGTH KEY=VALUE\n`, the length in bytes: a value may hold anything, line breaks too. */
export function readPaxFields(records: Uint8Array): PaxFields {
	const bytes = asBuffer(records);
	const fields: {name?: string; target?: string; sizeBytes?: number} = {};
	let sparseName: string | undefined;
	let at = 0;
	while (at < bytes.byteLength && bytes[at] !== 0) {
		const blank = bytes.indexOf(0x20, at);
		const digits = bytes.toString('latin1', at, Math.min(blank, at + 20));
		const length = /^\d+$/.test(digits) ? Number(digits) : 0;
		if (blank < 0 || length <= blank - at || at + length > bytes.byteLength) {
			throw new RegbenchError('PROTOCOL_ERROR', 'An extended header is malformed');
		}
		const end = at + length - 1;
		const equals = bytes.indexOf(0x3d, blank);
		if (equals > 0 && equals < end) {
			const key = bytes.toString('utf8', blank + 1, equals);
			const value = () => bytes.toString('utf8', equals + 1, end);
			if (key === 'path') fields.name = value();
			if (key === 'linkpath') fields.target = value();
			if (key === 'GNU.sparse.name') sparseName = value();
			if (key === 'size') fields.sizeBytes = wholeNumber(value());
		}
		at += length;
	}
	// Sparse files of pax stand under a made-up name; this is the true one.
	return sparseName === undefined ? fields : {...fields, name: sparseName};
}

/** Text of GNU's long names: ends with a zero byte. */
export function readLongName(bytes: Uint8Array): string {
	return textAt(asBuffer(bytes), 0, bytes.byteLength);
}

function asBuffer(bytes: Uint8Array): Buffer {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function nameIn(header: Buffer): string {
	const name = textAt(header, 0, 100);
	if (textAt(header, 257, 5) !== 'ustar') return name;
	// GNU keeps times where ustar has its prefix.
	if (header[262] === 0x20) return name;
	const prefix = textAt(header, 345, 155);
	return prefix === '' ? name : `${prefix}/${name}`;
}

function textAt(header: Buffer, start: number, length: number): string {
	const zero = header.indexOf(0, start);
	const end = zero < 0 || zero > start + length ? start + length : zero;
	return header.toString('utf8', start, end);
}

/** Octal text, or GNU's base 256 for what is larger than 8 GB. */
function sizeAt(header: Buffer, start: number): number {
	const first = header[start] ?? 0;
	if (first < 0x80) {
		const size = octalAt(header, start, 12);
		if (size !== undefined) return size;
	} else if (first === 0x80) {
		let size = 0;
		for (let index = start + 1; index < start + 12; index++) size = size * 256 + header[index]!;
		if (Number.isSafeInteger(size)) return size;
	}
	throw new RegbenchError('PROTOCOL_ERROR', 'A size in the archive is no number');
}

function octalAt(header: Buffer, start: number, length: number): number | undefined {
	const text = textAt(header, start, length).trim();
	if (text === '') return 0;
	return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function wholeNumber(text: string): number {
	const number = Number(text);
	if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
	throw new RegbenchError('PROTOCOL_ERROR', 'A size in the archive is no number');
}

/** The checksum counts its own field as blanks; old archivers added up signed bytes. */
function isSound(header: Buffer): boolean {
	let sum = 8 * 0x20;
	let signed = sum;
	for (let index = 0; index < 512; index++) {
		if (index >= 148 && index < 156) continue;
		const byte = header[index] ?? 0;
		sum += byte;
		signed += byte < 128 ? byte : byte - 256;
	}
	const told = octalAt(header, 148, 8);
	return told === sum || told === signed;
}
