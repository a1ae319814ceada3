/** Push and pull of the embedded engine, against skopeo between an OCI layout and the same registry. */
import {mkdir, rm} from 'node:fs/promises';
import path from 'node:path';
import {makeOciLayout} from '../../test/support/images.ts';
import {findProgram} from '../../test/support/programs.ts';
import {startRegistry} from '../../test/support/start-registry.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {timeCommand, timeRegbench} from './command.ts';
import {median, ratioRow, type Row} from './figures.ts';
import {bareEnvironment} from './program.ts';
import {inTurns, shapes, type Shape} from './shapes.ts';

const rounds = 5;
const limit = 1;
const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false'];

/** Whole processes and the operation alone, push and pull, both shapes. */
export async function measureEmbeddedTransfers(): Promise<readonly Row[]> {
	if (!findProgram('skopeo') || !findProgram('docker-registry')) {
		const detail = 'needs skopeo and docker-registry';
		return shapes.flatMap(({name}) =>
			['push', 'pull'].map((verb): Row => {
				return {name: `embedded engine ${verb}, ${name}`, unit: '×', limit, detail};
			}),
		);
	}
	const rows: Row[] = [];
	for (const shape of shapes) rows.push(...(await measureShape(shape)));
	return rows;
}

async function measureShape(shape: Shape): Promise<readonly Row[]> {
	await using home = await temporaryFolder();
	const at = (name: string) => path.join(home.path, name);
	const environment = bareEnvironment(home.path);
	const skopeo = (...args: string[]) => timeCommand('skopeo', ['copy', ...args], environment);
	const layout = await makeOciLayout(at('layout'), {tag: '1', layers: shape.layers});
	const source = `oci:${layout.folder}:1`;
	const name = `bench/${shape.key}:1`;

	await using seeded = await startRegistry();
	const origin = `${seeded.host}/${name}`;
	await skopeo(...insecure, source, `docker://${origin}`);

	const pulls = noTimes();
	for (let round = 0; round < rounds; round++) {
		await inTurns(
			round,
			async () => {
				const {wholeMs} = await skopeo(...insecure, `docker://${origin}`, `oci:${at('copy')}:1`);
				pulls.peer.push(wholeMs);
				await rm(at('copy'), {recursive: true});
			},
			async () => {
				// The engine makes its sample images at its first use, once in its life.
				await timeRegbench(home.path, ['images', ...engine(at('pulled'))]);
				const timed = await timeRegbench(home.path, ['pull', origin, ...engine(at('pulled'))]);
				pulls.ours.push(timed.wholeMs);
				pulls.peaks.push(timed.peakMegabytes);
				pulls.alone.push(timed.operationMs);
				await rm(at('pulled'), {recursive: true});
			},
		);
	}

	const kept = at('kept');
	await mkdir(kept);
	await timeRegbench(home.path, ['pull', origin, ...engine(kept)]);
	const pushes = noTimes();
	for (let round = 0; round < rounds; round++) {
		// A registry of its own for each push, or layers would only be linked.
		await inTurns(
			round,
			async () => {
				await using registry = await startRegistry();
				const {wholeMs} = await skopeo(...insecure, source, `docker://${registry.host}/${name}`);
				pushes.peer.push(wholeMs);
			},
			async () => {
				await using registry = await startRegistry();
				const reference = `${registry.host}/${name}`;
				await timeRegbench(home.path, ['tag', origin, reference, ...engine(kept)]);
				const timed = await timeRegbench(home.path, ['push', reference, ...engine(kept)]);
				pushes.ours.push(timed.wholeMs);
				pushes.peaks.push(timed.peakMegabytes);
				pushes.alone.push(timed.operationMs);
			},
		);
	}
	const {peakMegabytes: idle} = await timeRegbench(home.path, ['images', ...engine(kept)]);
	return [
		...toRows(`embedded engine pull, ${shape.name}`, pulls, idle),
		...toRows(`embedded engine push, ${shape.name}`, pushes, idle),
	];
}

type Times = Readonly<Record<'ours' | 'alone' | 'peer' | 'peaks', number[]>>;

const noTimes = (): Times => ({ours: [], alone: [], peer: [], peaks: []});

function engine(folder: string): string[] {
	return ['--engine', 'embedded', '--data-dir', folder];
}

function toRows(name: string, {ours, alone, peer, peaks}: Times, idle: number): Row[] {
	const other = {name: 'skopeo copy', times: peer};
	const peak = median(peaks);
	return [
		ratioRow(`${name}, in the workbench`, limit, alone, other),
		ratioRow(`${name}, whole process`, limit, ours, other),
		{
			name: `${name}, memory`,
			figure: peak - idle,
			unit: 'MB',
			limit: 60,
			detail: `at most ${peak.toFixed(0)} MB, against ${idle.toFixed(0)} MB when it only lists images`,
		},
	];
}
