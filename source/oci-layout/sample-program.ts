/**
 * A Linux program for x86-64 that prints a text and ends: small enough to be written byte by byte,
 * so that sample images can run in a container without anything else in them.
 */
export function printingProgram(text: string): Uint8Array {
	const message = Buffer.from(text);
	const instructions = [
		'b801000000', // mov eax, 1: write
		'bf01000000', // mov edi, 1: standard output
		'488d3510000000', // lea rsi, [rip+16]: the message behind the code
		'ba00000000', // mov edx, length
		'0f05', // syscall
		'b83c000000', // mov eax, 60: exit
		'31ff', // xor edi, edi
		'0f05', // syscall
	];
	const code = Buffer.from(instructions.join(''), 'hex');
	code.writeUInt32LE(message.byteLength, 18);

	const base = 0x40_00_00n;
	const headerBytes = 64 + 56;
	const size = BigInt(headerBytes + code.byteLength + message.byteLength);
	const header = Buffer.alloc(headerBytes);
	header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, little endian
	header.writeUInt16LE(2, 16); // executable
	header.writeUInt16LE(62, 18); // x86-64
	header.writeUInt32LE(1, 20);
	header.writeBigUInt64LE(base + BigInt(headerBytes), 24); // entry
	header.writeBigUInt64LE(64n, 32); // program headers
	header.writeUInt16LE(64, 52);
	header.writeUInt16LE(56, 54);
	header.writeUInt16LE(1, 56);
	header.writeUInt32LE(1, 64); // one segment to load
	header.writeUInt32LE(5, 68); // readable and executable
	header.writeBigUInt64LE(base, 80);
	header.writeBigUInt64LE(base, 88);
	header.writeBigUInt64LE(size, 96);
	header.writeBigUInt64LE(size, 104);
	header.writeBigUInt64LE(0x1000n, 112);
	return Buffer.concat([header, code, message]);
}
