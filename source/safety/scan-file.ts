/** One file of a layer, looked through for secrets as it streams by. */
import type {AnchorSearch} from './anchor-search.ts';
import {distinct} from './check-texts.ts';
import {secretFileAt} from './secret-files.ts';
import type {SecretMatch, SecretRules} from './secret-rules.ts';

export type FileScan = {
	readonly matches: readonly Omit<SecretMatch, 'value'>[];
	readonly bytes: number;
	/** Binary ones are not looked through; nor is what comes behind the bound of a large one. */
	readonly outcome: 'scanned' | 'binary' | 'large';
};

export type FileScanner = (path: string, content: AsyncIterable<Uint8Array>) => Promise<FileScan>;

/** Looked at in one piece. */
const blockBytes = 1024 * 1024;
/** Of the block before: longer than anything that a rule finds (a private key takes 10,000). */
const overlapBytes = 32 * 1024;
/** Bytes in which a zero tells a binary file, as git and grep do. */
const probeBytes = 8000;
/** Of one file. */
export const largestFile = 256 * 1024 * 1024;
/** Matches of one file that are told. */
const mostMatches = 20;

export function createFileScanner(search: AnchorSearch, rules: SecretRules): FileScanner {
	return async (path, content) => {
		const special = secretFileAt(path);
		const found: SecretMatch[] = [];
		let parts: Uint8Array[] = [];
		let length = 0;
		let bytes = 0;
		let isFirst = true;

		const look = async (isLast: boolean): Promise<void> => {
			const block = parts.length === 1 ? asBuffer(parts[0]) : Buffer.concat(parts);
			const hit = search(block);
			const own = isFirst && special?.holds?.test(block.toString('utf8')) === true;
			if (hit.size > 0 && found.length < mostMatches) {
				found.push(...(await rules.match(block.toString('utf8'), {path, rules: hit})));
			}
			if (own && special && found.length === 0) found.push(ownMatch(special));
			isFirst = false;
			if (isLast) return;
			const rest = block.subarray(Math.max(0, block.length - overlapBytes));
			parts = [Buffer.from(rest)];
			length = rest.length;
		};

		for await (const chunk of content) {
			if (bytes === 0 && asBuffer(chunk).subarray(0, probeBytes).includes(0)) {
				const matches = special && !special.holds ? [withoutValue(ownMatch(special))] : [];
				return {matches, bytes: 0, outcome: 'binary'};
			}
			parts.push(chunk);
			length += chunk.byteLength;
			bytes += chunk.byteLength;
			if (length >= blockBytes) await look(false);
			if (bytes >= largestFile) return {matches: told(found), bytes, outcome: 'large'};
		}
		if (bytes > 0) await look(true);
		return {matches: told(found), bytes, outcome: 'scanned'};
	};
}

function ownMatch({rule, severity, title}: Omit<SecretMatch, 'masked' | 'value'>): SecretMatch {
	return {rule, severity, title, masked: 'The whole file is one', value: ''};
}

function told(matches: readonly SecretMatch[]): FileScan['matches'] {
	return distinct(matches).slice(0, mostMatches).map(withoutValue);
}

function withoutValue({rule, severity, title, masked}: SecretMatch): Omit<SecretMatch, 'value'> {
	return {rule, severity, title, masked};
}

function asBuffer(bytes: Uint8Array | undefined): Buffer {
	if (!bytes) return Buffer.alloc(0);
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
