/** What a look at an image's safety showed: plain values, the same for local and remote images. */
import type {Severity} from './severity.ts';
import type {SignatureReport} from './signatures.ts';
import type {PackageFact, Vulnerability} from './vulnerability.ts';

export type FindingKind = 'secret' | 'configuration' | 'vulnerability' | 'signature';

/** Where in an image something stands. Layers are counted from 1, base first. */
export type FindingPlace =
	| {readonly at: 'image'}
	| {readonly at: 'environment'; readonly name: string}
	| {readonly at: 'label'; readonly name: string}
	/** The instruction is masked and short. */
	| {readonly at: 'history'; readonly step: number; readonly instruction: string}
	| {
			readonly at: 'file';
			readonly path: string;
			readonly layer: number;
			/** A later layer removes or overwrites it: it is not seen in a container, and still in the image. */
			readonly hidden?: {readonly by: number; readonly how: 'removed' | 'changed'};
	  };

/** One thing to know. All texts are sanitised, values that are secret are masked. */
export type Finding = {
	readonly kind: FindingKind;
	/** Stable name of what was looked for: `no-user`, `aws-access-key`. */
	readonly rule: string;
	readonly severity: Severity;
	readonly title: string;
	/** What was found (masked), and what to do. */
	readonly detail: string;
	readonly where: FindingPlace;
};

/** Something that nobody looked at: never to be read as "nothing found". */
export type NotChecked = {
	readonly what: string;
	readonly why: string;
	readonly whatToDo: string;
};

/** How much of the layers was read for secrets. */
export type ScanCounts = {
	readonly layers: number;
	readonly layersRead: number;
	readonly files: number;
	/** Files whose text was looked through. */
	readonly filesScanned: number;
	/** Unpacked. */
	readonly bytesScanned: number;
	/** Of all that was unpacked, headers and skipped files too. */
	readonly bytesRead: number;
	readonly binaryFiles: number;
	readonly largeFiles: number;
	readonly durationMs: number;
};

export type SafetyReport = {
	/** Full reference or ID as it was asked. */
	readonly reference: string;
	readonly from: 'engine' | 'registry';
	/** Of local images. */
	readonly imageId?: string;
	/** Of the manifest or index, where one is known. */
	readonly digest?: string;
	/** RFC 3339. */
	readonly checkedAt: string;
	/** Most severe first. */
	readonly findings: readonly Finding[];
	readonly vulnerabilities: readonly Vulnerability[];
	/** Who told of vulnerabilities: `trivy 0.58`, `OSV`; absent where nobody was asked. */
	readonly vulnerabilitySource?: string;
	/** Packages that were found in the layers. */
	readonly inventory: readonly PackageFact[];
	/** Absent where nobody could look, or it is on no registry. */
	readonly signatures?: SignatureReport;
	readonly scan: ScanCounts;
	readonly notChecked: readonly NotChecked[];
	/** False while it is still being looked at. */
	readonly complete: boolean;
};

/** What a push may be refused for, when the settings say so. */
export const policyRules = ['secrets', 'critical', 'latest'] as const;
export type PolicyRule = (typeof policyRules)[number];

/** A rule that does not hold, in one sentence with what to do. */
export type PolicyBreach = {
	readonly rule: PolicyRule;
	readonly message: string;
	readonly whatToDo: string;
};

/** `layer 3, /app/.env, deleted by layer 4`: one line for a row. */
export function describePlace(place: FindingPlace): string {
	switch (place.at) {
		case 'image':
			return 'the image';
		case 'environment':
			return `environment ${place.name}`;
		case 'label':
			return `label ${place.name}`;
		case 'history':
			return `build step ${place.step}: ${place.instruction}`;
		case 'file': {
			const {path, layer, hidden} = place;
			const how = hidden?.how === 'removed' ? 'deleted' : 'overwritten';
			return `/${path} in layer ${layer}${hidden ? `, ${how} by layer ${hidden.by} and still there` : ''}`;
		}
	}
}
