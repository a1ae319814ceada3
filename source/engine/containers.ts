/**
 * The port to containers, for engines that run them. Containers made here carry the label
 * `dev.regbench`, and only those are listed: what others run is none of our business.
 */
import type {Duplex} from 'node:stream';
import type {CallOptions} from './engine.ts';

/** The label of everything that is made here. */
export const containerLabel = 'dev.regbench';

/** A port of the container, reached on loopback of the engine's machine. */
export type PortMapping = {
	readonly containerPort: number;
	readonly protocol: 'tcp' | 'udp';
	/** 0 lets the engine choose a free one. */
	readonly hostPort: number;
};

export type Mount = {
	/** A folder or file of the engine's machine (absolute path), or the name of a volume. */
	readonly source: string;
	/** Absolute path in the container. */
	readonly target: string;
	readonly readOnly: boolean;
};

export type ContainerSpec = {
	/** Reference or ID. */
	readonly image: string;
	readonly name: string;
	readonly ports: readonly PortMapping[];
	/** `NAME=value`. */
	readonly environment: readonly string[];
	/** In place of the image's own command; empty keeps that. */
	readonly command: readonly string[];
	readonly mounts: readonly Mount[];
};

export type ContainerState = {
	readonly id: string;
	readonly name: string;
	/** As it was asked for. */
	readonly image: string;
	readonly imageId: string;
	/** The engine's word: `created`, `running`, `paused`, `restarting`, `exited`, `dead`. */
	readonly status: string;
	readonly running: boolean;
	/** Of one that has ended. */
	readonly exitCode?: number;
	/** Of the image's HEALTHCHECK; absent where it has none. */
	readonly health?: {
		readonly status: 'starting' | 'healthy' | 'unhealthy';
		/** What the last check printed, one safe line. */
		readonly output: string;
	};
	/** Published ports as they are now; none while it does not run. */
	readonly ports: readonly PortMapping[];
	/** RFC 3339. */
	readonly startedAt?: string;
	/** Why it could not start or was killed, in the engine's words. */
	readonly problem?: string;
};

/** Lines of one of the container's streams, safe to draw. */
export type LogLines = {
	readonly stream: 'stdout' | 'stderr';
	readonly lines: readonly string[];
};

/** A program in a container, joined to a terminal. */
export type ShellSession = {
	/** Keys in, screen out; ends with the program. */
	readonly stream: Duplex;
	resize(columns: number, rows: number): Promise<void>;
	/** Once the stream has ended. */
	exitCode(): Promise<number>;
};

/** Every call rejects with a RegbenchError, `CONTAINER_NOT_FOUND` where there is no such container. */
export type Containers = {
	/** Makes and starts one. What was made is removed again when it cannot start (`CONTAINER_FAILED`). */
	run(spec: ContainerSpec, options?: CallOptions): Promise<ContainerState>;
	state(id: string, options?: CallOptions): Promise<ContainerState>;
	/** What it printed so far and, with `follow`, prints until it ends. */
	logs(id: string, options: CallOptions & {readonly follow: boolean}): AsyncIterable<LogLines>;
	/** Resolves with the exit code when it has ended. */
	wait(id: string, options?: CallOptions): Promise<number>;
	/** Asks it to end; kills it after `graceSeconds`. One that has ended is fine. */
	stop(id: string, options?: CallOptions & {readonly graceSeconds?: number}): Promise<void>;
	/** Kills it when it runs, and takes it away with its anonymous volumes. */
	remove(id: string, options?: CallOptions): Promise<void>;
	/** Those made here, newest first, also those that have ended. */
	list(options?: CallOptions): Promise<readonly ContainerState[]>;
	/** Starts a program with a terminal in a running container. */
	shell(
		id: string,
		program: readonly string[],
		options: CallOptions & {readonly columns: number; readonly rows: number},
	): Promise<ShellSession>;
};
