import type {CredentialHints} from './credentials.ts';
import {tokenVariable} from './environment.ts';

const programs = {gh: 'gh', az: 'az', aws: 'aws', 'aws-public': 'aws', gcloud: 'gcloud'} as const;

/** Where a host's login is looked for, in that order, for the person who wonders why none was found. */
export function searchedPlaces(host: string, hints: CredentialHints): readonly string[] {
	const variables = [tokenVariable(host), ...hints.environmentVariables];
	return [
		`environment (${variables.join(', ')})`,
		'docker config',
		'system keychain',
		'podman',
		...(hints.tool === undefined ? [] : [programs[hints.tool]]),
	];
}
