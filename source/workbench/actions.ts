/** Everything that can happen to the state, in the past tense; reducer.ts handles each. */
import type {LabProgress} from '../domain/lab.ts';
import type {ErrorRecord} from '../domain/errors.ts';
import type {JobEvent, OperationName} from '../domain/events.ts';
import type {LocalImage} from '../domain/image.ts';
import type {SafetyReport} from '../domain/safety.ts';
import type {SignatureReport} from '../domain/signatures.ts';
import type {Target} from '../domain/target.ts';
import type {OperationRequest} from '../operations/request.ts';
import type {Dialog, TargetProposal} from './dialog.ts';
import type {
	EngineState,
	LogLevel,
	LoginState,
	Notice,
	Overlay,
	PaneId,
	State,
	RemoteTag,
} from './state.ts';

export type Action =
	| {readonly type: 'safetyReported'; readonly report: SafetyReport}
	| {readonly type: 'signaturesChecked'; readonly report: SignatureReport}
	| {readonly type: 'engineChanged'; readonly engine: EngineState}
	| {readonly type: 'imagesLoaded'; readonly images: readonly LocalImage[]; readonly now: number}
	| {readonly type: 'imagesFailed'; readonly error: ErrorRecord}
	| {
			readonly type: 'targetsChanged';
			readonly targets: readonly Target[];
			readonly defaultTargetId: string | undefined;
	  }
	| {readonly type: 'loginChanged'; readonly host: string; readonly login: LoginState}
	| {readonly type: 'proposalsFound'; readonly proposals: readonly TargetProposal[]}
	| {
			readonly type: 'remoteTagsChanged';
			readonly entries: Readonly<Record<string, RemoteTag>>;
	  }
	| {readonly type: 'remoteTagsForgotten'}
	| {readonly type: 'paneFocused'; readonly pane: PaneId}
	| {
			readonly type: 'cursorMoved';
			readonly pane: PaneId;
			readonly key: string | undefined;
			readonly index: number;
	  }
	| {readonly type: 'zoomToggled'}
	| {readonly type: 'marksChanged'; readonly marks: State['marks']}
	| {readonly type: 'filterStarted'; readonly pane: PaneId}
	| {readonly type: 'filterChanged'; readonly pane: PaneId; readonly value: string}
	| {readonly type: 'filterEnded'}
	| {
			readonly type: 'logged';
			readonly entries: ReadonlyArray<{readonly level: LogLevel; readonly text: string}>;
			readonly time: string;
	  }
	| {readonly type: 'logCleared'}
	| {readonly type: 'logViewChanged'; readonly follow?: boolean; readonly wrap?: boolean}
	| {
			readonly type: 'jobQueued';
			readonly id: string;
			readonly operation: OperationName;
			readonly subject: string;
			readonly request: OperationRequest;
			readonly group?: string;
			readonly now: number;
	  }
	/** A batch, in order; the log and the jobs are both made from it. */
	| {readonly type: 'jobEventsArrived'; readonly events: readonly JobEvent[]}
	| {readonly type: 'endedJobsCleared'}
	| {readonly type: 'overlayChanged'; readonly overlay: Overlay | undefined}
	| {readonly type: 'dialogChanged'; readonly dialog: Dialog | undefined}
	| {readonly type: 'labChanged'; readonly lab: LabProgress}
	| {readonly type: 'noticeShown'; readonly notice: Notice | undefined}
	| {readonly type: 'ticked'; readonly now: number};
