import {sign} from 'node:crypto';
import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {Secret} from '../../source/domain/credential.ts';
import {digestOf, type Digest} from '../../source/domain/digest.ts';
import {mediaTypes} from '../../source/domain/manifest.ts';
import {signatureVerdict} from '../../source/domain/signatures.ts';
import {checkSignatures} from '../../source/operations/check-signatures.ts';
import type {OperationContext} from '../../source/operations/context.ts';
import {waitFor} from '../../source/operations/retry.ts';
import {signImage} from '../../source/operations/sign-image.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import type {RemoteRepository} from '../../source/registry/registry-client.ts';
import {drain} from '../operations/operation-world.ts';
import {startTestRegistry} from '../registry-server/registry-calls.ts';
import {encryptedPem, makeKeys, type TestKeys} from '../signatures/key-pairs.ts';
import {bundleOf, envelopeOf} from '../signatures/statements.ts';
import {CleanUp} from '../support/clean-up.ts';
import {describeLive} from '../support/live.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

const simpleSigning = 'application/vnd.dev.cosign.simplesigning.v1+json';
const annotation = 'dev.cosignproject.cosign/signature';
const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const signPredicate = 'https://sigstore.dev/cosign/sign/v1';

type World = AsyncDisposable & {
	readonly host: string;
	readonly reference: string;
	readonly subject: Digest;
	readonly repository: RemoteRepository;
	readonly context: OperationContext;
	readonly keys: TestKeys;
	readonly publicFile: string;
	readonly privateFile: string;
	file(name: string, text: string): Promise<string>;
	verify(...keyFiles: string[]): ReturnType<typeof checkSignatures>;
};

/** An image on a registry, and a key pair in files. */
async function openWorld(kind: 'docker-registry' | 'embedded'): Promise<World> {
	const cleanUp = new CleanUp();
	const folder = cleanUp.use(await temporaryFolder());
	const started =
		kind === 'embedded' ? await startTestRegistry({authentication: 'none'}) : await startRegistry();
	const {host} = cleanUp.use(started);
	const credentials = createSessionCredentials();
	const registry = createRegistryClient({credentials});
	cleanUp.defer(() => registry.close());
	const repository = registry.repository(host, 'team/hello');
	const subject = await putManifest(repository, '1.0', [['application/octet-stream', 'a layer']]);
	const keys = makeKeys();
	const file = async (name: string, text: string) => {
		const full = path.join(folder.path, name);
		await writeFile(full, text);
		return full;
	};
	const context: OperationContext = {
		engine: {} as OperationContext['engine'],
		registry,
		credentials,
		signal: new AbortController().signal,
		now: Date.now,
		wait: waitFor,
		environment: {},
	};
	const reference = `${host}/team/hello:1.0`;
	return {
		host,
		reference,
		subject,
		repository,
		context,
		keys,
		publicFile: await file('cosign.pub', keys.publicPem),
		privateFile: await file('plain.key', keys.privatePem),
		file,
		verify: (...keyFiles) => checkSignatures({reference, keyFiles}, context),
		[Symbol.asyncDispose]: () => cleanUp.run(),
	};
}

type Layer = readonly [mediaType: string, bytes: string | Buffer, annotations?: object];

async function putBlob(repository: RemoteRepository, content: string | Buffer): Promise<Digest> {
	const bytes = Buffer.from(content);
	const digest = digestOf(bytes);
	await repository.uploadBlob({
		digest,
		size: bytes.length,
		async *open() {
			yield bytes;
		},
	});
	return digest;
}

async function putManifest(
	repository: RemoteRepository,
	tag: string | undefined,
	contents: readonly Layer[],
	extra: object = {},
): Promise<Digest> {
	const layers = [];
	for (const [mediaType, content, annotations] of contents) {
		const digest = await putBlob(repository, content);
		layers.push({
			mediaType,
			digest,
			size: Buffer.byteLength(content),
			...(annotations ? {annotations} : {}),
		});
	}
	const config = {
		mediaType: mediaTypes.ociConfig,
		digest: await putBlob(repository, '{}'),
		size: 2,
	};
	const body = {schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers, ...extra};
	const bytes = Buffer.from(JSON.stringify(body));
	const digest = digestOf(bytes);
	const raw = {bytes, digest, mediaType: mediaTypes.ociManifest};
	return repository.putManifest(tag ?? digest, raw);
}

