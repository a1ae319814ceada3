/** Begins the reason in the title of a suite that could not run; the reporter looks for it. */
export const notRunMark = 'not run, needs';

/** Ends that reason where the machine need not have what is missing, even if live tests are required. */
export const dispensableMark = 'which a machine need not have';
