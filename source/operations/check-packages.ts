/** What OSV says of the packages of an image, as part of its report. */
import {toRegbenchError} from '../domain/errors.ts';
import type {NotChecked, SafetyReport} from '../domain/safety.ts';
import type {PackageFact, Vulnerability} from '../domain/vulnerability.ts';
import {defaultSafety} from '../settings/schema.ts';
import {askOsv, osvAddress} from './ask-osv.ts';
import type {OperationContext} from './context.ts';

/** What is told of vulnerabilities, and by whom; without `source` nobody told anything. */
export type Told = {
	readonly source?: string;
	readonly vulnerabilities: readonly Vulnerability[];
	readonly notChecked: readonly NotChecked[];
};

type PackageContext = Pick<OperationContext, 'signal' | 'safety' | 'environment'>;

/** What is not checked because there is no scanner; gone when OSV answers. */
export const noScanner = 'Vulnerabilities';

/** A complete report with what OSV knows of its packages. Fails with `CANCELLED` only. */
export async function askAboutPackages(
	report: SafetyReport,
	context: PackageContext,
): Promise<SafetyReport> {
	const told = await withOsv(
		report.inventory,
		{vulnerabilities: [], notChecked: report.notChecked},
		context,
	);
	const {vulnerabilitySource: _, ...rest} = report;
	return {
		...rest,
		vulnerabilities: told.vulnerabilities,
		...(told.source === undefined ? {} : {vulnerabilitySource: told.source}),
		notChecked: told.notChecked,
		complete: true,
	};
}

/** Asks OSV after no scanner told anything. */
export async function withOsv(
	inventory: readonly PackageFact[],
	{notChecked}: Told,
	context: PackageContext,
): Promise<Told> {
	const {osvAddress: address = osvAddress} = context.safety?.() ?? defaultSafety;
	// What a scanner could not do stays said; that there is none does not matter any more.
	const others = notChecked.filter(({what}) => what !== noScanner && what !== byOsv);
	if (inventory.length === 0) return {vulnerabilities: [], notChecked: [...others, nothingToAsk]};
	try {
		const {vulnerabilities, unknown, unread} = await askOsv(inventory, {
			address,
			environment: context.environment ?? process.env,
			signal: context.signal,
		});
		const left: NotChecked[] = [];
		if (unknown > 0) {
			left.push({
				what: `${unknown} packages`,
				why: 'OSV has no advisories for their distribution',
				whatToDo: 'Install trivy or grype.',
			});
		}
		if (unread > 0) {
			left.push({
				what: `The severity of ${unread} vulnerabilities`,
				why: 'Their records were not read',
				whatToDo: 'See them on osv.dev.',
			});
		}
		return {source: 'OSV', vulnerabilities, notChecked: [...left, ...others]};
	} catch (thrown) {
		const error = toRegbenchError(thrown);
		if (error.code === 'CANCELLED') throw error;
		const failed = {what: byOsv, why: error.message, whatToDo: error.hint};
		return {vulnerabilities: [], notChecked: [failed, ...others]};
	}
}

const byOsv = 'Vulnerabilities by OSV';

const nothingToAsk: NotChecked = {
	what: noScanner,
	why: 'No package was found that OSV could be asked about',
	whatToDo: 'Programs that were copied in tell nothing of themselves: trivy or grype read some.',
};
