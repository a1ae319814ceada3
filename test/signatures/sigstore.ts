/** A Sigstore of its own: an authority, its log of certificates, and its log of signatures, made anew each time. */
import {
	createHash,
	createPublicKey,
	generateKeyPairSync,
	sign,
	X509Certificate,
	type KeyObject,
} from 'node:crypto';
import {initializeCA, initializeTLog} from '@sigstore/mock';
import {preAuthenticationEncoding} from '../../source/signatures/envelope.ts';

export const workflow =
	'https://github.com/octocat/hello/.github/workflows/release.yml@refs/tags/v1';
export const actions = 'https://token.actions.githubusercontent.com';

/** Where the signer logged in: as bare text, which cosign 2 reads, and as it is now. */
const issuerExtensions = {first: '1.3.6.1.4.1.57264.1.1', second: '1.3.6.1.4.1.57264.1.8'};
const payloadType = 'application/vnd.in-toto+json';

type Entry = {
	readonly body: string;
	readonly integratedTime: number;
	readonly logID: string;
	readonly logIndex: number;
	readonly verification: {
		readonly signedEntryTimestamp: string;
		readonly inclusionProof: {
			readonly logIndex: number;
			readonly treeSize: number;
			readonly rootHash: string;
			readonly hashes: readonly string[];
			readonly checkpoint: string;
		};
	};
};

export type TestSigstore = Awaited<ReturnType<typeof startSigstore>>;

export async function startSigstore() {
	const pair = (namedCurve = 'P-256') => generateKeyPairSync('ec', {namedCurve});
	const ctLog = certificateLog(pair().privateKey);
	const authority = await initializeCA(pair('P-384'), ctLog);
	const log = await initializeTLog('https://rekor.localhost', pair());
	const since = {validFor: {start: new Date(Date.now() - 86_400_000).toISOString()}};
	const logInRoot = (publicKey: Buffer) => ({
		// The log signs under the name of its host.
		baseUrl: 'https://rekor.localhost',
		hashAlgorithm: 'SHA2_256',
		publicKey: {
			rawBytes: publicKey.toString('base64'),
			keyDetails: 'PKIX_ECDSA_P256_SHA_256',
			...since,
		},
		logId: {keyId: createHash('sha256').update(publicKey).digest('base64')},
	});
	const root = {
		mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
		tlogs: [logInRoot(log.publicKey)],
		ctlogs: [logInRoot(ctLog.publicKey)],
		certificateAuthorities: [
			{
				subject: {organization: 'test', commonName: 'test'},
				uri: 'https://fulcio.localhost',
				certChain: {certificates: [{rawBytes: authority.rootCertificate.toString('base64')}]},
				...since,
			},
		],
		timestampAuthorities: [],
	};

	/** A key for one signature, and its certificate. */
	const certify = async (identity = workflow, issuer = actions) => {
		const {publicKey, privateKey} = pair();
		const certificate = await authority.issueCertificate({
			publicKey: publicKey.export({type: 'spki', format: 'der'}),
			subjectAltName: identity,
			extensions: [
				{oid: issuerExtensions.first, value: issuer, legacy: true},
				{oid: issuerExtensions.second, value: issuer},
			],
		});
		return {privateKey, certificate, pem: new X509Certificate(certificate).toString()};
	};

	const record = async (proposed: object): Promise<Entry> => {
		const [entry] = Object.values(await log.log(proposed)) as unknown as Entry[];
		if (!entry) throw new Error('The log has no entry');
		return entry;
	};

	const publicPem = (der: Buffer) =>
		createPublicKey({key: der, format: 'der', type: 'spki'}).export({type: 'spki', format: 'pem'});
	return {
		root,
		/** The same as the root, one by one as PEM. */
		pem: {
			authority: new X509Certificate(authority.rootCertificate).toString(),
			log: publicPem(log.publicKey).toString(),
			certificateLog: publicPem(ctLog.publicKey).toString(),
		},
		/** As cosign 3 signs images: a bundle around a statement. */
		async bundle(statement: string, identity?: string, issuer?: string) {
			const {privateKey, certificate, pem} = await certify(identity, issuer);
			const payload = Buffer.from(statement);
			const signature = sign('sha256', preAuthenticationEncoding(payloadType, payload), privateKey);
			const entry = await record({
				apiVersion: '0.0.1',
				kind: 'dsse',
				spec: {
					envelopeHash: {algorithm: 'sha256', value: sha256(statement)},
					payloadHash: {algorithm: 'sha256', value: sha256(payload)},
					signatures: [
						{
							signature: signature.toString('base64'),
							verifier: Buffer.from(pem).toString('base64'),
						},
					],
				},
			});
			const {inclusionProof, signedEntryTimestamp} = entry.verification;
			return {
				mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
				verificationMaterial: {
					certificate: {rawBytes: certificate.toString('base64')},
					tlogEntries: [
						{
							logIndex: String(entry.logIndex),
							logId: {keyId: Buffer.from(entry.logID, 'hex').toString('base64')},
							kindVersion: {kind: 'dsse', version: '0.0.1'},
							integratedTime: String(entry.integratedTime),
							inclusionPromise: {signedEntryTimestamp},
							inclusionProof: {
								logIndex: String(inclusionProof.logIndex),
								treeSize: String(inclusionProof.treeSize),
								rootHash: Buffer.from(inclusionProof.rootHash, 'hex').toString('base64'),
								hashes: [],
								checkpoint: {envelope: inclusionProof.checkpoint},
							},
							canonicalizedBody: entry.body,
						},
					],
				},
				dsseEnvelope: {
					payload: payload.toString('base64'),
					payloadType,
					signatures: [{sig: signature.toString('base64')}],
				},
			};
		},
		/** As cosign 2 notes it beside a payload. */
		async notes(payload: string, identity?: string, issuer?: string) {
			const {privateKey, pem} = await certify(identity, issuer);
			const signature = sign('sha256', Buffer.from(payload), privateKey).toString('base64');
			const {body, integratedTime, logID, logIndex, verification} = await record({
				apiVersion: '0.0.1',
				kind: 'hashedrekord',
				spec: {
					data: {hash: {algorithm: 'sha256', value: sha256(payload)}},
					signature: {
						content: signature,
						publicKey: {content: Buffer.from(pem).toString('base64')},
					},
				},
			});
			return {
				'dev.cosignproject.cosign/signature': signature,
				'dev.sigstore.cosign/certificate': pem,
				'dev.sigstore.cosign/bundle': JSON.stringify({
					SignedEntryTimestamp: verification.signedEntryTimestamp,
					Payload: {body, integratedTime, logIndex, logID},
				}),
			};
		},
	};
}

