/** How far a person has come in the guided tour: what is kept between sessions. */

export type LabTick = {
	/** RFC 3339: when it happened. */
	readonly time: string;
	/** `explained`: it cannot be done on this engine, and its explanation was read instead. */
	readonly how: 'done' | 'explained';
	/** What was seen, a line for each thing. */
	readonly evidence: readonly string[];
};

export type LabProgress = {
	/** RFC 3339. What happened before does not count. */
	readonly startedAt: string;
	/** Whether the next step is told in the footer. */
	readonly hint: boolean;
	/** By id of a part: `push.tag`. */
	readonly ticks: Readonly<Record<string, LabTick>>;
};
