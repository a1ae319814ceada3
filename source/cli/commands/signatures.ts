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
import {noticeOf} from './remote.ts';

export const verifyCommand: Command = {
	name: 'verify',
	usage: 'REF',
	words: [1, 1],
	summary:
		'Show the signatures and attestations of an image on its registry; exit code 1 unless one signature is by a given key.',
	options: [
		{flags: '--key <file>', summary: 'public key of the signer as PEM (repeatable)', repeats: true},
	],
	changes: false,
	async run(call) {
		const keys = call.options['key'];
		const keyFiles = Array.isArray(keys) ? keys.map(String) : [];
		const context = {...operationContext(call), onNotice: noticeOf(call)};
		const report = await checkSignatures({reference: call.words[0] ?? '', keyFiles}, context);
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

const verdicts: Readonly<Record<SignatureVerdict, string>> = {
	verified: 'Verified: whoever holds the key signed exactly this image.',
	refused: 'Refused: there are signatures, and none is good by a given key.',
	'not-checked': 'Not checked: there are signatures, and nobody could check them.',
	unsigned: 'Not signed: the registry has no signature of this image.',
};

function textOf(report: SignatureReport, verdict: SignatureVerdict): readonly string[] {
	const {found, leftOut, reference, subject} = report;
	return [
		`${reference}  ${subject}`,
		verdicts[verdict],
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
