/**
 * What a person can ask of the workbench. Keys, palette and dialogs call these; each changes state
 * through actions or starts an operation. All return at once; what takes time reports through state.
 */
import type {Secret} from '../domain/credential.ts';
import type {TopicId} from '../explain/topics.ts';
import type {CleanupField, RunField} from './dialog.ts';
import type {PaneId} from './state.ts';

export type Movement =
	| {readonly by: 'row'; readonly count: number}
	/** `rows` is how many the list shows now. */
	| {readonly by: 'page'; readonly count: number; readonly rows: number}
	| {readonly by: 'edge'; readonly edge: 'first' | 'last'};

export type Intents = {
	// Moving about
	focusPane(pane: PaneId): void;
	focusNextPane(step: 1 | -1): void;
	/** Moves in whatever has the keyboard: dialog list, overlay, or focused pane. */
	move(movement: Movement): void;
	toggleZoom(): void;
	/** Esc: closes the dialog, else ends the filter, else closes the overlay, else clears marks, else unzooms. */
	back(): void;
	startFilter(): void;
	changeFilter(value: string): void;
	acceptFilter(): void;
	toggleMark(): void;
	refresh(): void;
	clearNotice(): void;

	// Overlays and dialogs that only show
	openHelp(): void;
	openPalette(): void;
	changePaletteQuery(query: string): void;
	openDetails(): void;
	openJobs(): void;
	/** The layers of the image, or of the remote tag, under the cursor. */
	openLayers(): void;
	/** Reads them anew. */
	reloadLayers(): void;
	/** Into a layer; opens or closes a folder; from a file in a list to its layer. */
	enterLayers(): void;
	/** Closes the folder, or the one that the cursor is in. */
	foldLayers(): void;
	/** Shows another list of the layer view, or its layers again where it is shown already. */
	showLayers(view: 'largest' | 'hidden'): void;
	/** To the files of the layer above or below. */
	stepLayer(step: 1 | -1): void;
	toggleLayerSort(): void;
	/** How safe the image, or the remote tag, under the cursor is. */
	openSafety(): void;
	/** Sends names and versions of the packages to OSV. */
	askOsv(): void;
	saveSafety(): void;
	openExplain(): void;
	/** One topic by itself. */
	explainTopic(topic: TopicId): void;
	/** To another page of the explanation; round at the ends. */
	turnPage(step: 1 | -1): void;
	/** The guided tour, and back. */
	openLab(): void;
	/** What the step under the cursor is about. */
	explainStep(): void;
	toggleLabHint(): void;
	saveLab(): void;
	openResetLab(): void;
	resetLab(): void;
	/** Copies the reference, digest or command under the cursor to the clipboard (OSC 52). */
	copy(): void;

	// Images and tags
	openTag(): void;
	changeTagValue(value: string): void;
	/** Cycles the target the tag input is pre-filled for. */
	cycleTagTarget(step: 1 | -1): void;
	useRepairedTag(): void;
	submitTag(): void;
	openPush(): void;
	togglePushTarget(targetId?: string): void;
	submitPush(): void;
	openRemove(): void;
	toggleForce(): void;
	/** `y` in the delete dialog. */
	confirmRemove(): void;
	openRepull(): void;
	confirmRepull(): void;
	openPull(): void;
	changePullValue(value: string): void;
	submitPull(): void;

	// Running
	openRun(): void;
	changeRunField(field: RunField, value: string): void;
	focusRunField(step: 1 | -1): void;
	/** What it answered before is no measure any more. */
	forgetAnswer(): void;
	submitRun(): void;
	/** The containers that were made here. */
	openRuns(): void;
	/** Asks the container once more, and says whether it answers as before. */
	probeRun(): void;
	stopRun(): void;
	removeRun(): void;
	/** Gives the terminal to a shell in the container until that ends. */
	openShell(): void;
	/** The round trip as one guided job with a result to hand in. */
	openProve(): void;
	confirmProve(): void;
	saveProof(): void;

	// Cleaning up
	openCleanup(): void;
	/** This machine, then each target. */
	cycleCleanupScope(): void;
	focusCleanupField(step: 1 | -1): void;
	changeCleanupField(field: CleanupField, value: string): void;
	/** Looks anew by the rules of the form, and keeps them. */
	previewCleanup(): void;
	/** Takes the image under the cursor out of the clean-up, or back into it. */
	toggleCleanupRow(): void;
	/** All rows, what goes, what stays. */
	cycleCleanupShow(): void;
	confirmCleanup(): void;

	// Registries
	openAddTarget(): void;
	openEditTarget(): void;
	changeTargetField(field: 'host' | 'namespace', value: string): void;
	focusTargetField(field: 'host' | 'namespace'): void;
	useRepairedTarget(): void;
	submitTarget(): void;
	acceptProposal(index: number): void;
	openRemoveTarget(): void;
	confirmRemoveTarget(): void;
	makeDefaultTarget(): void;
	openLogin(): void;
	changeLoginUsername(value: string): void;
	focusLoginField(field: 'username' | 'password'): void;
	/** The password never enters state: the field hands it over here. */
	submitLogin(password: Secret): void;
	logOut(): void;
	/** Starts the embedded registry on loopback and adds it as a target; stops it when it runs. */
	toggleEmbeddedRegistry(): void;

	// Looking into a registry
	/** Enter on a target: its repositories. */
	openRemote(): void;
	/** One step in: a repository's tags, a tag in full. */
	enterRemote(): void;
	/** Tags by version, by name, by time. */
	cycleRemoteSort(): void;
	/** Asks anew for what is shown. */
	reloadRemote(): void;
	pullRemote(): void;
	/** Asks for a repository's name, where none are listed. */
	openRepositoryName(): void;
	changeRepositoryName(value: string): void;
	submitRepositoryName(): void;
	/** Who can see the repository, tried for real, and where that is changed. */
	openVisibility(): void;
	/** Who signed the tag under the cursor: with the key that was used last there. */
	openSignatures(): void;
	changeSignatureKey(value: string): void;
	/** Looks again with the public key that was typed. */
	verifySignatures(): void;
	/** Keeps the typed key in the settings, so that what it signed is trusted from now on. */
	trustSignatureKey(): void;
	/** Signs with the private key that was typed, as a job. */
	submitSign(): void;
	/** Signs with the locked key. */
	submitKeyPassword(password: Secret): void;

	// Changing what registries hold
	openCopy(): void;
	changeCopyValue(value: string): void;
	cycleCopyTarget(step: 1 | -1): void;
	toggleReferrers(): void;
	useRepairedCopy(): void;
	submitCopy(): void;
	openRemoteRemove(): void;
	/** Between taking the tag away and deleting the manifest. */
	toggleRemovalMode(): void;
	changeConfirmation(value: string): void;
	/** Does nothing unless the confirmation was typed exactly. */
	submitRemoteRemove(): void;

	// Jobs and log
	cancelJob(): void;
	retryJob(): void;
	clearEndedJobs(): void;
	toggleFollow(): void;
	toggleWrap(): void;
	clearLog(): void;
	openSaveLog(): void;
	changeSaveLogPath(path: string): void;
	submitSaveLog(): void;

	/** Asks first when jobs are running. */
	quit(): void;
	confirmQuit(): void;
};
