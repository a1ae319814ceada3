/** Signing an image on its registry: with a local key in cosign's format, or by an installed program. */
import {Secret} from '../domain/credential.ts';
import {digestOf, type Digest} from '../domain/digest.ts';
import {RegbenchError} from '../domain/errors.ts';
import type {Operation, OperationEvent, SignResult} from '../domain/events.ts';
import {
	mediaTypes,
	parseManifest,
	type Descriptor,
	type ImageManifest,
	type RawManifest,
} from '../domain/manifest.ts';
import {formatReference, parseReference, tagOrDigest} from '../domain/reference.ts';
import {sanitiseLines} from '../domain/sanitise.ts';
import {runProgram} from '../process/run.ts';
import {bareHostname, isLoopback} from '../registry/hosts.ts';
import {fallbackTag} from '../registry/referrers.ts';
import type {BlobSource, CallOptions, RemoteRepository} from '../registry/registry-client.ts';
import {readKeyFile} from '../signatures/key-file.ts';
import {isEncrypted, readPrivateKey} from '../signatures/private-key.ts';
import {simpleSigning, simpleSigningPayload} from '../signatures/simple-signing.ts';
import type {OperationContext} from './context.ts';
import {openSide} from './copy-side.ts';

export type SignRequest = {
	/** Of an image on a registry; what is signed is the digest it points at. */
	readonly reference: string;
	/** A file for regbench and cosign; the name of a key for notation. */
	readonly key: string;
	readonly by: SignResult['by'];
	/** Lets cosign write to its public transparency log, where everybody sees the image's digest for good. */
	readonly publicLog?: boolean;
	/** Of a locked key; asked for where it is absent. */
	readonly password?: Secret;
};

const programTimeoutMs = 5 * 60_000;
const mostSignatures = 200;
/** Of what a program printed. */
const mostLines = 50;

/**
 * Puts a signature that `cosign verify --key` accepts beside the image; those that are there stay.
 * Fails with `USAGE` for a key or password that does not serve, `TAG_NOT_FOUND`, `PROGRAM_FAILED`, and
 * as every registry call.
 */
export async function* signImage(
	request: SignRequest,
	context: Pick<OperationContext, 'registry' | 'credentials' | 'signal'> &
		Pick<OperationContext, 'environment' | 'askKeyPassword'>,
): Operation<SignResult> {
	const {signal} = context;
	if (request.publicLog === true && request.by !== 'cosign') {
		throw new RegbenchError('USAGE', `${request.by} writes to no public log`, {
			hint: 'Only cosign does: sign with cosign, or leave the log out.',
		});
	}
	const reference = parseReference(request.reference);
	const name = formatReference(reference);
	const {repository, guard} = await openSide(reference, context, 'write to');
	const target = await guard(repository.resolve(tagOrDigest(reference), {signal}));
	if (!target) throw new RegbenchError('TAG_NOT_FOUND', `${name} is not on the registry`);
	const {digest} = target;
	const result = {operation: 'sign', reference: name, digest, by: request.by} as const;

	const exact = `${reference.domain}/${reference.path}@${digest}`;
	if (request.by !== 'regbench') {
		yield* signWithProgram(request.by, request, exact, context);
		return result;
	}
	yield {
		type: 'step',
		message: `Signing ${digest} with ${request.key.split(/[\\/]/).at(-1) ?? 'the key'}`,
		command: `cosign sign --key ${JSON.stringify(request.key)} ${exact}`,
	};
	const key = await openKey(request, context);
	const host = reference.domain === 'docker.io' ? 'index.docker.io' : reference.domain;
	const payload = simpleSigningPayload(`${host}/${reference.path}`, digest);
	const signature = key.sign(payload).toString('base64');
	const tag = `${fallbackTag(digest)}.sig`;
	await guard(attach(repository, tag, payload, signature, {signal}));
	yield {type: 'step', message: `The signature is under ${reference.path}:${tag}`};
	return {...result, keyId: key.id, tag};
}

/** Name of the key file where its password has to be asked for. `USAGE` where it cannot be read. */
export async function lockedKey(
	file: string,
	environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
	const {name, text} = await readKeyFile(file);
	return isEncrypted(text) && environment['COSIGN_PASSWORD'] === undefined ? name : undefined;
}

async function openKey(
	{key: file, password}: SignRequest,
	{environment = process.env, askKeyPassword}: Parameters<typeof signImage>[1],
) {
	const {name, text} = await readKeyFile(file);
	if (!isEncrypted(text) || password) return readPrivateKey(name, text, password);
	const given = environment['COSIGN_PASSWORD'];
	if (given !== undefined) return readPrivateKey(name, text, new Secret(given));
	if (!askKeyPassword) {
		throw new RegbenchError('USAGE', `${name} is locked with a password`, {
			hint: 'Start regbench with the password in COSIGN_PASSWORD.',
		});
	}
	return readPrivateKey(name, text, await askKeyPassword(name));
}

