/** What a container is made from, read from the texts people write for `docker run`, and back. Pure. */
import {RegbenchError} from '../domain/errors.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {ContainerSpec, Mount, PortMapping} from '../engine/containers.ts';
import {dockerCommand} from './docker-command.ts';

/** `8080`, `18080:8080`, `0:53/udp`: the host's port (0: any free one) and the container's. Throws `USAGE`. */
export function parsePort(text: string): PortMapping {
	const match = /^(?:(\d{1,5}):)?(\d{1,5})(?:\/(tcp|udp))?$/.exec(text.trim());
	const containerPort = Number(match?.[2]);
	const hostPort = Number(match?.[1] ?? match?.[2]);
	if (!match || containerPort < 1 || containerPort > 65_535 || hostPort > 65_535) {
		throw new RegbenchError('USAGE', `"${sanitise(text, 60)}" is no port`, {
			hint: 'Write HOST:CONTAINER, for example 8080:80; 0:80 takes any free port.',
		});
	}
	return {containerPort, hostPort, protocol: match[3] === 'udp' ? 'udp' : 'tcp'};
}

/** The port as {@link parsePort} reads it. */
export function formatPort({hostPort, containerPort, protocol}: PortMapping): string {
	return `${hostPort}:${containerPort}${protocol === 'udp' ? '/udp' : ''}`;
}

/** `NAME=value`; a name alone takes its value from `environment`. Throws `USAGE`. */
export function parseVariable(text: string, environment: NodeJS.ProcessEnv = {}): string {
	const match = /^([A-Za-z_][\w.-]*)(?:=(.*))?$/s.exec(text);
	const name = match?.[1];
	// Not the text: it may be a secret that was put in the wrong place.
	if (name === undefined) {
		throw new RegbenchError('USAGE', 'An environment variable begins with its name', {
			hint: 'Write NAME=value.',
		});
	}
	const value = match?.[2] ?? environment[name];
	if (value === undefined) {
		throw new RegbenchError('USAGE', `The variable ${name} has no value`, {
			hint: `Write ${name}=value, or export ${name} before regbench is started.`,
		});
	}
	return `${name}=${value}`;
}

/** Whether the name of a variable says that its value is not for other eyes. */
export function namesSecret(name: string): boolean {
	return /pass|pwd|secret|token|credential|private|(api|access|auth|signing|encryption)_?key|_key$|^key$|dsn|connection_?string|database_url|cookie|salt/i.test(
		name,
	);
}

/** `SOURCE:TARGET[:ro]`; the source an absolute path or the name of a volume. Throws `USAGE`. */
export function parseMount(text: string): Mount {
	// A drive letter has a colon of its own.
	const match = /^((?:[A-Za-z]:)?[^:]+):(\/[^:]*)(?::(ro|rw))?$/.exec(text.trim());
	const [, source = '', target = '', mode] = match ?? [];
	if (!match || !/^(\/|[A-Za-z]:[\\/]|[\w.-]+$)/.test(source)) {
		throw new RegbenchError('USAGE', `"${sanitise(text, 120)}" is no mount`, {
			hint: 'Write /folder/here:/folder/in/container, with :ro at its end to forbid writing.',
		});
	}
	return {source, target, readOnly: mode === 'ro'};
}

/** The words of a command line, as a POSIX shell parts them; nothing is expanded. Throws `USAGE` for an open quote. */
export function splitWords(text: string): readonly string[] {
	const words: string[] = [];
	let word: string | undefined;
	let quote: string | undefined;
	for (let index = 0; index < text.length; index++) {
		const character = text.charAt(index);
		if (quote !== undefined) {
			if (character === quote) quote = undefined;
			else if (character === '\\' && quote === '"' && /["\\$`]/.test(text.charAt(index + 1))) {
				word += text.charAt(++index);
			} else word += character;
		} else if (character === '"' || character === "'") {
			quote = character;
			word ??= '';
		} else if (character === '\\' && index + 1 < text.length) {
			word = (word ?? '') + text.charAt(++index);
		} else if (/\s/.test(character)) {
			if (word !== undefined) words.push(word);
			word = undefined;
		} else word = (word ?? '') + character;
	}
	if (quote !== undefined) {
		throw new RegbenchError('USAGE', 'A quote is not closed', {hint: `Add the missing ${quote}.`});
	}
	return word === undefined ? words : [...words, word];
}

/** The ports that an image names (`8080/tcp`), each published where it is free, or wherever there is room. */
export async function offerPorts(
	exposed: readonly string[],
	isFree: (port: number) => Promise<boolean>,
): Promise<readonly PortMapping[]> {
	const ports: PortMapping[] = [];
	for (const text of exposed) {
		const match = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(text);
		const containerPort = Number(match?.[1]);
		if (!match || containerPort < 1 || containerPort > 65_535) continue;
		const protocol = match[2] === 'udp' ? 'udp' : 'tcp';
		// Below 1024 the number above it is what people know: 80 becomes 8080.
		const wanted = containerPort < 1024 ? 8000 + containerPort : containerPort;
		const taken = new Set(ports.map(port => port.hostPort));
		let hostPort = 0;
		for (let port = wanted; port < wanted + 20 && port <= 65_535; port++) {
			if (taken.has(port) || !(await isFree(port))) continue;
			hostPort = port;
			break;
		}
		ports.push({containerPort, protocol, hostPort});
	}
	return ports;
}

/**
 * The `docker run` that does the same. Values of variables whose names say that they are secret are left
 * out: `--env NAME` takes them from the shell.
 */
export function runCommand(spec: ContainerSpec, detached = true): string {
	return dockerCommand(
		'run',
		...(detached ? ['--detach'] : []),
		'--name',
		spec.name,
		...spec.ports.flatMap(({hostPort, containerPort, protocol}) => [
			'--publish',
			`127.0.0.1:${hostPort === 0 ? '' : hostPort}:${containerPort}${protocol === 'udp' ? '/udp' : ''}`,
		]),
		...spec.environment.flatMap(variable => ['--env', withoutSecret(variable)]),
		...spec.mounts.flatMap(({source, target, readOnly}) => [
			'--volume',
			`${source}:${target}${readOnly ? ':ro' : ''}`,
		]),
		spec.image,
		...spec.command,
	);
}

/** A variable that may be shown and kept: the name alone where it names a secret. */
export function withoutSecret(variable: string): string {
	const name = variable.slice(0, variable.indexOf('='));
	return namesSecret(name) ? name : variable;
}
