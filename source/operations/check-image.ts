/** The safety of an image: secrets, configuration, packages and their vulnerabilities. */
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {Finding, NotChecked, SafetyReport} from '../domain/safety.ts';
import {bySeverity} from '../domain/severity.ts';
import type {Environment} from '../process/find-program.ts';
import {checkConfiguration} from '../safety/check-configuration.ts';
import {checkTexts} from '../safety/check-texts.ts';
import {loadSecretRules} from '../safety/secret-rules.ts';
import {scanLayers, type LayerScan} from '../safety/scan-layers.ts';
import {findScanner, scanWith} from '../safety/vulnerabilities/scanners.ts';
import {defaultSafety, type SafetySettings} from '../settings/schema.ts';
import {noScanner, withOsv, type Told} from './check-packages.ts';
import type {OperationContext} from './context.ts';
import {openImageContents, type ContentsRequest} from './image-contents.ts';
import {findSignatures, type ToldSignatures} from './signature-findings.ts';
import {signatureTrust, type SignatureTrust} from './signature-trust.ts';
import {readFacts, type KnownImage} from './image-facts.ts';

export type CheckRequest = ContentsRequest & {
	/** `quick`: only what is known without reading layers. */
	readonly depth: 'quick' | 'full';
	/** For this time; as the settings have it where it is absent. */
	readonly askOsv?: boolean;
	/** Whose signatures are believed this time, instead of what the settings say. */
	readonly trust?: Partial<SignatureTrust>;
	/** Whether the registry is asked for signatures; it is where this is absent. */
	readonly signatures?: boolean;
};

type CheckContext = Pick<
	OperationContext,
	'engine' | 'registry' | 'credentials' | 'signal' | 'now' | 'safety' | 'environment'
>;

/**
 * Yields the report as it grows: at once with what environment, labels, history and name tell, then
 * while layers are read, last with `complete`. What could not be looked at is in `notChecked` and stops
 * nothing. Fails with `IMAGE_NOT_FOUND`, `TAG_NOT_FOUND`, as engine and registry do, and with `CANCELLED`.
 */
export async function* checkImage(
	request: CheckRequest,
	context: CheckContext,
): AsyncGenerator<SafetyReport, void, undefined> {
	const {signal, now} = context;
	const known = await readFacts(request, context);
	const rules = await loadSecretRules();
	const first: readonly Finding[] = [
		...(await checkTexts(known.facts, rules)),
		...checkConfiguration(known.facts, now()),
	];
	const checkedAt = new Date(now()).toISOString();
	const report = (parts: Partial<SafetyReport>): SafetyReport =>
		compose(request, known, checkedAt, first, parts);

	if (request.depth === 'quick') {
		yield report({complete: true, notChecked: quickNotChecked});
		return;
	}
	yield report({});
	const ending = new AbortController();
	const beside = {...context, signal: AbortSignal.any([signal, ending.signal])};
	const trust = signatureTrust(settingsOf(context), request.trust);
	const scanning = withScanner(request, beside);
	const signing: Promise<ToldSignatures> =
		request.signatures === false
			? Promise.resolve({findings: [], notChecked: []})
			: findSignatures(known.onRegistry, trust, beside);
	// They are awaited below; until then their failure is nobody's.
	scanning.catch(() => undefined);
	signing.catch(() => undefined);
	try {
		const contents = await openImageContents(request, context);
		let scan: LayerScan | undefined;
		for await (const next of scanLayers(contents, rules, {signal, now})) {
			scan = next;
			yield report(partsOf(next));
		}
		const parts: Partial<SafetyReport> = scan ? partsOf(scan) : {};
		const wantsOsv = request.askOsv ?? settingsOf(context).askOsv;
		let told = await scanning;
		if (told.source === undefined && wantsOsv) {
			told = await withOsv(parts.inventory ?? [], told, context);
		}
		const signed = await signing;
		yield report({
			...parts,
			findings: [...(parts.findings ?? []), ...signed.findings],
			...(signed.report ? {signatures: signed.report} : {}),
			vulnerabilities: told.vulnerabilities,
			...(told.source === undefined ? {} : {vulnerabilitySource: told.source}),
			notChecked: [...(parts.notChecked ?? []), ...told.notChecked, ...signed.notChecked],
			complete: true,
		});
	} finally {
		ending.abort();
	}
}

