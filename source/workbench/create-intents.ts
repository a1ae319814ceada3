/** All intents of a workbench, from the files that each know one part of it. */
import {createImageIntents} from './image-intents.ts';
import {createCleanupIntents} from './cleanup-intents.ts';
import type {Intents} from './intents.ts';
import {createJobIntents} from './job-intents.ts';
import {createLabIntents} from './lab-intents.ts';
import {createLayerIntents} from './layer-intents.ts';
import {createNavigationIntents} from './navigation-intents.ts';
import {createRegistryIntents} from './registry-intents.ts';
import type {Upkeep} from './start-workbench.ts';
import {createRemoteChangeIntents} from './remote-change-intents.ts';
import {createRemoteIntents} from './remote-intents.ts';
import {createProofIntents} from './proof-intents.ts';
import {createSafetyIntents} from './safety-intents.ts';
import {createSignatureIntents} from './signature-intents.ts';
import {createContainerIntents} from './container-intents.ts';
import {createRunIntents} from './run-intents.ts';
import {createTagIntents} from './tag-intents.ts';
import {createViewIntents} from './view-intents.ts';
import type {Workbench} from './workbench.ts';

export function createIntents(workbench: Workbench, upkeep: Upkeep): Intents {
	return {
		...createNavigationIntents(workbench),
		...createViewIntents(workbench, upkeep.refresh),
		...createTagIntents(workbench),
		...createImageIntents(workbench),
		...createLabIntents(workbench),
		...createLayerIntents(workbench),
		...createSafetyIntents(workbench),
		...createSignatureIntents(workbench),
		...createRunIntents(workbench),
		...createContainerIntents(workbench),
		...createProofIntents(workbench),
		...createCleanupIntents(workbench),
		...createRegistryIntents(workbench),
		...createRemoteIntents(workbench),
		...createRemoteChangeIntents(workbench),
		...createJobIntents(workbench),
	};
}
