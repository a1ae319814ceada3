import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {makeKeys} from '../signatures/key-pairs.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {openTerminal} from '../support/terminal.ts';

describe('signatures on the screen', () => {
	test('a tag is signed with a key of one’s own, verified by its public half, and refused by another', async () => {
		await using folder = await temporaryFolder();
		const keys = makeKeys();
		const file = async (name: string, text: string) => {
			await writeFile(path.join(folder.path, name), text);
			return path.join(folder.path, name);
		};
		const privateFile = await file('own.key', keys.privatePem);
		const publicFile = await file('own.pub', keys.publicPem);
		const otherFile = await file('other.pub', makeKeys().publicPem);

		await using terminal = await openTerminal({args: ['--demo']});
		await terminal.waitFor('▸ tools/backup');
		await terminal.press('P');
		await terminal.waitFor('to upload');
		await terminal.press('enter');
		await terminal.waitFor('Pushed ghcr.localhost');
		await terminal.press('3', 'enter');
		await terminal.waitFor(/▸ octocat\/tools\/backup/);
		await terminal.press('enter');
		await terminal.waitFor(/▸ nightly +[\da-f]{12}/);

		await terminal.press('S');
		await terminal.waitFor('No signature of this image is on the registry');
		await terminal.type(privateFile);
		await terminal.press('enter');
		await terminal.waitFor('own.key is a private key');
		await terminal.press('ctrl-s');
		await terminal.waitFor('✓ signed ghcr.localhost');

		await terminal.press('S');
		await terminal.waitFor('Signed, and nobody has checked by whom');
		await terminal.type(publicFile);
		await terminal.press('enter');
		await terminal.waitFor('✓ Signed by the holder of own.pub');
		await terminal.press('esc', 'S');
		// The key is remembered for the registry.
		await terminal.waitFor('✓ Signed by the holder of own.pub');
		await terminal.press('ctrl-u');
		await terminal.type(otherFile);
		await terminal.press('enter');
		await terminal.waitFor('No signature is good by other.pub');
		expect(terminal.screen()).not.toContain('PRIVATE KEY');
	});
});
