/** Operations as a workbench that has been open for a while runs them: everything loaded and connected. */
import path from 'node:path';
import {compose} from '../../source/cli/compose.ts';
import type {GlobalOptions} from '../../source/cli/command.ts';
import type {OperationRequest} from '../../source/operations/request.ts';
import {waitFor} from '../../source/operations/retry.ts';
import {startOperation} from '../../source/operations/start-operation.ts';

export type RunningParts = {
	/** How long the operation took, ms; rejects when it fails. */
	time(request: OperationRequest): Promise<number>;
	close(): Promise<void>;
};

/** The program's own parts, with the engine connected. */
export async function openParts(
	home: string,
	engine: Pick<GlobalOptions, 'engine' | 'host'>,
): Promise<RunningParts> {
	const {signal} = new AbortController();
	const folders = {configDir: path.join(home, 'config'), dataDir: path.join(home, 'data')};
	const globals = {...engine, ...folders, json: false, readOnly: false, demo: false};
	const parts = await compose(globals, signal, () => {});
	await parts.engine.listImages({signal});
	return {
		async time(request) {
			const context = {...parts, signal, now: Date.now, wait: waitFor};
			const begun = performance.now();
			const work = startOperation(request, context);
			for (let next = await work.next(); !next.done; next = await work.next());
			return performance.now() - begun;
		},
		close: () => parts.close(),
	};
}
