/** Options that say whose signatures are believed. */
import {RegbenchError} from '../domain/errors.ts';
import {signatureTrust, type SignatureTrust} from '../operations/signature-trust.ts';
import type {CommandCall, CommandOption} from './command.ts';

export const trustOptions: readonly CommandOption[] = [
	{
		flags: '--key <file>',
		summary: 'public key of a signer as PEM, instead of those in the settings (repeatable)',
		repeats: true,
	},
	{
		flags: '--trust-root <file>',
		summary: 'trusted_root.json of a Sigstore, for what was signed without a key',
	},
	{
		flags: '--identity <who>',
		summary: 'who may sign without a key: exactly the name in the certificate',
	},
	{flags: '--issuer <url>', summary: 'where they log in, exactly as the certificate has it'},
];

/** What is given, else what the settings say. `USAGE` for one half of a signer, or a signer without roots. */
export function trustOf({options, parts}: Pick<CommandCall, 'options' | 'parts'>): SignatureTrust {
	const {key, trustRoot, identity, issuer} = options;
	if ((typeof identity === 'string') !== (typeof issuer === 'string')) {
		throw new RegbenchError('USAGE', 'Who may sign takes --identity and --issuer together', {
			hint: 'A name alone is worth nothing: many places where people log in may have it.',
		});
	}
	const signer =
		typeof identity === 'string' && typeof issuer === 'string' ? {identity, issuer} : undefined;
	const trust = signatureTrust(parts.settings.get().safety, {
		...(Array.isArray(key) ? {keyFiles: key.map(String)} : {}),
		...(typeof trustRoot === 'string' ? {trustRoot} : {}),
		...(signer ? {signers: [signer]} : {}),
	});
	if (!signer || trust.trustRoot !== undefined) return trust;
	throw new RegbenchError('USAGE', 'The roots to check certificates against are missing', {
		hint: 'Add --trust-root trusted_root.json, as cosign trusted-root create makes it.',
	});
}