const quickNotChecked: readonly NotChecked[] = [
	{
		what: 'Files and packages',
		why: 'Layers were not read',
		whatToDo: 'Run regbench check.',
	},
];

const nothingScanned = {
	layers: 0,
	layersRead: 0,
	files: 0,
	filesScanned: 0,
	bytesScanned: 0,
	bytesRead: 0,
	binaryFiles: 0,
	largeFiles: 0,
	durationMs: 0,
} as const;

function compose(
	{from}: CheckRequest,
	{facts, imageId, digest}: KnownImage,
	checkedAt: string,
	first: readonly Finding[],
	parts: Partial<SafetyReport>,
): SafetyReport {
	return {
		reference: facts.reference,
		from,
		...(imageId === undefined ? {} : {imageId}),
		...(digest === undefined ? {} : {digest}),
		checkedAt,
		inventory: [],
		scan: nothingScanned,
		notChecked: [],
		complete: false,
		...parts,
		vulnerabilities: bySeverity(parts.vulnerabilities ?? []),
		findings: bySeverity([...first, ...(parts.findings ?? [])]),
	};
}

function partsOf({counts, findings, inventory, notChecked}: LayerScan) {
	return {scan: counts, findings, inventory, notChecked};
}

/** With an installed scanner; without `source` where none told anything. */
async function withScanner(request: CheckRequest, context: CheckContext): Promise<Told> {
	const {engine, signal} = context;
	const {scanner: wanted, scannerTimeoutSeconds} = settingsOf(context);
	const environment = context.environment ?? process.env;
	const found = wanted === 'none' ? undefined : await findScanner(wanted, {environment, signal});
	if (!found) {
		const what =
			wanted === 'auto' ? 'No scanner (trivy, grype, docker scout) is' : `${wanted} is not`;
		return nobody(
			wanted === 'none' ? 'Scanners are switched off in the settings' : `${what} installed`,
		);
	}
	const info = request.from === 'engine' ? await engine.info({signal}) : undefined;
	if (info?.kind === 'embedded') return nobody(`${found} cannot read the embedded engine`);
	try {
		const {vulnerabilities} = await scanWith(found, {
			image: request.image,
			from: info ? (info.kind as 'docker' | 'podman') : 'registry',
			timeoutMs: scannerTimeoutSeconds * 1000,
			environment: info ? withEngine(environment, info.address) : environment,
			signal,
		});
		return {source: found, vulnerabilities, notChecked: []};
	} catch (thrown) {
		const error = toRegbenchError(thrown);
		if (error.code === 'CANCELLED') throw error;
		return {
			vulnerabilities: [],
			notChecked: [{what: `Vulnerabilities by ${found}`, why: error.message, whatToDo: error.hint}],
		};
	}
}

function nobody(why: string): Told {
	return {
		vulnerabilities: [],
		notChecked: [
			{
				what: noScanner,
				why,
				whatToDo:
					'Install trivy or grype, or let OSV be asked (o in the safety view, --osv): it is told names and versions of packages.',
			},
		],
	};
}

function settingsOf({safety}: CheckContext): SafetySettings {
	return safety?.() ?? defaultSafety;
}

function withEngine(environment: Environment, address: string): Environment {
	const host = address.startsWith('/') ? `unix://${address}` : address;
	return /^(?:unix|tcp|ssh|npipe):\/\//.test(host)
		? {...environment, DOCKER_HOST: host}
		: environment;
}

/** The last report; `CANCELLED` when there is none. */
export async function checkToEnd(
	request: CheckRequest,
	context: CheckContext,
): Promise<SafetyReport> {
	let last: SafetyReport | undefined;
	for await (const report of checkImage(request, context)) last = report;
	if (!last) throw new RegbenchError('CANCELLED', 'Cancelled');
	return last;
}
