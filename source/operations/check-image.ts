/** The safety of an image: secrets, configuration, packages and their vulnerabilities. */
import {RegbenchError, toRegbenchError} from '../domain/errors.ts';
import type {Finding, NotChecked, SafetyReport} from '../domain/safety.ts';
import {bySeverity} from '../domain/severity.ts';
import type {PackageFact, Vulnerability} from '../domain/vulnerability.ts';
import type {Environment} from '../process/find-program.ts';
import {checkConfiguration} from '../safety/check-configuration.ts';
import {checkTexts} from '../safety/check-texts.ts';
import {loadSecretRules} from '../safety/secret-rules.ts';
import {scanLayers, type LayerScan} from '../safety/scan-layers.ts';
import {findScanner, scanWith} from '../safety/vulnerabilities/scanners.ts';
import {defaultSafety, type SafetySettings} from '../settings/schema.ts';
import {askOsv, osvAddress} from './ask-osv.ts';
import type {OperationContext} from './context.ts';
import {openImageContents, type ContentsRequest} from './image-contents.ts';
import {readFacts, type KnownImage} from './image-facts.ts';

export type CheckRequest = ContentsRequest & {
	/** `quick`: only what is known without reading layers. */
	readonly depth: 'quick' | 'full';
	/** For this time; as the settings have it where it is absent. */
	readonly askOsv?: boolean;
};

type CheckContext = Pick<
	OperationContext,
	'engine' | 'registry' | 'credentials' | 'signal' | 'now' | 'safety' | 'environment'
>;

type Told = {
	readonly source?: string;
	readonly vulnerabilities: readonly Vulnerability[];
	readonly notChecked: readonly NotChecked[];
};

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
	const scanning = withScanner(request, {
		...context,
		signal: AbortSignal.any([signal, ending.signal]),
	});
	// It is awaited below; until then its failure is nobody's.
	scanning.catch(() => undefined);
	try {
		const contents = await openImageContents(request, context);
		let scan: LayerScan | undefined;
		for await (const next of scanLayers(contents, rules, {signal, now})) {
			scan = next;
			yield report(partsOf(next));
		}
		const parts: Partial<SafetyReport> = scan ? partsOf(scan) : {};
		const told = await withOsv(request, parts.inventory ?? [], await scanning, context);
		yield report({
			...parts,
			vulnerabilities: told.vulnerabilities,
			...(told.source === undefined ? {} : {vulnerabilitySource: told.source}),
			notChecked: [...(parts.notChecked ?? []), ...told.notChecked, signaturesNotChecked],
			complete: true,
		});
	} finally {
		ending.abort();
	}
}

const signaturesNotChecked: NotChecked = {
	what: 'Signatures',
	why: 'They are on the registry, and nobody looked there',
	whatToDo: 'Look with cosign verify --key cosign.pub IMAGE@DIGEST.',
};

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
				what: 'Vulnerabilities',
				why,
				whatToDo:
					'Install trivy or grype, or let OSV be asked (safety.askOsv, --osv): it is told names and versions of packages.',
			},
		],
	};
}

/** Asks OSV where no scanner told anything and the person wants it. */
async function withOsv(
	request: CheckRequest,
	inventory: readonly PackageFact[],
	told: Told,
	context: CheckContext,
): Promise<Told> {
	const settings = settingsOf(context);
	if (told.source !== undefined || !(request.askOsv ?? settings.askOsv)) return told;
	// What a scanner could not do stays said; that there is none does not matter any more.
	const failed = told.notChecked.filter(({what}) => what !== 'Vulnerabilities');
	if (inventory.length === 0) {
		return {
			vulnerabilities: [],
			notChecked: [
				...failed,
				{
					what: 'Vulnerabilities',
					why: 'No package was found that OSV could be asked about',
					whatToDo:
						'Programs that were copied in tell nothing of themselves: trivy or grype read some.',
				},
			],
		};
	}
	try {
		const answer = await askOsv(inventory, {
			address: settings.osvAddress ?? osvAddress,
			environment: context.environment ?? process.env,
			signal: context.signal,
		});
		return {
			source: 'OSV',
			vulnerabilities: answer.vulnerabilities,
			notChecked: [
				...failed,
				...(answer.unknown > 0
					? [
							{
								what: `${answer.unknown} packages`,
								why: 'OSV has no advisories for their distribution',
								whatToDo: 'Install trivy or grype.',
							},
						]
					: []),
				...(answer.unread > 0
					? [
							{
								what: `The severity of ${answer.unread} vulnerabilities`,
								why: 'Their records were not read',
								whatToDo: 'See them on osv.dev.',
							},
						]
					: []),
			],
		};
	} catch (thrown) {
		const error = toRegbenchError(thrown);
		if (error.code === 'CANCELLED') throw error;
		return {
			vulnerabilities: [],
			notChecked: [
				...failed,
				{what: 'Vulnerabilities by OSV', why: error.message, whatToDo: error.hint},
			],
		};
	}
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
