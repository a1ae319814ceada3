/** An embedded registry in a process of its own, which tests kill. Not a test file itself. */
import {startEmbeddedRegistry} from '../../source/registry/server/start.ts';

const [folder = '', port = '0'] = process.argv.slice(2);
const registry = await startEmbeddedRegistry({folder, port: Number(port)});
console.log(registry.host);
