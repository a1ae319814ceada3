import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {createSessionCredentials} from '../../source/credentials/session-credentials.ts';
import {Secret} from '../../source/domain/credential.ts';
import {digestOf, type Digest} from '../../source/domain/digest.ts';
import {mediaTypes, parseManifest, type RawManifest} from '../../source/domain/manifest.ts';
import {signatureVerdict} from '../../source/domain/signatures.ts';
import {checkSignatures} from '../../source/operations/check-signatures.ts';
import {signImage} from '../../source/operations/sign-image.ts';
import {createRegistryClient} from '../../source/registry/client.ts';
import {simpleSigningPayload} from '../../source/signatures/simple-signing.ts';
import {drain} from '../operations/operation-world.ts';
import {startTestRegistry} from '../registry-server/registry-calls.ts';
import {encryptedPem, makeKeys, type KeyKind} from '../signatures/key-pairs.ts';
import {actions, startSigstore, workflow, type TestSigstore} from '../signatures/sigstore.ts';
import {CleanUp} from '../support/clean-up.ts';
import {makeOciLayout} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {findProgram} from '../support/programs.ts';
import {tryProgram} from '../support/run-program.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

const password = 'open sesame';
const kinds = ['docker-registry', 'embedded'] as const;

/** Two images on a registry, a key pair that the real cosign made, and both ways to look. */
async function openWorld(
	kind: (typeof kinds)[number] = 'docker-registry',
	more: NodeJS.ProcessEnv = {},
) {
	const cleanUp = new CleanUp();
	const {path: folder} = cleanUp.use(await temporaryFolder());
	const {host} = cleanUp.use(
		kind === 'embedded' ? await startTestRegistry({authentication: 'none'}) : await startRegistry(),
	);
	const credentials = createSessionCredentials();
	const registry = createRegistryClient({credentials});
	cleanUp.defer(() => registry.close());
	const environment = {HOME: folder, DOCKER_CONFIG: folder, COSIGN_PASSWORD: password, ...more};
	const {signal} = new AbortController();
	const context = {registry, credentials, signal, environment: {COSIGN_PASSWORD: password}};
	const run = async (program: string, ...args: readonly string[]) => {
		const result = await tryProgram(program, args, {folder, environment});
		return {...result, said: `${result.stdout}\n${result.stderr}`};
	};
	const must = async (program: string, ...args: readonly string[]) => {
		const result = await run(program, ...args);
		if (result.code !== 0) throw new Error(`${program} ${args.join(' ')}:\n${result.said}`);
		return result.stdout.trimEnd();
	};
	const push = async (tag: string) => {
		const layout = await makeOciLayout(path.join(folder, tag), {layers: [{sizeBytes: 1000}]});
		await must('crane', 'push', '--insecure', layout.folder, `${host}/team/hello:${tag}`);
		return layout.manifest.digest as Digest;
	};
	const digest = await push('1.0');
	const other = await push('2.0');
	if (findProgram('cosign')) await must('cosign', 'generate-key-pair');
	const local = ['--allow-http-registry'];
	const unlogged = [...local, '--tlog-upload=false', '--yes'];
	const name = `${host}/team/hello`;
	const file = (base: string) => path.join(folder, base);
	return {
		host,
		folder,
		name,
		digest,
		other,
		repository: registry.repository(host, 'team/hello'),
		context,
		file,
		run,
		cosignSign: (...more: string[]) =>
			must('cosign', 'sign', '--key', 'cosign.key', ...unlogged, ...more, `${name}@${digest}`),
		cosignAttest: (...more: string[]) =>
			must('cosign', 'attest', '--key', 'cosign.key', ...unlogged, ...more, `${name}@${digest}`),
		/** Whether the real cosign accepts the image. */
		cosignAccepts: async (subject = digest, key = 'cosign.pub', ...more: string[]) =>
			run(
				'cosign',
				'verify',
				'--key',
				key,
				'--insecure-ignore-tlog=true',
				...local,
				...more,
				`${name}@${subject}`,
			),
		cosignAcceptsStatement: async (type: string, subject = digest, ...more: string[]) =>
			run(
				'cosign',
				'verify-attestation',
				'--key',
				'cosign.pub',
				'--insecure-ignore-tlog=true',
				'--type',
				type,
				...local,
				...more,
				`${name}@${subject}`,
			),
		verify: async (subject = digest, key = 'cosign.pub') =>
			checkSignatures({reference: `${name}@${subject}`, keyFiles: [file(key)]}, context),
		sign: async (key: string) =>
			drain(signImage({reference: `${name}:1.0`, key: file(key), by: 'regbench'}, context)),
		[Symbol.asyncDispose]: () => cleanUp.run(),
	};
}

