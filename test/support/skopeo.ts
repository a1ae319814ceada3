import {runProgram, tryProgram, type ProgramResult} from './run-program.ts';

// Debian's default policy accepts anything, but other machines may have none at all.
const flags = ['--insecure-policy'];

/** Runs skopeo, the second client: standard output; throws when it fails. */
export async function skopeo(...args: string[]): Promise<string> {
	return runProgram('skopeo', [...flags, ...args], {environment: isolated});
}

/** Runs skopeo, with a failure as a result. */
export async function trySkopeo(...args: string[]): Promise<ProgramResult> {
	return tryProgram('skopeo', [...flags, ...args], {environment: isolated});
}

// Logins of the person who runs the tests are none of our business; pass --creds instead.
const isolated = {REGISTRY_AUTH_FILE: '/nonexistent/auth.json'};
