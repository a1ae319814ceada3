/** The signatures of an image as a part of its safety. */
import {toRegbenchError} from '../domain/errors.ts';
import type {Finding, NotChecked} from '../domain/safety.ts';
import {
	describeVerification,
	isSignature,
	signatureVerdict,
	type SignatureReport,
} from '../domain/signatures.ts';
import type {OperationContext} from './context.ts';
import type {SignatureTrust} from './signature-trust.ts';

export type ToldSignatures = {
	readonly report?: SignatureReport;
	readonly findings: readonly Finding[];
	readonly notChecked: readonly NotChecked[];
};

/**
 * `reference` is where the image is on a registry; undefined where it was never there. What fails is
 * told in `notChecked`; only `CANCELLED` is thrown.
 */
export async function findSignatures(
	reference: string | undefined,
	trust: SignatureTrust,
	context: Pick<OperationContext, 'registry' | 'credentials' | 'signal'>,
): Promise<ToldSignatures> {
	if (reference === undefined) {
		return unknown(
			'Signatures are on registries, and the image was not pushed to one yet',
			'Push it, then sign it there: regbench sign REF --key cosign.key.',
		);
	}
	try {
		const {checkSignatures} = await import('./check-signatures.ts');
		return toldBy(await checkSignatures({reference, ...trust}, context));
	} catch (thrown) {
		const error = toRegbenchError(thrown);
		if (error.code === 'CANCELLED') throw error;
		return unknown(error.message, error.hint);
	}
}

function unknown(why: string, whatToDo: string): ToldSignatures {
	return {findings: [], notChecked: [{what: 'Signatures', why, whatToDo}]};
}

/** Pure. */
export function toldBy(report: SignatureReport): ToldSignatures {
	const signatures = report.found.filter(({kind}) => isSignature(kind));
	const refused = signatures.find(({verified}) => verified.state === 'refused');
	const verified = signatures.find(one => one.verified.state === 'verified');
	const open = signatures.find(one => one.verified.state === 'not-checked');
	const told = (findings: readonly Finding[], notChecked: readonly NotChecked[] = []) => ({
		report,
		findings,
		notChecked,
	});
	switch (signatureVerdict(report)) {
		case 'verified':
			return told([
				finding(
					'signed',
					'info',
					`Signed, ${verified ? describeVerification(verified.verified) : ''}`,
					'They, or whoever holds that key, signed exactly this digest.',
				),
			]);
		case 'refused':
			return told([
				finding(
					'signature-refused',
					'high',
					'No signature is by anybody who is trusted',
					`${refused ? describeVerification(refused.verified) : ''}. Ask who pushed it; do not run it before you know.`,
				),
			]);
		case 'not-checked': {
			const {verified: state} = open ?? {};
			const reason = state?.state === 'not-checked' ? state : undefined;
			return told(
				[],
				[
					{
						what: `${signatures.length} signature${signatures.length === 1 ? '' : 's'}`,
						why: reason?.reason ?? 'No public key was given',
						whatToDo:
							report.keys.length === 0
								? 'Give the public key of the signer: check --key cosign.pub, or safety.publicKeys in the settings.'
								: (reason?.whatToDo ?? 'Ask the signer for the public key.'),
					},
				],
			);
		}
		case 'unsigned':
			return told([
				finding(
					'unsigned',
					'low',
					'Not signed',
					'Nobody says that exactly these bytes are theirs. regbench sign REF --key cosign.key does.',
				),
			]);
	}
}

function finding(
	rule: string,
	severity: Finding['severity'],
	title: string,
	detail: string,
): Finding {
	return {kind: 'signature', rule, severity, title, detail, where: {at: 'image'}};
}
