/** What the process tells the shell. */
export const exitCodes = {
	done: 0,
	failed: 1,
	usedWrongly: 2,
	interrupted: 130,
	/** SIGTERM. */
	terminated: 143,
	/** SIGHUP, or a terminal that is gone. */
	hungUp: 129,
} as const;
