/** What can be asked of the operations, as plain data: what the queue keeps and a retry repeats. */

import type {RemoteRemovalPlan} from '../domain/remote.ts';
import type {CleanupRequest} from './cleanup.ts';
import type {ProveRequest} from './prove.ts';
import type {RunRequest} from './run.ts';
import type {SignRequest} from './sign-image.ts';
import type {StopRequest} from './stop.ts';

export type PushDestination = {
	/** What is local, familiar or full reference. */
	readonly source: string;
	/** Full reference to push; equal to the source's where no tagging is needed. */
	readonly reference: string;
};

export type OperationRequest =
	| {readonly operation: 'tag'; readonly source: string; readonly reference: string}
	| {readonly operation: 'push'; readonly destinations: readonly PushDestination[]}
	| {readonly operation: 'pull'; readonly reference: string}
	| {readonly operation: 'repull'; readonly reference: string}
	| {readonly operation: 'remove'; readonly items: readonly string[]; readonly force: boolean}
	| {
			readonly operation: 'copy';
			/** Familiar or full references; the destination with a tag. */
			readonly source: string;
			readonly destination: string;
			/** Brings signatures, SBOMs and attestations that refer to the image as well. */
			readonly withReferrers?: boolean;
	  }
	| (RunRequest & {readonly operation: 'run'})
	| (StopRequest & {readonly operation: 'stop'})
	| (SignRequest & {readonly operation: 'sign'})
	| (CleanupRequest & {readonly operation: 'cleanup'})
	| (ProveRequest & {readonly operation: 'prove'})
	| {readonly operation: 'remove-remote'; readonly plan: RemoteRemovalPlan};