type World = Awaited<ReturnType<typeof openWorld>>;

const tagOf = (subject: string, suffix: string) => `${subject.replace(':', '-')}${suffix}`;

/** Puts the one artifact under the tag there again, with its manifest and its one blob altered. */
async function alter(
	{repository}: World,
	tag: string,
	[toTag, change]: [
		toTag: string | undefined,
		change: (manifest: string, blob: Buffer) => [string, Buffer],
	],
): Promise<RawManifest> {
	const raw = await repository.manifest(tag);
	const manifest = parseManifest(raw);
	const [layer] = manifest.kind === 'manifest' ? manifest.layers : [];
	if (!layer) throw new Error('The artifact has no layer');
	const chunks: Uint8Array[] = [];
	for await (const chunk of repository.readBlob(layer)) chunks.push(chunk);
	const [text, blob] = change(Buffer.from(raw.bytes).toString('utf8'), Buffer.concat(chunks));
	const blobDigest = digestOf(blob);
	await repository.uploadBlob({
		digest: blobDigest,
		size: blob.length,
		async *open() {
			yield blob;
		},
	});
	const bytes = Buffer.from(
		text.replace(layer.digest, blobDigest).replace(`"size":${layer.size}`, `"size":${blob.length}`),
	);
	const altered = {...raw, bytes, digest: digestOf(bytes)};
	await repository.putManifest(toTag ?? altered.digest, altered);
	return altered;
}

/** The envelope with its statement changed, and its signature left as it is. */
function withOtherStatement(bytes: Buffer): Buffer {
	const envelope = JSON.parse(bytes.toString('utf8')) as {payload: string};
	const statement = Buffer.from(envelope.payload, 'base64').toString('utf8');
	const payload = Buffer.from(statement.replace('true', 'null')).toString('base64');
	return Buffer.from(JSON.stringify({...envelope, payload}));
}

async function putBlob({repository}: World, text: string) {
	const bytes = Buffer.from(text);
	const blob = {digest: digestOf(bytes), size: bytes.length};
	await repository.uploadBlob({
		...blob,
		async *open() {
			yield bytes;
		},
	});
	return blob;
}

async function putArtifact(
	{repository}: World,
	tag: string | undefined,
	parts: object,
): Promise<Digest> {
	const mediaType = mediaTypes.ociManifest;
	const bytes = Buffer.from(JSON.stringify({schemaVersion: 2, mediaType, ...parts}));
	const digest = digestOf(bytes);
	return repository.putManifest(tag ?? digest, {bytes, mediaType, digest});
}

const foundBy = ({found}: Awaited<ReturnType<typeof checkSignatures>>) =>
	found.map(({kind, where, verified}) => `${kind} by ${where.by}: ${verified.state}`).toSorted();

