/**
 * A connection to a remote engine through the user's own ssh client, as docker's client does it:
 * `ssh HOST docker system dial-stdio`, so that ssh's configuration, agent and jump hosts hold.
 */
import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {Agent} from 'node:http';
import {Duplex, type Readable, type Writable} from 'node:stream';
import {sanitise} from '../domain/sanitise.ts';
import type {EngineTransport} from './engine-address.ts';

type SshTransport = Extract<EngineTransport, {kind: 'ssh'}>;

/** The error code of a connection that ssh could not make or lost; its message is what ssh said. */
export const sshFailed = 'ESSH';

/** An HTTP agent whose every connection is an ssh child; idle ones are kept for the next request. */
export function sshAgent(transport: SshTransport): Agent {
	const agent = new Agent({keepAlive: true});
	// oxlint-disable-next-line typescript/no-explicit-any -- the agent wants a net.Socket and uses no more than SshSocket has
	(agent as any).createConnection = () => new SshSocket(sshArguments(transport));
	return agent;
}

/** The arguments for ssh. BatchMode: a question would be asked on the terminal that is being drawn on. */
export function sshArguments(transport: SshTransport): readonly string[] {
	return [
		'-T',
		'-o',
		'BatchMode=yes',
		'-o',
		'ConnectTimeout=10',
		...(transport.port === undefined ? [] : ['-p', String(transport.port)]),
		...(transport.user === undefined ? [] : ['-l', transport.user]),
		'--',
		transport.host,
		'docker',
		...(transport.socket === undefined
			? []
			: ['--host', shellQuoted(`unix://${transport.socket}`)]),
		'system',
		'dial-stdio',
	];
}

// ssh joins its arguments and hands them to the far shell.
function shellQuoted(text: string): string {
	return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

class SshSocket extends Duplex {
	readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
	#complaint = '';

	constructor(parameters: readonly string[]) {
		super({allowHalfOpen: true});
		this.#child = spawn('ssh', parameters, {stdio: ['pipe', 'pipe', 'pipe']});
		this.#child.on('error', error => this.destroy(failure(`ssh cannot be run: ${error.message}`)));
		this.#child.stdin.on('error', () => undefined);
		this.#child.stdout.on('data', (chunk: Buffer) => {
			if (!this.push(chunk)) this.#child.stdout.pause();
		});
		this.#child.stderr.on('data', (chunk: Buffer) => {
			if (this.#complaint.length < 2000) this.#complaint += chunk.toString();
		});
		this.#child.on('close', code => {
			if (this.destroyed) return;
			if (code === 0 || code === null) this.push(null);
			else this.destroy(failure(lastLine(this.#complaint) ?? `ssh ended with code ${code}`));
		});
	}

	override _read(): void {
		this.#child.stdout.resume();
	}

	override _write(chunk: Buffer, encoding: BufferEncoding, done: () => void): void {
		// Why it cannot be written is told by ssh when it ends; EPIPE would hide that.
		this.#child.stdin.write(chunk, encoding, () => done());
	}

	override _final(done: () => void): void {
		this.#child.stdin.end(() => done());
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.#child.kill();
		done(error);
	}

	/** What node:http calls on a socket and a pipe has no use for. */
	setTimeout(): this {
		return this;
	}

	setNoDelay(): this {
		return this;
	}

	setKeepAlive(): this {
		return this;
	}

	ref(): this {
		this.#eachHandle(handle => handle.ref?.());
		return this;
	}

	unref(): this {
		this.#eachHandle(handle => handle.unref?.());
		return this;
	}

	#eachHandle(act: (handle: {ref?: () => unknown; unref?: () => unknown}) => void): void {
		act(this.#child);
		for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
			act(stream as {ref?: () => unknown; unref?: () => unknown});
		}
	}
}

function lastLine(text: string): string | undefined {
	const line = text.trim().split('\n').at(-1);
	return line === undefined || line === '' ? undefined : sanitise(line).slice(0, 300);
}

function failure(message: string): Error {
	return Object.assign(new Error(message), {code: sshFailed});
}
