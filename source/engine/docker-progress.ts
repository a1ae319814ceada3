/** Rows of an engine's push or pull stream, turned into events and sums. Pure: no clock, no I/O. */
import type {OperationEvent, TransferState} from '../domain/events.ts';
import {isDigest} from '../domain/digest.ts';
import {sanitise} from '../domain/sanitise.ts';

export type ProgressReader = {
	/** What a row means to a person; empty where it says nothing new. */
	read(row: Readonly<Record<string, unknown>>): readonly OperationEvent[];
	/** Layers that the stream left open, closed: to be called once when it has ended well. */
	finish(): readonly OperationEvent[];
	/** The failure that a row told of, in the engine's words. */
	readonly failure: string | undefined;
	/** Digest of the manifest, where the stream told it. */
	readonly digest: string | undefined;
	/** Sums so far. */
	totals(): ProgressTotals;
};

export type ProgressTotals = {
	readonly layersTotal: number;
	readonly layersReused: number;
	/** Bytes of layers whose size was told. */
	readonly bytesTotal: number;
	readonly bytesMoved: number;
};

type Layer = {
	state: TransferState;
	doneBytes: number;
	totalBytes: number | undefined;
};

const pushStates: Readonly<Record<string, TransferState>> = {
	Preparing: 'waiting',
	Waiting: 'waiting',
	Unavailable: 'waiting',
	Pushing: 'active',
	Pushed: 'done',
	'Layer already exists': 'exists',
};

const pullStates: Readonly<Record<string, TransferState>> = {
	'Pulling fs layer': 'waiting',
	Waiting: 'waiting',
	Downloading: 'active',
	'Verifying Checksum': 'finishing',
	'Download complete': 'finishing',
	Extracting: 'finishing',
	'Pull complete': 'done',
	'Already exists': 'exists',
};

/** A reader for one push or pull. `reference` is the full reference its events carry. */
export function createProgressReader(
	direction: 'push' | 'pull',
	reference: string,
): ProgressReader {
	const layers = new Map<string, Layer>();
	let failure: string | undefined;
	let digest: string | undefined;
	let pushedInstead: string | undefined;

	const event = (id: string, layer: Layer): OperationEvent => ({
		type: 'transfer',
		direction,
		reference,
		layer: id,
		state: layer.state,
		doneBytes: layer.doneBytes,
		...(layer.totalBytes === undefined ? {} : {totalBytes: layer.totalBytes}),
	});

	const move = (
		id: string,
		state: TransferState,
		detail: Readonly<Record<string, unknown>>,
	): readonly OperationEvent[] => {
		const known = layers.get(id);
		const layer = known ?? {state, doneBytes: 0, totalBytes: undefined};
		const before = {...layer};
		layer.state = state;
		const current = count(detail['current']);
		const total = count(detail['total']);
		// Only a moving layer counts bytes: unpacking counts too, in bytes or in seconds.
		if (state === 'active') {
			if (total !== undefined && total > 0) layer.totalBytes = total;
			if (current !== undefined) layer.doneBytes = current;
			// Engines compress on the way and may count past the size they announced.
			if (layer.totalBytes !== undefined && layer.doneBytes > layer.totalBytes) {
				layer.doneBytes = layer.totalBytes;
			}
		} else if (state === 'done' || state === 'finishing') {
			layer.doneBytes = layer.totalBytes ?? layer.doneBytes;
		} else if (state === 'exists' || state === 'mounted') {
			layer.doneBytes = 0;
		}
		layers.set(id, layer);
		const same =
			known !== undefined &&
			before.state === layer.state &&
			before.doneBytes === layer.doneBytes &&
			before.totalBytes === layer.totalBytes;
		return same ? [] : [event(id, layer)];
	};

	const readAux = (aux: Readonly<Record<string, unknown>>): readonly OperationEvent[] => {
		const told = aux['Digest'];
		if (typeof told === 'string' && isDigest(told)) digest = told;
		if (aux['manifestPushedInsteadOfIndex'] === true) {
			const selected = record(aux['selectedManifest'])['digest'];
			if (typeof selected === 'string' && isDigest(selected)) pushedInstead = selected;
			return [
				{
					type: 'warned',
					message:
						'Only one platform of this multi-platform image is here, so only that one was pushed',
					hint: 'The digest on the registry differs from the local one. Copy from registry to registry to keep all platforms.',
				},
			];
		}
		return [];
	};

	const readLayer = (
		id: string,
		status: string,
		detail: Readonly<Record<string, unknown>>,
	): readonly OperationEvent[] => {
		const state = (direction === 'push' ? pushStates : pullStates)[status];
		if (state !== undefined) return move(id, state, detail);
		if (direction === 'push' && status.startsWith('Mounted from')) return move(id, 'mounted', {});
		const retry = /^Retrying in (\d+) seconds?$/.exec(status);
		if (retry !== null) {
			const events = move(id, 'waiting', {});
			// One line a try, not one a second: the count goes 5, 4, 3 … for each try.
			return Number(retry[1]) % 5 === 0
				? [
						...events,
						{
							type: 'warned',
							message: `The engine tries layer ${sanitise(id)} again in ${retry[1]} s`,
						},
					]
				: events;
		}
		return [];
	};

	return {
		read(row) {
			const detail = record(row['errorDetail'])['message'];
			if (typeof detail === 'string' || typeof row['error'] === 'string') {
				failure ??= String(detail ?? row['error']);
				return [];
			}
			if (row['aux'] !== undefined) return readAux(record(row['aux']));
			const status = typeof row['status'] === 'string' ? row['status'].trim() : '';
			if (status === '') return [];
			const told = digestIn(direction, status);
			if (told !== undefined) {
				digest = told;
				return [];
			}
			const id = row['id'];
			if (typeof id === 'string' && id !== '') {
				return readLayer(sanitise(id), status, record(row['progressDetail']));
			}
			return [];
		},
		finish() {
			const events: OperationEvent[] = [];
			for (const [id, layer] of layers) {
				if (layer.state === 'waiting' || layer.state === 'active' || layer.state === 'finishing') {
					layer.state = 'done';
					layer.doneBytes = layer.totalBytes ?? layer.doneBytes;
					events.push(event(id, layer));
				}
			}
			return events;
		},
		get failure() {
			return failure;
		},
		get digest() {
			return pushedInstead ?? digest;
		},
		totals() {
			let layersReused = 0;
			let bytesTotal = 0;
			let bytesMoved = 0;
			for (const layer of layers.values()) {
				if (layer.state === 'exists' || layer.state === 'mounted') layersReused += 1;
				else bytesMoved += layer.doneBytes;
				bytesTotal += layer.totalBytes ?? layer.doneBytes;
			}
			return {layersTotal: layers.size, layersReused, bytesTotal, bytesMoved};
		},
	};
}

// Push: `1.0: digest: sha256:… size: 528`. Pull: `Digest: sha256:…`.
function digestIn(direction: 'push' | 'pull', status: string): string | undefined {
	const match =
		direction === 'push'
			? /^.+: digest: (\S+) size: \d+$/.exec(status)
			: /^Digest: (\S+)$/.exec(status);
	return match?.[1] !== undefined && isDigest(match[1]) ? match[1] : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function count(value: unknown): number | undefined {
	return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