describeLive('the real cosign', ['cosign', 'crane', 'docker-registry'], () => {
	test.each(kinds)('what it signs on %s is verified, and refused by another key', async kind => {
		await using world = await openWorld(kind);
		await world.cosignSign();
		const report = await world.verify();
		expect(signatureVerdict(report)).toBe('verified');
		expect(foundBy(report)).toEqual(['cosign-signature by tag: verified']);
		await writeFile(world.file('other.pub'), makeKeys().publicPem);
		expect(signatureVerdict(await world.verify(world.digest, 'other.pub'))).toBe('refused');
		expect(signatureVerdict(await world.verify(world.other))).toBe('unsigned');
	});

	test.each(kinds)('it accepts what was signed with its own locked key on %s', async kind => {
		await using world = await openWorld(kind);
		expect((await world.cosignAccepts()).code).not.toBe(0);
		const wrong = {...world.context, environment: {}, askKeyPassword: async () => new Secret('no')};
		const request = {reference: `${world.name}:1.0`, key: world.file('cosign.key')} as const;
		await expect(drain(signImage({...request, by: 'regbench'}, wrong))).rejects.toMatchObject({
			code: 'USAGE',
		});
		await world.sign('cosign.key');
		const {code, said} = await world.cosignAccepts();
		expect(said).toContain('The signatures were verified against the specified public key');
		expect(said).toContain(world.digest);
		expect(code).toBe(0);
	});

	test.each<KeyKind>(['P-256', 'P-384', 'rsa', 'ed25519'])(
		'it accepts what was signed with a plain key of the kind %s',
		async kind => {
			await using world = await openWorld();
			const keys = makeKeys(kind);
			await writeFile(world.file('own.key'), keys.privatePem);
			await writeFile(world.file('own.pub'), keys.publicPem);
			await world.sign('own.key');
			expect(await world.cosignAccepts(world.digest, 'own.pub')).toMatchObject({code: 0});
			expect((await world.cosignAccepts()).code).not.toBe(0);
		},
	);

	test.each<KeyKind>(['P-256', 'P-384', 'rsa', 'ed25519'])(
		'what it signs with a locked key of the kind %s is verified',
		async kind => {
			await using world = await openWorld();
			const keys = makeKeys(kind);
			await writeFile(world.file('imported.key'), encryptedPem(keys, password));
			await writeFile(world.file('own.pub'), keys.publicPem);
			await world.cosignSign('--key', 'imported.key');
			expect(signatureVerdict(await world.verify(world.digest, 'own.pub'))).toBe('verified');
		},
	);

	test('both add to each other’s signatures, and accept the image by either key', async () => {
		await using world = await openWorld();
		const keys = makeKeys();
		await writeFile(world.file('own.key'), keys.privatePem);
		await writeFile(world.file('own.pub'), keys.publicPem);
		await world.cosignSign();
		await world.sign('own.key');
		await world.cosignSign('-a', 'note=again');
		expect((await world.verify()).found).toHaveLength(3);
		for (const key of ['cosign.pub', 'own.pub']) {
			expect(await world.cosignAccepts(world.digest, key)).toMatchObject({code: 0});
			expect(signatureVerdict(await world.verify(world.digest, key))).toBe('verified');
		}
	});

	test.each(kinds)('a signature that refers to its image on %s is verified', async kind => {
		await using world = await openWorld(kind, {COSIGN_EXPERIMENTAL: '1'});
		await world.cosignSign('--registry-referrers-mode=oci-1-1');
		expect(foundBy(await world.verify())).toEqual(['cosign-signature by referrers: verified']);
	});

	test('what it attests is verified, as an envelope and as a bundle', async () => {
		await using world = await openWorld();
		await writeFile(world.file('predicate.json'), '{"checked": true}');
		const type = 'https://example.com/checked';
		const given = ['--predicate', 'predicate.json', '--type', type];
		await world.cosignAttest(...given);
		expect(foundBy(await world.verify())).toEqual(['attestation by tag: verified']);
		await world.cosignAttest(...given, '--new-bundle-format');
		const report = await world.verify();
		expect(foundBy(report)).toEqual([
			'attestation by referrers: verified',
			'attestation by tag: verified',
		]);
		expect(report.found.map(({predicateType}) => predicateType)).toEqual([type, type]);
		// A statement about an image is no signature of it.
		expect(signatureVerdict(report)).toBe('unsigned');
		await writeFile(world.file('other.pub'), makeKeys().publicPem);
		expect(foundBy(await world.verify(world.digest, 'other.pub'))).toEqual([
			'attestation by referrers: refused',
			'attestation by tag: refused',
		]);
	});

	test.each<[string, (world: World) => Promise<unknown>]>([
		[
			'put beside another image',
			world =>
				alter(world, tagOf(world.digest, '.sig'), [
					tagOf(world.other, '.sig'),
					(manifest, blob) => [manifest, blob],
				]),
		],
		[
			'altered to name another image',
			world =>
				alter(world, tagOf(world.digest, '.sig'), [
					tagOf(world.other, '.sig'),
					(manifest, blob) => [
						manifest,
						Buffer.from(blob.toString('utf8').replace(world.digest, world.other)),
					],
				]),
		],
	])('both refuse its signature %s', async (_, tamper) => {
		await using world = await openWorld();
		await world.cosignSign();
		expect(await world.cosignAccepts()).toMatchObject({code: 0});
		await tamper(world);
		expect((await world.cosignAccepts(world.other)).code).not.toBe(0);
		expect(signatureVerdict(await world.verify(world.other))).toBe('refused');
	});

	test('both refuse an attestation that was altered', async () => {
		await using world = await openWorld();
		await writeFile(world.file('predicate.json'), '{"checked": true}');
		const type = 'https://example.com/checked';
		await world.cosignAttest('--predicate', 'predicate.json', '--type', type);
		expect(await world.cosignAcceptsStatement(type)).toMatchObject({code: 0});
		const tag = tagOf(world.digest, '.att');
		await alter(world, tag, [tag, (manifest, blob) => [manifest, withOtherStatement(blob)]]);
		expect((await world.cosignAcceptsStatement(type)).code).not.toBe(0);
		expect(foundBy(await world.verify())).toEqual(['attestation by tag: refused']);
	});

	test('both accept its bundle, and refuse it once it was altered', async () => {
		await using world = await openWorld();
		await writeFile(world.file('predicate.json'), '{"checked": true}');
		// Without a file it would fetch the roots from the internet, even where a key is given.
		await writeFile(
			world.file('roots.json'),
			'{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}',
		);
		const bundled = ['--new-bundle-format', '--trusted-root', 'roots.json'];
		const type = 'https://example.com/checked';
		const given = ['--predicate', 'predicate.json', '--type', type];
		await world.cosignAttest(...given, '--new-bundle-format');
		const {digest} = world;
		expect(await world.cosignAcceptsStatement(type, digest, ...bundled)).toMatchObject({code: 0});
		const [found] = (await world.verify()).found;
		expect(found?.verified.state).toBe('verified');
		const list = tagOf(digest, '');
		const altered = await alter(world, found?.digest ?? '', [
			undefined,
			(manifest, blob) => {
				const bundle = JSON.parse(blob.toString('utf8')) as {dsseEnvelope: object};
				const envelope = withOtherStatement(Buffer.from(JSON.stringify(bundle.dsseEnvelope)));
				const dsseEnvelope = JSON.parse(envelope.toString('utf8')) as object;
				return [manifest, Buffer.from(JSON.stringify({...bundle, dsseEnvelope}))];
			},
		]);
		const {repository} = world;
		const raw = await repository.manifest(list);
		const text = Buffer.from(raw.bytes).toString('utf8');
		const bytes = Buffer.from(
			text
				.replace(found?.digest ?? '', altered.digest)
				.replace(/"size":\d+/, `"size":${altered.bytes.length}`),
		);
		await repository.putManifest(list, {...raw, bytes, digest: digestOf(bytes)});
		expect((await world.cosignAcceptsStatement(type, digest, ...bundled)).code).not.toBe(0);
		expect(foundBy(await world.verify())).toEqual(['attestation by referrers: refused']);
	});

	test.each<[string, (world: World, sigstore: TestSigstore) => Promise<unknown>, string[]]>([
		[
			'a payload',
			async (world, sigstore) => {
				const payload = simpleSigningPayload(world.name, world.digest).toString('utf8');
				const annotations = await sigstore.notes(payload);
				return putArtifact(world, tagOf(world.digest, '.sig'), {
					config: {mediaType: mediaTypes.ociConfig, ...(await putBlob(world, '{}'))},
					layers: [
						{
							mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
							...(await putBlob(world, payload)),
							annotations,
						},
					],
				});
			},
			['verify', '--offline'],
		],
		[
			'a bundle',
			async (world, sigstore) => {
				const {name, digest, repository} = world;
				const statement = JSON.stringify({
					_type: 'https://in-toto.io/Statement/v1',
					subject: [{name, digest: {sha256: digest.slice('sha256:'.length)}}],
					predicateType: 'https://sigstore.dev/cosign/sign/v1',
					predicate: {},
				});
				const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
				const bundle = JSON.stringify(await sigstore.bundle(statement));
				const image = await repository.manifest(digest);
				return putArtifact(world, undefined, {
					artifactType: mediaType,
					config: {
						mediaType: 'application/vnd.oci.empty.v1+json',
						...(await putBlob(world, '{}')),
					},
					layers: [{mediaType, ...(await putBlob(world, bundle))}],
					subject: {mediaType: image.mediaType, digest, size: image.bytes.length},
				});
			},
			[
				'verify-attestation',
				'--new-bundle-format',
				'--trusted-root',
				'roots.json',
				'--type',
				'https://sigstore.dev/cosign/sign/v1',
			],
		],
	])('both accept and refuse the same of %s signed without a key', async (_, put, command) => {
		await using world = await openWorld('embedded', {
			// Else it would fetch the roots from the internet.
			SIGSTORE_ROOT_FILE: 'authority.pem',
			SIGSTORE_REKOR_PUBLIC_KEY: 'log.pem',
			SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: 'certificates.pem',
		});
		const sigstore = await startSigstore();
		await writeFile(world.file('roots.json'), JSON.stringify(sigstore.root));
		await writeFile(world.file('authority.pem'), sigstore.pem.authority);
		await writeFile(world.file('log.pem'), sigstore.pem.log);
		await writeFile(world.file('certificates.pem'), sigstore.pem.certificateLog);
		await put(world, sigstore);
		const image = `${world.name}@${world.digest}`;
		const cosignAccepts = async (identity: string, issuer: string) => {
			const signer = ['--certificate-identity', identity, '--certificate-oidc-issuer', issuer];
			return world.run('cosign', ...command, '--allow-http-registry', ...signer, image);
		};
		const regbenchSays = async (identity: string, issuer: string) =>
			signatureVerdict(
				await checkSignatures(
					{
						reference: image,
						keyFiles: [],
						trustRoot: world.file('roots.json'),
						signers: [{identity, issuer}],
					},
					world.context,
				),
			);
		const accepted = await cosignAccepts(workflow, actions);
		expect(accepted.code, accepted.said).toBe(0);
		expect(await regbenchSays(workflow, actions)).toBe('verified');
		for (const [identity, issuer] of [
			[workflow, 'https://login.example.com'],
			[workflow.slice(0, -1), actions],
		] as const) {
			expect((await cosignAccepts(identity, issuer)).code).not.toBe(0);
			expect(await regbenchSays(identity, issuer)).toBe('refused');
		}
	});

	test('it signs when asked to, and writes to no log', async () => {
		await using world = await openWorld();
		const environment = {
			PATH: path.dirname(findProgram('cosign') ?? ''),
			HOME: world.folder,
			DOCKER_CONFIG: world.folder,
			COSIGN_PASSWORD: password,
		};
		const request = {reference: `${world.name}:1.0`, key: world.file('cosign.key')} as const;
		const {events} = await drain(
			signImage({...request, by: 'cosign'}, {...world.context, environment}),
		);
		expect(JSON.stringify(events)).toContain('--tlog-upload=false');
		expect(signatureVerdict(await world.verify())).toBe('verified');
	});
});

describeLive('the real notation', ['notation', 'crane', 'docker-registry'], () => {
	test.each(kinds)('it signs on %s when asked to, and is named as not checked', async kind => {
		await using world = await openWorld(kind);
		const environment = {
			PATH: path.dirname(findProgram('notation') ?? ''),
			HOME: world.folder,
			DOCKER_CONFIG: world.folder,
			XDG_CONFIG_HOME: world.folder,
		};
		const made = await tryProgram('notation', ['cert', 'generate-test', 'octocat'], {environment});
		expect(made.code, made.stderr).toBe(0);
		const request = {reference: `${world.name}:1.0`, key: 'octocat', by: 'notation'} as const;
		await drain(signImage(request, {...world.context, environment}));
		const report = await world.verify();
		expect(foundBy(report)).toEqual(['notation-signature by referrers: not-checked']);
		expect(signatureVerdict(report)).toBe('not-checked');
	});
});
