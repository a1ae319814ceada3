/** trivy, grype and docker scout, whichever this machine has: found, run with a time limit, understood. */
import {RegbenchError} from '../../domain/errors.ts';
import {scannerNames, type ScannerName, type Vulnerability} from '../../domain/vulnerability.ts';
import {findProgram, type Environment} from '../../process/find-program.ts';
import {programFault, runProgram, type RunProgram} from '../../process/run.ts';
import {readGrype, readScout, readTrivy} from './scanner-answers.ts';

export type ScanRequest = {
	/** A full reference, or for the engine an ID: it begins with a letter or digit, so it is no option. */
	readonly image: string;
	readonly from: 'docker' | 'podman' | 'registry';
	readonly timeoutMs: number;
	readonly environment: Environment;
	readonly signal?: AbortSignal | undefined;
	readonly run?: RunProgram;
};

export type ScanAnswer = {
	readonly scanner: ScannerName;
	readonly vulnerabilities: readonly Vulnerability[];
};

type Scanner = {
	readonly command: string;
	readonly args: (request: ScanRequest) => readonly string[];
	readonly read: (value: unknown) => readonly Vulnerability[] | undefined;
	/** Asked first, where the program alone does not tell that it can scan. */
	readonly probe?: readonly string[];
};

const scanners: Readonly<Record<ScannerName, Scanner>> = {
	trivy: {
		command: 'trivy',
		args: ({image, from, timeoutMs}) => [
			'image',
			'--quiet',
			'--format',
			'json',
			'--scanners',
			'vuln',
			'--image-src',
			from === 'registry' ? 'remote' : from,
			'--timeout',
			`${Math.ceil(timeoutMs / 1000)}s`,
			image,
		],
		read: readTrivy,
	},
	grype: {
		command: 'grype',
		args: ({image, from}) => ['--quiet', '--output', 'json', `${from}:${image}`],
		read: readGrype,
	},
	'docker-scout': {
		command: 'docker',
		probe: ['scout', 'version'],
		args: ({image, from}) => [
			'scout',
			'cves',
			'--format',
			'sarif',
			`${from === 'registry' ? 'registry' : 'local'}://${image}`,
		],
		read: readScout,
	},
};

const probeMs = 10_000;
/** The report of an image with all of a distribution in it. */
const largestAnswer = 128 * 1024 * 1024;

/** The first scanner that is installed, or the one that is wanted; undefined where there is none. */
export async function findScanner(
	wanted: ScannerName | 'auto',
	{
		environment,
		signal,
		run = runProgram,
	}: {
		readonly environment: Environment;
		readonly signal?: AbortSignal | undefined;
		readonly run?: RunProgram;
	},
): Promise<ScannerName | undefined> {
	for (const name of wanted === 'auto' ? scannerNames : [wanted]) {
		const {command, probe} = scanners[name];
		if ((await findProgram(command, environment)) === undefined) continue;
		if (!probe) return name;
		const outcome = await run({
			command,
			args: probe,
			environment,
			timeoutMs: probeMs,
			signal,
		}).catch((error: unknown) => {
			if (error instanceof RegbenchError && error.code === 'CANCELLED') throw error;
			return undefined;
		});
		if (outcome?.exitCode === 0) return name;
	}
	return undefined;
}

/**
 * Runs a scanner to its end. `PROGRAM_FAILED` when it takes too long, fails or answers with what is no
 * report; `CANCELLED`. It works with its own database and logins, which it may renew from the network.
 */
export async function scanWith(scanner: ScannerName, request: ScanRequest): Promise<ScanAnswer> {
	const {command, args, read} = scanners[scanner];
	const {environment, timeoutMs, signal, run = runProgram} = request;
	const outcome = await run({
		command,
		args: args(request),
		environment,
		timeoutMs,
		maxOutputBytes: largestAnswer,
		signal,
	}).catch((error: unknown) => {
		if (programFault(error) !== 'timed-out') throw error;
		throw new RegbenchError(
			'PROGRAM_FAILED',
			`${scanner} was not done after ${Math.round(timeoutMs / 1000)} s and was stopped`,
			{
				hint: `Run it once by hand, so that it has its database: ${handCommand(scanner, request)}`,
				cause: error,
			},
		);
	});
	const vulnerabilities = read(parsed(outcome.stdout));
	if (vulnerabilities) return {scanner, vulnerabilities: distinctRows(vulnerabilities)};
	throw new RegbenchError(
		'PROGRAM_FAILED',
		`${scanner} ${outcome.exitCode === 0 ? 'answered with something that is no report' : `failed (exit code ${outcome.exitCode})`}`,
		{hint: `Run it by hand to see what is wrong: ${handCommand(scanner, request)}`},
	);
}

/** The same as a person would type it. */
function handCommand(scanner: ScannerName, {image}: ScanRequest): string {
	switch (scanner) {
		case 'trivy':
			return `trivy image ${image}`;
		case 'grype':
			return `grype ${image}`;
		case 'docker-scout':
			return `docker scout cves ${image}`;
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** A package that lies in several places is told once for each. */
function distinctRows(rows: readonly Vulnerability[]): readonly Vulnerability[] {
	const seen = new Map(rows.map(one => [`${one.id} ${one.package} ${one.version}`, one]));
	return [...seen.values()];
}
