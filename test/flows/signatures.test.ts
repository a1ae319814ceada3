import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {encryptedPem, makeKeys} from '../signatures/key-pairs.ts';
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
		await terminal.press('ctrl-t');
		await terminal.waitFor('What own.pub signed is trusted from now on');
		await terminal.press('ctrl-u', 'enter');
		// Without a key of its own, those that are trusted are tried.
		await terminal.waitFor(/key file +~\/cosign\.pub/);
		await terminal.waitFor('✓ Signed by the holder of own.pub');
		await terminal.press('esc', 'enter');
		await terminal.waitFor(/✓ signature +[\da-f]{12}/);
		await terminal.waitFor('verified with own.pub');
		expect(terminal.screen()).toMatch(/S signers/);

		await terminal.press('S');
		await terminal.waitFor('✓ Signed by the holder of own.pub');
		await terminal.type(otherFile);
		await terminal.press('enter');
		await terminal.waitFor('No signature is good by other.pub');
		await terminal.press('esc');
		await terminal.waitFor(/✗ signature/);
		expect(terminal.screen()).not.toContain('PRIVATE KEY');
	});

	test('a locked key asks for its password, which is on no screen', async () => {
		await using folder = await temporaryFolder();
		const keys = makeKeys();
		const file = path.join(folder.path, 'cosign.key');
		await writeFile(file, encryptedPem(keys, 'open sesame'));
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
		const askForPassword = async () => {
			await terminal.press('S');
			await terminal.waitFor(/key file/);
			await terminal.press('ctrl-u');
			await terminal.type(file);
			await terminal.press('ctrl-s');
			await terminal.waitFor('cosign.key is locked');
		};
		await askForPassword();
		await terminal.type('wrong');
		await terminal.press('enter');
		await terminal.waitFor('The password does not open cosign.key');
		await askForPassword();
		await terminal.press('esc');
		await terminal.waitFor('good signature shows');
		await terminal.press('ctrl-s');
		await terminal.waitFor('cosign.key is locked');
		await terminal.type('open sesame');
		await terminal.waitFor('•••••••••••');
		expect(terminal.screen()).not.toContain('sesame');
		await terminal.press('enter');
		await terminal.waitFor('✓ signed ghcr.localhost');
		expect(terminal.screen()).not.toContain('sesame');
	});
});
