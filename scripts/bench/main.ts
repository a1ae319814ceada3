/**
 * Measures what regbench promises, next to its peers in the same run: npm run bench -- [--only NAME] [--json].
 * Exit code 1 when a limit is missed.
 */
import {execFileSync} from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';
import {missingPrograms} from '../../test/support/programs.ts';
import {repositoryRoot} from '../../test/support/repository.ts';
import {startDockerd, type RunningDockerd} from '../../test/support/start-dockerd.ts';
import {measureCleanup} from './cleanup.ts';
import {measureCopies} from './copy.ts';
import {measureDockerTransfers} from './docker-transfers.ts';
import {measureEmbeddedTransfers} from './embedded-transfers.ts';
import {verdictOf, type Row} from './figures.ts';
import {measureIdle} from './idle.ts';
import {measureKeys} from './keys.ts';
import {measureLayers} from './layers.ts';
import {loadManyImages} from './many-images.ts';
import {measureSafety} from './safety.ts';
import {measureStartUp} from './start-up.ts';
import {measureSyncStatus} from './sync-status.ts';
import {renderTable} from './table.ts';
import {runInOwnWorld} from './world.ts';

type Suite = (dockerd: RunningDockerd | undefined) => Promise<readonly Row[]>;

const suites: Readonly<Record<string, Suite>> = {
	start: measureStartUp,
	keys: measureKeys,
	idle: measureIdle,
	docker: measureDockerTransfers,
	embedded: measureEmbeddedTransfers,
	copy: measureCopies,
	layers: measureLayers,
	safety: measureSafety,
	cleanup: measureCleanup,
	status: measureSyncStatus,
};

const {values} = parseArgs({
	options: {only: {type: 'string', multiple: true}, json: {type: 'boolean', default: false}},
});
process.exitCode = (await runInOwnWorld()) ?? (await measure());

async function measure(): Promise<number> {
	const unknown = values.only?.find(name => !Object.hasOwn(suites, name));
	if (unknown !== undefined) {
		console.error(`There is no ${unknown}; there are: ${Object.keys(suites).join(', ')}`);
		return 2;
	}
	execFileSync(process.execPath, [path.join(repositoryRoot, 'scripts/bundle.mjs'), '--quiet']);
	const chosen = Object.entries(suites).filter(([name]) => values.only?.includes(name) ?? true);
	const dockerd = await startFilledDockerd();
	const rows: Row[] = [];
	const loadBefore = os.loadavg()[0] ?? 0;
	try {
		for (const [name, run] of chosen) {
			console.error(`measuring: ${name}`);
			rows.push(...(await run(dockerd)));
		}
	} finally {
		await dockerd?.[Symbol.asyncDispose]();
	}
	if (values.json) {
		const judged = rows.map(row => ({...row, verdict: verdictOf(row)}));
		console.log(JSON.stringify({node: process.version, loadBefore, rows: judged}));
	} else {
		const cores = os.availableParallelism();
		console.log(renderTable(rows));
		console.log(`\nNode ${process.version}, ${cores} cores, load ${loadBefore.toFixed(1)} before.`);
	}
	return rows.some(row => verdictOf(row) === 'missed') ? 1 : 0;
}

/** A private engine with 200 images, where this machine can have one. */
async function startFilledDockerd(): Promise<RunningDockerd | undefined> {
	if (missingPrograms(['dockerd', 'docker', 'docker-registry']).length > 0) return undefined;
	const dockerd = await startDockerd();
	await loadManyImages(dockerd, 200);
	return dockerd;
}
