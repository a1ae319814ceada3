/** Copies between two registries against skopeo, and the listing of many tags against the server's own time. */
import path from 'node:path';
import {createRegistryClient} from '../../source/registry/client.ts';
import {makeOciLayout} from '../../test/support/images.ts';
import {findProgram} from '../../test/support/programs.ts';
import {serveHttp} from '../../test/support/serve-http.ts';
import {startRegistry} from '../../test/support/start-registry.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {timeCommand, timeRegbench} from './command.ts';
import {median, ratioRow, type Row} from './figures.ts';
import {bareEnvironment} from './program.ts';
import {inTurns, shapes, type Shape} from './shapes.ts';

const rounds = 5;
const limit = 1;
const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false'];

/** Both shapes, whole processes and the operation alone; then the tags. */
export async function measureCopies(): Promise<readonly Row[]> {
	const rows: Row[] = [];
	if (findProgram('skopeo') && findProgram('docker-registry')) {
		for (const shape of shapes) rows.push(...(await measureShape(shape)));
	} else {
		const detail = 'needs skopeo and docker-registry';
		rows.push(...shapes.map(({name}): Row => ({name: `copy, ${name}`, unit: '×', limit, detail})));
	}
	rows.push(await measureTagList(2000));
	return rows;
}

async function measureShape(shape: Shape): Promise<readonly Row[]> {
	await using home = await temporaryFolder();
	await using from = await startRegistry();
	const environment = bareEnvironment(home.path);
	const skopeo = (...args: string[]) =>
		timeCommand('skopeo', ['copy', ...insecure, ...args], environment);
	const layout = await makeOciLayout(path.join(home.path, 'layout'), {
		tag: '1',
		layers: shape.layers,
	});
	const name = `bench/${shape.key}:1`;
	const source = `${from.host}/${name}`;
	await skopeo(`oci:${layout.folder}:1`, `docker://${source}`);

	const ours: number[] = [];
	const alone: number[] = [];
	const times: number[] = [];
	for (let round = 0; round < rounds; round++) {
		// A registry of its own for each copy, or layers would only be linked.
		await inTurns(
			round,
			async () => {
				await using to = await startRegistry();
				const {wholeMs} = await skopeo(`docker://${source}`, `docker://${to.host}/${name}`);
				times.push(wholeMs);
			},
			async () => {
				await using to = await startRegistry();
				const timed = await timeRegbench(home.path, ['copy', source, `${to.host}/${name}`]);
				ours.push(timed.wholeMs);
				alone.push(timed.operationMs);
			},
		);
	}
	const peer = {name: 'skopeo copy', times};
	return [
		ratioRow(`copy, ${shape.name}, in the workbench`, limit, alone, peer),
		ratioRow(`copy, ${shape.name}, whole process`, limit, ours, peer),
	];
}

/** What the client adds to the time in which the server sends the same pages to a bare fetch. */
async function measureTagList(count: number): Promise<Row> {
	const tags = Array.from({length: count}, (_, index) => `1.${index >> 4}.${index & 15}`);
	const server = await serveHttp((request, response) => {
		const url = new URL(request.url ?? '/', 'http://localhost');
		const last = url.searchParams.get('last');
		const start = last === null ? 0 : tags.indexOf(last) + 1;
		const page = tags.slice(start, start + 1000);
		const next = `/v2/app/tags/list?n=1000&last=${page.at(-1)}`;
		if (start + page.length < count) response.setHeader('link', `<${next}>; rel="next"`);
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify({name: 'app', tags: page}));
	});
	const ours: number[] = [];
	const bare: number[] = [];
	for (let round = 0; round < 2 * rounds; round++) {
		await inTurns(
			round,
			async () => {
				const begun = performance.now();
				let to: string | undefined = `http://${server.host}/v2/app/tags/list?n=1000`;
				while (to !== undefined) {
					const answer: Response = await fetch(to);
					await answer.text();
					const link = /<(.+)>/.exec(answer.headers.get('link') ?? '')?.[1];
					to = link === undefined ? undefined : `http://${server.host}${link}`;
				}
				bare.push(performance.now() - begun);
			},
			async () => {
				const registry = createRegistryClient({credentials: {find: async () => undefined}});
				const begun = performance.now();
				let listed = 0;
				for await (const page of registry.repository(server.host, 'app').tagEntries()) {
					listed += page.length;
				}
				ours.push(performance.now() - begun);
				await registry.close();
				if (listed !== count) throw new Error(`${listed} of ${count} tags were listed`);
			},
		);
	}
	await server.stop();
	const figure = Math.max(0, median(ours) - median(bare));
	return {
		name: `${count} tags listed, beyond the server's time`,
		figure,
		unit: 'ms',
		limit: 50,
		detail: `${median(ours).toFixed(1)} ms, a bare fetch of the same pages ${median(bare).toFixed(1)} ms`,
	};
}
