import {shortDigest} from '../../domain/digest.ts';
import {Secret} from '../../domain/credential.ts';
import {
	describeVerification,
	isSignature,
	signatureVerdict,
	titleOfSignature,
	type FoundSignature,
	type SignatureReport,
	type SignatureVerdict,
} from '../../domain/signatures.ts';
import type {Dialog} from '../../workbench/dialog.ts';
import {SecretField} from '../components/text-field.tsx';
import type {Theme} from '../theme.ts';
import type {DialogContext} from './dialog-context.ts';
import {blank, minorSentence, row, sentence, type DialogView, type Row} from './dialog-view.ts';
import {caution, failure, good, quiet, strong} from './lines.ts';
import {textRow} from './text-row.tsx';

/** More are told as a number: the dialog has to fit. */
const mostShown = 5;

/** Who signed a tag: what there is, with the verdict of the key in the field; and signing it. */
export function signaturesView(
	{reference, value, report, locked}: Dialog & {readonly kind: 'signatures'},
	context: DialogContext,
): DialogView {
	const {intents, theme, width} = context;
	return {
		title: 'Signatures',
		tone: 'focus',
		rows: [
			row(strong(reference)),
			blank,
			...reportRows(report, context),
			blank,
			textRow({
				label: {text: 'key file  ', tone: 'quiet'},
				name: 'signatures',
				theme,
				value,
				onChange: text => intents.changeSignatureKey(text),
				focus: locked === undefined,
				placeholder: '~/cosign.pub',
			}),
			...(locked === undefined ? [] : [passwordField(context)]),
			blank,
			...minorSentence(
				locked === undefined
					? 'A public key (cosign.pub) verifies, a private key (cosign.key) signs; without one the keys that are always trusted are tried. A good signature shows that whoever holds the key signed exactly this image.'
					: `${locked} is locked: Enter signs with its password, which stays in this field, Esc goes back.`,
				width,
			),
		],
	};
}

function passwordField({intents, theme}: DialogContext): Row {
	return {
		kind: 'field',
		name: 'password',
		label: {text: 'password  ', tone: 'focus'},
		current: true,
		field: columns => (
			<SecretField
				name="signatures:password"
				theme={theme}
				onSecret={text => intents.submitKeyPassword(new Secret(text))}
				focus
				width={columns}
				placeholder="stays hidden"
			/>
		),
	};
}

/** By the key that was used, not by the one that is being typed. */
function verdictOf(verdict: SignatureVerdict, {found, keys}: SignatureReport): string {
	const names = keys.join(', ');
	switch (verdict) {
		case 'verified': {
			const by = found.find(one => isSignature(one.kind) && one.verified.state === 'verified');
			if (by?.verified.state !== 'verified') return 'Signed';
			return by.verified.issuer === undefined
				? `Signed by the holder of ${by.verified.by}`
				: `Signed by ${by.verified.by}`;
		}
		case 'refused':
			return names === '' ? 'No signature is good' : `No signature is good by ${names}`;
		case 'not-checked':
			return 'Signed, and nobody has checked by whom';
		case 'unsigned':
			return 'No signature of this image is on the registry';
	}
}

function reportRows(
	report: (Dialog & {readonly kind: 'signatures'})['report'],
	{theme, width}: DialogContext,
): readonly Row[] {
	switch (report.phase) {
		case 'idle':
		case 'loading':
			return [row(quiet(`Looking on the registry${theme.symbols.ellipsis}`))];
		case 'failed':
			return [
				...sentence(report.error.message, width, 'failure'),
				...sentence(report.error.hint, width, 'quiet'),
			];
		case 'ready':
			return readyRows(report.value, theme, width);
	}
}

function readyRows(report: SignatureReport, theme: Theme, width: number): readonly Row[] {
	const verdict = signatureVerdict(report);
	const {success, failure: cross, warning} = theme.symbols;
	const text = verdictOf(verdict, report);
	const lead = {
		verified: good(`${success} ${text}`),
		refused: failure(`${cross} ${text}`),
		'not-checked': caution(`${warning} ${text}`),
		unsigned: caution(`${warning} ${text}`),
	}[verdict];
	const shown = report.found.slice(0, mostShown);
	const open = shown.find(({verified}) => verified.state === 'not-checked')?.verified;
	const todo = open?.state === 'not-checked' ? open.whatToDo : undefined;
	const hidden = report.found.length - shown.length + report.leftOut;
	return [
		row(lead),
		...shown.flatMap(one => rowsOf(one, theme, width)),
		...(todo === undefined ? [] : sentence(todo, width, 'quiet')),
		...(hidden > 0 ? [row(quiet(`  and ${hidden} more: see regbench verify`))] : []),
	];
}

function rowsOf(one: FoundSignature, {symbols}: Theme, width: number): readonly Row[] {
	const {state} = one.verified;
	const mark = {
		verified: good(`${symbols.success} `),
		refused: failure(`${symbols.failure} `),
		'not-checked': quiet(`${symbols.unknown} `),
	}[state];
	const text = `${titleOfSignature(one)} ${shortDigest(one.digest)}, ${describeVerification(one.verified)}`;
	return sentence(text, width, 'quiet', mark);
}