/** Adds one signature to those under the tag (cosign SIGNATURE_SPEC); the same one is not added twice. */
async function attach(
	repository: RemoteRepository,
	tag: string,
	payload: Buffer,
	signature: string,
	options: CallOptions,
): Promise<void> {
	const before = await existing(repository, tag, options);
	const layer: Descriptor = {
		mediaType: simpleSigning.mediaType,
		digest: digestOf(payload),
		size: payload.byteLength,
		annotations: {[simpleSigning.signature]: signature},
	};
	const layers = [...(before?.layers ?? []), layer];
	if (layers.length > mostSignatures) {
		throw new RegbenchError('UNSUPPORTED', `There are ${mostSignatures} signatures already`);
	}
	const config = configFor(layers.map(({digest}) => digest));
	await repository.uploadBlob(sourceOf(payload), options);
	await repository.uploadBlob(sourceOf(config), options);
	const manifest = {
		schemaVersion: 2,
		mediaType: mediaTypes.ociManifest,
		config: {
			mediaType: mediaTypes.ociConfig,
			size: config.byteLength,
			digest: digestOf(config),
		},
		layers,
		...(before?.annotations ? {annotations: before.annotations} : {}),
	};
	const bytes = Buffer.from(JSON.stringify(manifest));
	const raw: RawManifest = {bytes, mediaType: mediaTypes.ociManifest, digest: digestOf(bytes)};
	await repository.putManifest(tag, raw, options);
}

async function existing(
	repository: RemoteRepository,
	tag: string,
	options: CallOptions,
): Promise<ImageManifest | undefined> {
	if (!(await repository.resolve(tag, options))) return undefined;
	const manifest = parseManifest(await repository.manifest(tag, options));
	const known = manifest.kind === 'manifest';
	if (known && manifest.layers.every(({mediaType}) => mediaType === simpleSigning.mediaType)) {
		return manifest;
	}
	throw new RegbenchError(
		'UNSUPPORTED',
		`Under ${tag} is something that is no list of signatures`,
		{
			hint: 'Look at it, and delete it if it is not wanted.',
		},
	);
}

/** cosign reads signatures as the layers of an image, whose config names each of them. */
function configFor(layers: readonly Digest[]): Buffer {
	const created = '0001-01-01T00:00:00Z';
	return Buffer.from(
		JSON.stringify({
			architecture: '',
			created,
			history: layers.map(() => ({created})),
			os: '',
			rootfs: {type: 'layers', diff_ids: layers},
			config: {},
		}),
	);
}

function sourceOf(bytes: Buffer): BlobSource {
	return {
		digest: digestOf(bytes),
		size: bytes.byteLength,
		async *open(fromByte) {
			yield bytes.subarray(fromByte);
		},
	};
}

/** Hands over to cosign or notation, with the login and the settings that they have of their own. */
async function* signWithProgram(
	program: 'cosign' | 'notation',
	{key, publicLog = false}: SignRequest,
	exact: string,
	{environment = process.env, signal}: Parameters<typeof signImage>[1],
): AsyncGenerator<OperationEvent, void, undefined> {
	const log = program === 'cosign' && !publicLog ? await withoutLog(environment, signal) : [];
	// cosign asks before it writes to a public log, and there is nobody to answer in its session.
	const quietly = program === 'cosign' ? ['--yes'] : [];
	// cosign finds out by itself that a registry of this machine speaks plain http.
	const plain =
		program === 'notation' && isLoopback(bareHostname(new URL(`http://${exact}`)))
			? ['--insecure-registry']
			: [];
	const args = ['sign', ...quietly, ...log, ...plain, '--key', key, exact];
	yield {
		type: 'step',
		message: `Signing with ${program}`,
		command: [program, ...args]
			.map(word => (/^[\w./:@=-]+$/.test(word) ? word : JSON.stringify(word)))
			.join(' '),
	};
	const outcome = await runProgram({
		command: program,
		args,
		environment,
		timeoutMs: programTimeoutMs,
		signal,
	});
	const lines = sanitiseLines(`${outcome.stdout}\n${outcome.stderr}`).filter(line => line !== '');
	if (lines.length > 0) {
		const shown = lines.slice(-mostLines);
		yield {type: 'output', stream: 'stderr', lines: shown, skipped: lines.length - shown.length};
	}
	if (outcome.exitCode === 0) return;
	throw new RegbenchError('PROGRAM_FAILED', `${program} ended with exit code ${outcome.exitCode}`, {
		hint: 'Read above what it printed; it uses its own login and settings.',
	});
}

/** What keeps cosign from its public log. Of cosign 3 all of it is needed; older ones know only the first. */
async function withoutLog(
	environment: NodeJS.ProcessEnv,
	signal: AbortSignal,
): Promise<readonly string[]> {
	const {stdout, stderr} = await runProgram({
		command: 'cosign',
		args: ['sign', '--help'],
		environment,
		timeoutMs: programTimeoutMs,
		signal,
	});
	const help = `${stdout}${stderr}`;
	const newer = ['--use-signing-config', '--new-bundle-format'].filter(flag => help.includes(flag));
	return ['--tlog-upload=false', ...newer.map(flag => `${flag}=false`)];
}
