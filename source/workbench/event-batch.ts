/** Gathers job events, so that a fast transfer redraws the screen a few times a second and no more. */
import type {JobEvent} from '../domain/events.ts';

const longestDelayMs = 80;

/**
 * Hands events on in order, at most 80 ms late; what begins or ends a job is handed on at once,
 * together with all that came before it.
 */
export function createEventBatch(flush: (events: readonly JobEvent[]) => void): {
	readonly add: (event: JobEvent) => void;
} {
	let waiting: JobEvent[] = [];
	let timer: NodeJS.Timeout | undefined;
	const send = () => {
		clearTimeout(timer);
		timer = undefined;
		const events = waiting;
		waiting = [];
		flush(events);
	};
	return {
		add(event) {
			waiting.push(event);
			if (event.type === 'transfer' || event.type === 'step')
				timer ??= setTimeout(send, longestDelayMs);
			else send();
		},
	};
}
