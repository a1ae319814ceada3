import {beforeAll, describe, expect, test} from 'vitest';
import {digestOf} from '../../source/domain/digest.ts';
import type {Descriptor} from '../../source/domain/manifest.ts';
import {checkLayer} from '../../source/signatures/check-layer.ts';
import {simpleSigningPayload} from '../../source/signatures/simple-signing.ts';
import {readTrustRoot} from '../../source/signatures/trust-root.ts';
import {actions, startSigstore, workflow, type TestSigstore} from './sigstore.ts';

const subject = digestOf('an image');
const other = digestOf('another image');
const expected = [{identity: workflow, issuer: actions}];

const statementOf = (digest: string) =>
	JSON.stringify({
		_type: 'https://in-toto.io/Statement/v1',
		subject: [{digest: {sha256: digest.slice('sha256:'.length)}}],
		predicateType: 'https://sigstore.dev/cosign/sign/v1',
		predicate: {},
	});

let sigstore: TestSigstore;

beforeAll(async () => {
	sigstore = await startSigstore();
});

type Signed = readonly [Uint8Array, Descriptor];

function layerOf(mediaType: string, text: string, annotations = {}): Signed {
	const bytes = Buffer.from(text);
	return [bytes, {mediaType, digest: digestOf(bytes), size: bytes.length, annotations}];
}

const bundled = async (digest = subject, ...by: string[]) =>
	layerOf(
		'application/vnd.dev.sigstore.bundle.v0.3+json',
		JSON.stringify(await sigstore.bundle(statementOf(digest), ...by)),
	);

const noted = async (digest = subject, ...by: string[]) => {
	const payload = simpleSigningPayload('example.com/hello', digest).toString('utf8');
	return layerOf(
		'application/vnd.dev.cosign.simplesigning.v1+json',
		payload,
		await sigstore.notes(payload, ...by),
	);
};

const rootsOf = async (signers = expected, {root}: Pick<TestSigstore, 'root'> = sigstore) => ({
	name: 'roots.json',
	material: await readTrustRoot('roots.json', JSON.stringify(root)),
	signers,
});

const check = async ([bytes, layer]: Signed, roots = rootsOf()) =>
	checkLayer(layer, bytes, subject, {keys: [], roots: await roots});

describe.each([
	['a bundle', bundled],
	['what cosign notes beside its payload', noted],
] as const)('%s signed without a key', (_, make) => {
	test('is verified by the roots and the expected signer', async () => {
		expect(await check(await make())).toMatchObject({
			signer: {identity: workflow, oidcIssuer: actions},
			verified: {state: 'verified', by: workflow, issuer: actions},
		});
	});

	test('is not checked without roots, and tells whom it names', async () => {
		const [bytes, layer] = await make();
		expect(await checkLayer(layer, bytes, subject, {keys: []})).toMatchObject({
			signer: {identity: workflow, oidcIssuer: actions},
			verified: {
				state: 'not-checked',
				whatToDo: expect.stringMatching(/--trust-root.*cosign verify --certificate-identity/),
			},
		});
	});

	test('is not checked while nobody said who may sign', async () => {
		const {verified} = await check(await make(), rootsOf([]));
		expect(verified).toMatchObject({
			state: 'not-checked',
			reason: expect.stringContaining(`signed by ${workflow}, as ${actions} says`),
		});
	});

	test.each([
		['somebody else', 'https://github.com/mallory/hello', actions],
		['one whose name only begins so', `${workflow}-of-mallory`, actions],
		['one whose name a pattern would match', workflow.replace('github.com', 'githubXcom'), actions],
		['the same name from another place', workflow, 'https://login.example.com'],
	])('is refused when it is by %s', async (__, ...by) => {
		const {verified} = await check(await make(subject, ...by));
		expect(verified).toMatchObject({
			state: 'refused',
			reason: expect.stringContaining('who is not expected'),
		});
	});

	test('is refused by the roots of another Sigstore', async () => {
		const roots = rootsOf(expected, await startSigstore());
		expect((await check(await make(), roots)).verified.state).toBe('refused');
	});

	test('is refused when it is about another image', async () => {
		expect((await check(await make(other))).verified.state).toBe('refused');
	});

	test('is refused with the roots’ authority, but another log', async () => {
		const {root} = await startSigstore();
		const mixed = {root: {...sigstore.root, tlogs: root.tlogs}};
		expect((await check(await make(), rootsOf(expected, mixed))).verified).toMatchObject({
			state: 'refused',
			reason: 'it is in no log that roots.json vouches for',
		});
	});
});

test('a bundle whose statement was exchanged is refused', async () => {
	const bundle = await sigstore.bundle(statementOf(other));
	bundle.dsseEnvelope.payload = Buffer.from(statementOf(subject)).toString('base64');
	const layer = layerOf('application/vnd.dev.sigstore.bundle.v0.3+json', JSON.stringify(bundle));
	expect((await check(layer)).verified.state).toBe('refused');
});

test('a bundle that no log vouches for is refused', async () => {
	const bundle = await sigstore.bundle(statementOf(subject));
	bundle.verificationMaterial.tlogEntries = [];
	const layer = layerOf('application/vnd.dev.sigstore.bundle.v0.3+json', JSON.stringify(bundle));
	expect((await check(layer)).verified).toEqual({
		state: 'refused',
		reason: 'nothing that roots.json vouches for proves when it was signed',
	});
});

test('a log whose name is a pattern without end is refused at once', async () => {
	const bundle = await sigstore.bundle(statementOf(subject));
	const [entry] = bundle.verificationMaterial.tlogEntries;
	const checkpoint = entry?.inclusionProof.checkpoint;
	if (!checkpoint) throw new Error('The bundle has no checkpoint');
	checkpoint.envelope = checkpoint.envelope.replace('\u2014 rekor.localhost', '\u2014 (.|.|.|.)*!');
	const layer = layerOf('application/vnd.dev.sigstore.bundle.v0.3+json', JSON.stringify(bundle));
	expect((await check(layer)).verified.state).toBe('refused');
});

test.each([
	['the notes of another signature', true],
	['no notes of the log', false],
])('a payload with %s is not verified', async (_, swapped) => {
	const [bytes, layer] = await noted();
	const [, second] = await noted();
	const note = 'dev.sigstore.cosign/bundle';
	const {[note]: __, ...others} = layer.annotations ?? {};
	const annotations = swapped ? {...others, [note]: second.annotations?.[note] ?? ''} : others;
	const {verified} = await check([bytes, {...layer, annotations}]);
	expect(verified.state).toBe(swapped ? 'refused' : 'not-checked');
});

test.each([
	['no JSON', 'roots'],
	['JSON of something else', '{"mediaType": "application/json"}'],
	['roots of nobody', '{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}'],
	[
		'roots that cannot be read',
		'{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "certificateAuthorities": [{"certChain": {"certificates": [{"rawBytes": "AAAA"}]}}]}',
	],
])('%s is no trust root', async (_, text) => {
	await expect(readTrustRoot('roots.json', text)).rejects.toMatchObject({code: 'USAGE'});
});
