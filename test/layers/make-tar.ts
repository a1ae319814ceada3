/** Tar archives byte by byte, so that they can be as odd and as broken as a test wants them. */
import {createHash} from 'node:crypto';

export type RawEntry = {
	readonly name?: string;
	/** The type flag; `0`, a file, by default. */
	readonly type?: string;
	readonly content?: string | Uint8Array;
	/** What the header tells, where that is not the content's length. */
	readonly size?: number | string;
	readonly target?: string;
	readonly mode?: number;
	/** `ustar\0` followed by `00`, GNU's `ustar  \0`, or nothing at all. */
	readonly magic?: 'ustar' | 'gnu' | 'none';
	readonly prefix?: string;
	/** Changes the finished header; the checksum is made afterwards. */
	readonly change?: (header: Buffer) => void;
};

/** The entries and, unless told otherwise, the two blocks of zeros at the end. */
export function tarOf(entries: readonly RawEntry[], {ended = true} = {}): Buffer {
	const parts = entries.flatMap(entry => {
		const content = Buffer.from(entry.content ?? '');
		const padding = Buffer.alloc((512 - (content.byteLength % 512)) % 512);
		return [headerOf(entry, content.byteLength), content, padding];
	});
	return Buffer.concat([...parts, ended ? Buffer.alloc(1024) : Buffer.alloc(0)]);
}

export function headerOf(entry: RawEntry, length: number): Buffer {
	const {name = '', type = '0', target = '', mode = 0o644, magic = 'ustar', prefix = ''} = entry;
	const header = Buffer.alloc(512);
	header.write(name, 0, 100);
	header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
	const size = entry.size ?? length;
	header.write(
		typeof size === 'string' ? size : `${size.toString(8).padStart(11, '0')}\0`,
		124,
		12,
		'latin1',
	);
	header.write(type, 156);
	header.write(target, 157, 100);
	if (magic === 'ustar') header.write('ustar\0\x300', 257);
	if (magic === 'gnu') header.write('ustar  \0', 257);
	header.write(prefix, 345, 155);
	entry.change?.(header);
	header.fill(' ', 148, 156);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
	return header;
}

/** A pax extension before the entry it belongs to. */
export function paxOf(fields: Readonly<Record<string, string | Uint8Array>>): RawEntry {
	const records = Object.entries(fields).map(([key, value]) => {
		const body = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
		let length = body.byteLength;
		while (String(length).length + body.byteLength !== length) {
			length = String(length).length + body.byteLength;
		}
		return Buffer.concat([Buffer.from(String(length)), body]);
	});
	return {name: 'PaxHeaders/x', type: 'x', content: Buffer.concat(records)};
}

/** In pieces that fit no block. */
export async function* pieces(
	bytes: Uint8Array,
	length = 337,
): AsyncGenerator<Uint8Array, void, undefined> {
	for (let at = 0; at < bytes.byteLength; at += length) yield bytes.subarray(at, at + length);
}

export function sha256(bytes: Uint8Array): string {
	return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A zstd frame (RFC 8878) of one run-length block after the other, each standing for 128 KiB of a byte. */
export function zstdRuns(blocks: number, byte = 0): Buffer {
	const runLength = 128 * 1024;
	const block = (isLast: boolean) => {
		const header = Buffer.alloc(4);
		header.writeUIntLE((runLength << 3) | (1 << 1) | Number(isLast), 0, 3);
		header[3] = byte;
		return header;
	};
	return Buffer.concat([
		zstdStart,
		...Array.from({length: blocks}, (_, index) => block(index === blocks - 1)),
	]);
}

/** A zstd frame that holds the bytes as they are. */
export function zstdRaw(bytes: Uint8Array): Buffer {
	const most = 100_000;
	const parts: Buffer[] = [zstdStart];
	for (let at = 0; at < bytes.byteLength; at += most) {
		const part = bytes.subarray(at, at + most);
		const header = Buffer.alloc(3);
		header.writeUIntLE((part.byteLength << 3) | Number(at + most >= bytes.byteLength), 0, 3);
		parts.push(header, Buffer.from(part));
	}
	return Buffer.concat(parts);
}

/** Magic number, no content size, a window of 1 MiB. */
const zstdStart = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50]);

/** A layer with words.txt as `zstd -19` packs it, and the digest of its archive. */
export const zstdPacked = {
	diffId: 'sha256:aeab2db9b6fa9b904290781525d5c2629cfc5f8ff063512e1d3d6af791dd53d6',
	stored: Buffer.from(
		'KLUv/WQAT30QAHZwWxiASzIcCHxL9wJDUXwjIXuTLeV+OCeaWrV8AFEAQwCTyWQymUwmkw/jmKJMk+MwjinKNDEO45iiTJNzGMcUZZqYwzimKNOkOIxjijJNymEcU5RpssM4pijTRIdxTFGmyYdxTFEmgB0oYFiIMGBBwQCCAMEEBASDg4QEhYQqEDAsNCQSxIRReZIgiWI+IolSDEkwPDAILBQoJDgEIiIiIiIiOj4+Pj4+Pj4+PjY2NjY2NjY2NjY+n8/n8/l8Pp/NZrPZbDabzebi4uLi4uLi4uLicrlcLpfL5XJ577333ntvrbXWWmut//////9JzjmnlFJKKaWUUkoppZRSSimllFJKKaWUUkoppZRSSimllFJKqaioqKhomqZpmqZpmiRJkiRJkiRprbXWWmstIiIiEoninHPOOeecc8455+acc84555xzzjnnnHPOOeecc84555xzzjnnnHPOOeecc84555xzzjnnnHPOOeecc84FgZyoITx4UpBCGgOhS0Gq1SIIJAgoCIwg+BEY9uo/w2aIj5a2KzVmsqYoi7JIU1RFVZQlaZImqZjo7j7SpEmaoirKoixJkzRJU5RF5UW5/C0flr/yq3wpH+U/+Zj0mloqYbUqHFNWGRRVndOUUgmnVeKYpsrAqNqcJpWWQAKVKb7S4jvKtU+ZaUyrTiAIDAocbNS3D7/J5MsD0wHYHWYqmZ2Ksw==',
		'base64',
	),
};
