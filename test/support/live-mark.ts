/** Begins the reason in the title of a suite that could not run; the reporter looks for it. */
export const notRunMark = 'not run, needs';
