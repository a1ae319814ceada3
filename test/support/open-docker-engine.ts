import {createDockerEngine} from '../../source/engine/docker.ts';
import {openConnection, pingEngine} from '../../source/engine/engine-connection.ts';
import type {Engine} from '../../source/engine/engine.ts';

/** The product's engine on the Docker API at an address (`unix:///…`, `http://…`). */
export async function openDockerEngine(url: string, timeoutMs = 5000): Promise<Engine> {
	const connection = await openConnection({url, origin: 'test'});
	return createDockerEngine({connection, ping: await pingEngine(connection, {timeoutMs})});
}
