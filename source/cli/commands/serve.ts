import {randomBytes} from 'node:crypto';
import {Secret} from '../../domain/credential.ts';
import {RegbenchError} from '../../domain/errors.ts';
import {sanitise} from '../../domain/sanitise.ts';
import {readAll} from '../ask.ts';
import type {Command, CommandCall} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';

const shapes = ['none', 'basic', 'ghcr', 'acr'] as const;

export const serveCommand: Command = {
	name: 'serve',
	usage: '',
	words: [0, 0],
	summary: 'Run the embedded registry on loopback until stopped.',
	options: [
		{flags: '--port <number>', summary: 'port to listen on (any free one by default)'},
		{flags: '--auth <shape>', summary: 'how it wants logins', choices: shapes, fallback: 'none'},
		{flags: '--username <name>', summary: 'user that may log in (regbench by default)'},
		{flags: '--password-stdin', summary: "read the user's password from standard input"},
	],
	changes: true,
	async run(call) {
		const {startEmbeddedRegistry} = await import('../../registry/server/start.ts');
		const authentication = call.options['auth'] as (typeof shapes)[number];
		const user = authentication === 'none' ? undefined : await chooseUser(call);
		const server = await startEmbeddedRegistry({
			folder: `${call.parts.dataFolder}/registry`,
			port: portOf(call.options['port']),
			authentication,
			...(user === undefined ? {} : {users: [{username: user.username, password: user.password}]}),
			signal: call.signal,
			onEvent: ({method, path, status}) => call.output.progress(`${method} ${path} ${status}`),
		});
		call.output.record(
			{
				type: 'serving',
				host: server.host,
				url: server.url,
				authentication,
				username: user?.username,
			},
			`A registry listens on ${server.host} (${authentication}). Ctrl-C stops it.`,
		);
		if (user?.generated) {
			// A throw-away password that is shown once is the only way in; it is kept nowhere.
			call.output.progress(
				`Log in as ${user.username} with the password ${user.password.reveal()}`,
			);
		}
		call.output.progress(
			`Try: docker tag hello ${server.host}/hello && docker push ${server.host}/hello`,
		);
		await untilStopped(call.signal);
		await server.close();
		return exitCodes.done;
	},
};

async function chooseUser({options}: CallWithOptions) {
	const username = (options['username'] as string | undefined) ?? 'regbench';
	if (options['passwordStdin'] === true) {
		const password = new Secret((await readAll()).replace(/\r?\n$/, ''));
		return {username, password, generated: false};
	}
	return {username, password: new Secret(randomBytes(9).toString('base64url')), generated: true};
}

type CallWithOptions = Pick<CommandCall, 'options'>;

function portOf(text: unknown): number {
	if (text === undefined) return 0;
	const port = Number(text);
	if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
	throw new RegbenchError(
		'USAGE',
		`${sanitise(String(text), 40)} is no port: those go from 1 to 65535`,
	);
}

function untilStopped(signal: AbortSignal): Promise<void> {
	return new Promise(resolve => {
		if (signal.aborted) resolve();
		else signal.addEventListener('abort', () => resolve(), {once: true});
	});
}