function sha256(bytes: string | Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** Promises to list certificates (RFC 6962, section 3.2). */
function certificateLog(privateKey: KeyObject) {
	const publicKey = createPublicKey(privateKey).export({type: 'spki', format: 'der'});
	const logID = createHash('sha256').update(publicKey).digest();
	return {
		publicKey,
		logID,
		async log(certificate: ArrayBuffer, issuer: ArrayBuffer): Promise<ArrayBuffer> {
			const unsigned = firstOf(Buffer.from(certificate));
			const version = Buffer.from([0]);
			const time = Buffer.alloc(8);
			time.writeBigUInt64BE(BigInt(Date.now()));
			const length = Buffer.alloc(4);
			length.writeUInt32BE(unsigned.length);
			const none = Buffer.from([0, 0]);
			const signed = Buffer.concat([
				version,
				Buffer.from([0]),
				time,
				Buffer.from([0, 1]),
				Buffer.from(issuer),
				length.subarray(1),
				unsigned,
				none,
			]);
			const signature = sign('sha256', signed, privateKey);
			const sha256WithEcdsa = Buffer.from([4, 3]);
			const promise = Buffer.concat([
				version,
				logID,
				time,
				none,
				sha256WithEcdsa,
				sized(signature),
			]);
			return Uint8Array.from(sized(promise)).buffer;
		},
	};
}

function sized(bytes: Buffer): Buffer {
	const length = Buffer.alloc(2);
	length.writeUInt16BE(bytes.length);
	return Buffer.concat([length, bytes]);
}

/** What is signed of a certificate: the first part of its outer sequence, which is long enough for two bytes of length. */
function firstOf(certificate: Buffer): Buffer {
	const start = 4;
	return certificate.subarray(start, start + 4 + certificate.readUInt16BE(start + 2));
}
