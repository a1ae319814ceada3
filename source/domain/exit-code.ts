/** What the exit code of a container says. */

/** In words that end a sentence: `its command was not found`; undefined where the code says nothing more. */
export function exitMeaning(code: number): string | undefined {
	switch (code) {
		case 0:
			return 'all went well, by its own account';
		case 126:
			return 'its command may not be executed';
		case 127:
			return 'its command was not found';
		// 128 and the number of the signal, as shells and engines count.
		case 130:
			return 'it was interrupted';
		case 137:
			return 'it was killed, as one is that does not follow a stop, or for lack of memory';
		case 139:
			return 'it crashed';
		case 143:
			return 'it followed a stop';
		default:
			return undefined;
	}
}

/** Whether that is how one ends that was told to: by a signal, not by a fault of its own. */
export function isStopped(code: number): boolean {
	return code === 130 || code === 137 || code === 143;
}