const tagOf = (subject: string, suffix: string) => `${subject.replace(':', '-')}${suffix}`;

/** A payload and its signature, written out by hand. */
function signedPayload({privateKey}: TestKeys, subject: string, type?: string) {
	const payload = `{"critical":{"identity":{"docker-reference":"example.com/hello"},"image":{"docker-manifest-digest":"${subject}"},"type":"${type ?? 'cosign container image signature'}"},"optional":null}`;
	return {payload, signature: sign('sha256', Buffer.from(payload), privateKey).toString('base64')};
}

const statesOf = ({found}: Awaited<ReturnType<typeof checkSignatures>>) =>
	found.map(({verified}) => verified.state);

describeLive('signatures', ['docker-registry'], () => {
	test.each(['docker-registry', 'embedded'] as const)(
		'an image on %s is signed with a local key and verified by its public half alone',
		async kind => {
			await using world = await openWorld(kind);
			expect(signatureVerdict(await world.verify(world.publicFile))).toBe('unsigned');
			const request = {
				reference: world.reference,
				key: world.privateFile,
				by: 'regbench',
			} as const;
			const {result} = await drain(signImage(request, world.context));
			expect(result).toMatchObject({digest: world.subject, tag: tagOf(world.subject, '.sig')});

			const report = await world.verify(world.publicFile);
			expect(signatureVerdict(report)).toBe('verified');
			expect(report.found).toMatchObject([
				{
					kind: 'cosign-signature',
					where: {by: 'tag', tag: tagOf(world.subject, '.sig')},
					signer: {dockerReference: `${world.host}/team/hello`},
					verified: {state: 'verified', by: 'cosign.pub'},
				},
			]);
			const other = await world.file('other.pub', makeKeys().publicPem);
			expect(signatureVerdict(await world.verify(other))).toBe('refused');
			expect(signatureVerdict(await world.verify(other, world.publicFile))).toBe('verified');
			expect(signatureVerdict(await world.verify())).toBe('not-checked');
		},
	);

	test('what is put there is what cosign reads: payload, annotation, config with every payload', async () => {
		await using world = await openWorld('docker-registry');
		const second = makeKeys('ed25519');
		for (const key of [world.privateFile, await world.file('second.key', second.privatePem)]) {
			await drain(signImage({reference: world.reference, key, by: 'regbench'}, world.context));
		}
		const base = `http://${world.host}/v2/team/hello`;
		const answer = await fetch(`${base}/manifests/${tagOf(world.subject, '.sig')}`, {
			headers: {accept: mediaTypes.ociManifest},
		});
		const manifest = (await answer.json()) as {
			config: {mediaType: string; digest: string};
			layers: {mediaType: string; digest: string; annotations: Record<string, string>}[];
		};
		expect(manifest.layers).toHaveLength(2);
		expect(manifest.config.mediaType).toBe('application/vnd.oci.image.config.v1+json');
		const config = await (await fetch(`${base}/blobs/${manifest.config.digest}`)).json();
		expect(config).toMatchObject({
			rootfs: {type: 'layers', diff_ids: manifest.layers.map(({digest}) => digest)},
		});
		const [layer] = manifest.layers;
		expect(layer?.mediaType).toBe(simpleSigning);
		expect(await (await fetch(`${base}/blobs/${layer?.digest}`)).text()).toBe(
			`{"critical":{"identity":{"docker-reference":"${world.host}/team/hello"},"image":{"docker-manifest-digest":"${world.subject}"},"type":"cosign container image signature"},"optional":null}`,
		);
		const keyFile = await world.file('second.pub', second.publicPem);
		expect(statesOf(await world.verify(world.publicFile))).toEqual(['verified', 'refused']);
		expect(statesOf(await world.verify(keyFile))).toEqual(['refused', 'verified']);
	});

	test.each<[string, (world: World) => Layer]>([
		[
			'a payload that was changed after signing',
			({keys, subject}) => {
				const {payload, signature} = signedPayload(keys, subject);
				return [
					simpleSigning,
					payload.replace('example.com', 'example.org'),
					{[annotation]: signature},
				];
			},
		],
		[
			'a signature that was changed',
			({keys, subject}) => {
				const {payload, signature} = signedPayload(keys, subject);
				const bytes = Buffer.from(signature, 'base64');
				bytes[20] = (bytes[20] ?? 0) ^ 1;
				return [simpleSigning, payload, {[annotation]: bytes.toString('base64')}];
			},
		],
		[
			'a good signature of another digest',
			({keys}) => {
				const {payload, signature} = signedPayload(keys, digestOf('another image'));
				return [simpleSigning, payload, {[annotation]: signature}];
			},
		],
		[
			'a signed text that is no statement about an image',
			({keys, subject}) => {
				const {payload, signature} = signedPayload(keys, subject, 'something else');
				return [simpleSigning, payload, {[annotation]: signature}];
			},
		],
		[
			'no signature at all',
			({keys, subject}) => [simpleSigning, signedPayload(keys, subject).payload],
		],
		['a payload that is no JSON', () => [simpleSigning, '\u0000{', {[annotation]: 'AAAA'}]],
	])('%s is refused', async (_, make) => {
		await using world = await openWorld('docker-registry');
		await putManifest(world.repository, tagOf(world.subject, '.sig'), [make(world)]);
		const report = await world.verify(world.publicFile);
		expect(statesOf(report)).toEqual(['refused']);
		expect(signatureVerdict(report)).toBe('refused');
	});

	test.each(['docker-registry', 'embedded'] as const)(
		'a bundle that %s lists as a referrer is verified, an attestation is no signature',
		async kind => {
			await using world = await openWorld(kind);
			const {repository, subject, keys} = world;
			const refer = async (predicate: string, by: TestKeys) => {
				const bundle = bundleOf(envelopeOf(by, subject, predicate));
				const artifact = {
					artifactType: bundleType,
					subject: {mediaType: mediaTypes.ociManifest, digest: subject, size: 2},
				};
				const digest = await putManifest(repository, undefined, [[bundleType, bundle]], artifact);
				const {bytes} = await repository.manifest(digest);
				return {
					mediaType: mediaTypes.ociManifest,
					digest,
					size: bytes.length,
					artifactType: bundleType,
				};
			};
			const list = async (...manifests: object[]) => {
				if (kind === 'embedded') return;
				const mediaType = mediaTypes.ociIndex;
				const bytes = Buffer.from(JSON.stringify({schemaVersion: 2, mediaType, manifests}));
				await repository.putManifest(tagOf(subject, ''), {
					bytes,
					mediaType,
					digest: digestOf(bytes),
				});
			};
			const provenance = await refer('https://slsa.dev/provenance/v1', keys);
			await list(provenance);
			const attested = await world.verify(world.publicFile);
			expect(attested.found).toMatchObject([
				{kind: 'attestation', where: {by: 'referrers'}, verified: {state: 'verified'}},
			]);
			expect(signatureVerdict(attested)).toBe('unsigned');

			await list(
				provenance,
				await refer(signPredicate, keys),
				await refer(signPredicate, makeKeys()),
			);
			const report = await world.verify(world.publicFile);
			const found = report.found.map(({kind, verified}) => `${kind} ${verified.state}`);
			// Whose key made a bundle that is refused is not known, but what it states is.
			expect(found.toSorted()).toEqual([
				'attestation verified',
				'bundle-signature refused',
				'bundle-signature verified',
			]);
			expect(signatureVerdict(report)).toBe('verified');
		},
	);

	test('an attestation under cosign’s tag is verified, and what notation signed is named', async () => {
		await using world = await openWorld('embedded');
		const {repository, subject, keys} = world;
		const envelope = JSON.stringify(envelopeOf(keys, subject, 'https://cyclonedx.org/bom'));
		await putManifest(repository, tagOf(subject, '.att'), [
			['application/vnd.dsse.envelope.v1+json', envelope],
		]);
		await putManifest(repository, undefined, [['application/jose+json', '{}']], {
			artifactType: 'application/vnd.cncf.notary.signature',
			subject: {mediaType: mediaTypes.ociManifest, digest: subject, size: 2},
		});
		const report = await world.verify(world.publicFile);
		const found = report.found.map(({kind, verified}) => `${kind} ${verified.state}`);
		expect(found.toSorted()).toEqual(['notation-signature not-checked', 'sbom verified']);
		expect(signatureVerdict(report)).toBe('not-checked');
	});

	test('cosign’s encrypted key asks for its password, or takes it from the environment', async () => {
		await using world = await openWorld('docker-registry');
		const key = await world.file('cosign.key', encryptedPem(world.keys, 'open sesame'));
		const request = {reference: world.reference, key, by: 'regbench'} as const;
		await expect(drain(signImage(request, world.context))).rejects.toMatchObject({
			code: 'USAGE',
			message: 'cosign.key is locked with a password',
		});
		const environment = {COSIGN_PASSWORD: 'wrong'};
		const failing = drain(signImage(request, {...world.context, environment}));
		await expect(failing).rejects.toMatchObject({code: 'USAGE'});
		expect(signatureVerdict(await world.verify(world.publicFile))).toBe('unsigned');
		const askKeyPassword = async () => new Secret('open sesame');
		const {events} = await drain(signImage(request, {...world.context, askKeyPassword}));
		expect(JSON.stringify(events)).not.toContain('sesame');
		expect(signatureVerdict(await world.verify(world.publicFile))).toBe('verified');
	});

	test.each(['cosign', 'notation'] as const)(
		'%s signs when it is installed, and is missed by name when it is not',
		async by => {
			await using world = await openWorld('docker-registry');
			const request = {reference: world.reference, key: world.privateFile, by} as const;
			const empty = await world.file('nothing', '');
			const nowhere = {...world.context, environment: {PATH: path.dirname(empty)}};
			await expect(drain(signImage(request, nowhere))).rejects.toMatchObject({
				code: 'PROGRAM_FAILED',
				message: expect.stringContaining(`${by} is not installed`),
			});
			const folder = path.join(path.dirname(empty), 'programs');
			await mkdir(folder);
			const program = path.join(folder, by);
			const said = path.join(folder, 'said');
			await writeFile(
				program,
				`#!/bin/sh\nprintf '%s\\n' "$@" > ${said}\nprintf 'signed\\033[2J\\n' >&2\nexit $CODE\n`,
			);
			await chmod(program, 0o755);
			const environment = {PATH: folder, CODE: '0'};
			const {result, events} = await drain(signImage(request, {...world.context, environment}));
			expect(result).toMatchObject({by, digest: world.subject});
			expect(events).toContainEqual(
				expect.objectContaining({type: 'output', lines: [expect.not.stringContaining('\u001B')]}),
			);
			expect(await readFile(said, 'utf8')).toContain(`${world.host}/team/hello@${world.subject}`);
			expect(await readFile(said, 'utf8')).toMatch(
				by === 'cosign' ? /^--tlog-upload=false$/m : /^(?!.*tlog)/,
			);
			const failing = signImage(request, {
				...world.context,
				environment: {PATH: folder, CODE: '3'},
			});
			await expect(drain(failing)).rejects.toMatchObject({code: 'PROGRAM_FAILED'});
		},
	);

	test('cosign writes to its public log only when that is asked for, and nobody else ever does', async () => {
		await using world = await openWorld('docker-registry');
		const said = await world.file('said', '');
		const folder = path.dirname(said);
		const program = await world.file(
			'cosign',
			`#!/bin/sh\nprintf '%s\\n' "$@" > ${said}\necho '    --use-signing-config=true:'\n`,
		);
		await chmod(program, 0o755);
		const context = {...world.context, environment: {PATH: folder}};
		const request = {reference: world.reference, key: world.privateFile, by: 'cosign'} as const;
		await drain(signImage(request, context));
		// What cosign 3 would otherwise do all the same.
		expect((await readFile(said, 'utf8')).split('\n')).toEqual(
			expect.arrayContaining(['--tlog-upload=false', '--use-signing-config=false']),
		);
		await drain(signImage({...request, publicLog: true}, context));
		expect(await readFile(said, 'utf8')).not.toMatch(/log|config/);
		const own = signImage({...request, by: 'regbench', publicLog: true}, context);
		await expect(drain(own)).rejects.toMatchObject({code: 'USAGE'});
	});

	test('something else under cosign’s tag is not overwritten', async () => {
		await using world = await openWorld('docker-registry');
		const tag = tagOf(world.subject, '.sig');
		const before = await putManifest(world.repository, tag, [['text/plain', 'mine']]);
		const request = {reference: world.reference, key: world.privateFile, by: 'regbench'} as const;
		await expect(drain(signImage(request, world.context))).rejects.toMatchObject({
			code: 'UNSUPPORTED',
		});
		expect((await world.repository.resolve(tag))?.digest).toBe(before);
	});
});
