/** Signatures of images on registries: who signed, and signing. */
import {RegbenchError} from '../../domain/errors.ts';
import type {SignResult} from '../../domain/events.ts';
import {
	describeVerification,
	isSignature,
	signatureVerdict,
	titleOfSignature,
	type FoundSignature,
	type SignatureReport,
	type SignatureVerdict,
} from '../../domain/signatures.ts';
import {shortDigest} from '../../domain/digest.ts';
import {checkSignatures} from '../../operations/check-signatures.ts';
import {signImage} from '../../operations/sign-image.ts';
import {countOf} from '../../workbench/job-log.ts';
import {askSecret} from '../ask.ts';
import type {Command} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';
import {operationContext, runOperation} from '../run-headless.ts';
import {trustOf, trustOptions} from '../trust-options.ts';
import {noticeOf} from './remote.ts';

export const verifyCommand: Command = {
	name: 'verify',
	usage: 'REF',
	words: [1, 1],
	summary:
		'Show the signatures and attestations of an image on its registry; exit code 1 unless one is by somebody trusted.',
	options: trustOptions,
	changes: false,
	async run(call) {
		const context = {...operationContext(call), onNotice: noticeOf(call)};
		const [reference = ''] = call.words;
		const report = await checkSignatures({reference, ...trustOf(call)}, context);
		const verdict = signatureVerdict(report);
		call.output.record({...report, verdict}, textOf(report, verdict).join('\n'));
		return verdict === 'verified' ? exitCodes.done : exitCodes.failed;
	},
};

const programs = ['regbench', 'cosign', 'notation'] as const;

export const signCommand: Command = {
	name: 'sign',
	usage: 'REF',
	words: [1, 1],
	summary:
		'Sign an image on its registry with a key of yours, so that cosign verify --key accepts it.',
	options: [
		{
			flags: '--key <file>',
			summary:
				'private key: cosign.key or PKCS #8 as PEM (its password is asked for, or taken from COSIGN_PASSWORD); with notation the name of a key',
		},
		{
			flags: '--with <program>',
			summary: 'hand over to an installed program, with its own login',
			choices: programs,
			fallback: 'regbench',
		},
		{
			flags: '--public-log',
			summary:
				'let cosign write to its public transparency log, where everybody sees the digest for good',
		},
	],
	changes: true,
	async run(call) {
		const {key} = call.options;
		if (typeof key !== 'string') {
			throw new RegbenchError('USAGE', 'The key to sign with is missing', {
				hint: 'Add --key cosign.key.',
			});
		}
		const by: SignResult['by'] =
			programs.find(program => program === call.options['with']) ?? 'regbench';
		const publicLog = call.options['publicLog'] === true;
		const [reference = ''] = call.words;
		const context = {
			...operationContext(call),
			askKeyPassword: async (name: string) =>
				askSecret(`Password of ${name}: `, 'Put the password into COSIGN_PASSWORD.'),
		};
		const work = signImage({reference, key, by, publicLog}, context);
		const description = {id: '1', operation: 'sign', subject: reference} as const;
		return (await runOperation(call, description, work)).code;
	},
};

function verdictText({found}: SignatureReport, verdict: SignatureVerdict): string {
	switch (verdict) {
		case 'verified': {
			const by = found.find(one => isSignature(one.kind) && one.verified.state === 'verified');
			const certified = by?.verified.state === 'verified' && by.verified.issuer !== undefined;
			return certified
				? `Verified: ${by.verified.by} signed exactly this image, as ${by.verified.issuer} says.`
				: 'Verified: whoever holds the key signed exactly this image.';
		}
		case 'refused':
			return 'Refused: there are signatures, and none is good by anybody who is trusted.';
		case 'not-checked':
			return 'Not checked: there are signatures, and nobody could check them.';
		case 'unsigned':
			return 'Not signed: the registry has no signature of this image.';
	}
}

function textOf(report: SignatureReport, verdict: SignatureVerdict): readonly string[] {
	const {found, leftOut, reference, subject} = report;
	return [
		`${reference}  ${subject}`,
		verdictText(report, verdict),
		...found.flatMap(linesOf),
		...(leftOut > 0 ? [`Not looked at: ${countOf(leftOut, 'more artifact')}.`] : []),
	];
}

const marks = {verified: '✓', refused: '✗', 'not-checked': '?'} as const;

function linesOf(one: FoundSignature): readonly string[] {
	const {verified, signer, where, predicateType, digest, kind} = one;
	const place = where.by === 'tag' ? where.tag.replace(/^sha256-[^.]*/, 'sha256-…') : 'referrers';
	const facts = [
		...(signer.identity === undefined ? [] : [`names ${signer.identity}`]),
		...(signer.oidcIssuer === undefined ? [] : [`who logged in at ${signer.oidcIssuer}`]),
		...(signer.issuer === undefined ? [] : [`certificate by ${signer.issuer}`]),
		...(signer.dockerReference === undefined ? [] : [`signed as ${signer.dockerReference}`]),
		...(predicateType === undefined || isSignature(kind) ? [] : [`states ${predicateType}`]),
	];
	return [
		`${marks[verified.state]} ${titleOfSignature(one)} ${shortDigest(digest)} (${place}): ${describeVerification(verified)}`,
		...facts.map(fact => `    ${fact}`),
		...(verified.state === 'not-checked' ? [`    ${verified.whatToDo}`] : []),
	];
}
