/** How an image is made and named: what a careful reader of its Dockerfile would say. Pure. */
import type {Finding} from '../domain/safety.ts';
import type {Severity} from '../domain/severity.ts';
import {formatBytes} from '../domain/size.ts';
import type {ImageFacts} from './image-facts.ts';

const dayMs = 24 * 60 * 60 * 1000;
const oldDays = 180;
const veryOldDays = 365;
const largeBytes = 1024 ** 3;
const sourceLabel = 'org.opencontainers.image.source';
/** Builds that are to be the same every time set their clock to the start of an epoch. */
const earliest = Date.parse('2000-01-01T00:00:00Z');

/** Findings in no order; `now` in ms since the epoch. */
export function checkConfiguration(facts: ImageFacts, now: number): readonly Finding[] {
	const findings: Finding[] = [];
	const add = (rule: string, severity: Severity, title: string, detail: string) =>
		findings.push({kind: 'configuration', rule, severity, title, detail, where: {at: 'image'}});

	const {user, tag, labels, sizeBytes, createdAt} = facts;
	if (/^(?:root|0)?(?::|$)/.test(user)) {
		add(
			'runs-as-root',
			'medium',
			'Runs as root',
			`${user === '' ? 'No USER is set' : `USER is ${user}`}: whoever breaks into the program is root in the container. Add USER with another name to the Dockerfile.`,
		);
	}
	if (tag === 'latest') {
		add(
			'latest',
			'medium',
			'Named :latest',
			'Nobody can tell which build it is, and the next push moves it. Give it a version, such as 1.0.0.',
		);
	} else if (tag === undefined) {
		add('no-tag', 'low', 'Has no tag', 'It is known by its ID alone. Give it a version as tag.');
	} else if (!isVersion(tag)) {
		add(
			'no-version',
			'low',
			'The tag is no version',
			`"${tag}" does not say which build it is. Give it a version as well, such as 1.0.0.`,
		);
	}
	if (!labels[sourceLabel]) {
		add(
			'no-source',
			'low',
			'Does not say where its source is',
			`Add LABEL ${sourceLabel}=… to the Dockerfile; GHCR also links the package to that repository.`,
		);
	}
	const age = ageInDays(createdAt, now);
	if (age === undefined) {
		add(
			'no-age',
			'info',
			'Does not tell its age',
			'It has no date, or one that was set for a build that is the same every time.',
		);
	} else if (age > oldDays) {
		add(
			'old',
			age > veryOldDays ? 'medium' : 'low',
			`${age} days old`,
			'What was repaired in its base since then is not in it. Build it anew with --pull.',
		);
	}
	if (sizeBytes > largeBytes) {
		add(
			'large',
			'low',
			`Takes ${formatBytes(sizeBytes)}`,
			'What is not needed to run cannot be attacked either: build in one stage, copy the result into a small base.',
		);
	}
	return findings;
}

/** `1`, `v1.2`, `2.0.0-rc1`, `2026-11-25`, and what is a commit (`sha-…`, hex). */
function isVersion(tag: string): boolean {
	return /^v?\d+(?:[._-]|$)/i.test(tag) || /(?:^|[._-])v?\d+\.\d+/.test(tag) || isCommit(tag);
}

function isCommit(tag: string): boolean {
	return /^(?:sha-|git-)?[\da-f]{7,64}$/.test(tag);
}

function ageInDays(createdAt: string | undefined, now: number): number | undefined {
	const made = Date.parse(createdAt ?? '');
	return Number.isNaN(made) || made < earliest ? undefined : Math.floor((now - made) / dayMs);
}
