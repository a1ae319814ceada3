import {describe, expect, test} from 'vitest';
import type {JobEvent, JobResult} from '../../source/domain/events.ts';
import type {LabProgress} from '../../source/domain/lab.ts';
import type {SafetyReport} from '../../source/domain/safety.ts';
import {labJson, labMarkdown} from '../../source/explain/lab-report.ts';
import {labSteps, nextPart, standingOf, stepsThrough} from '../../source/explain/lab-steps.ts';
import {findTopic} from '../../source/explain/topics.ts';
import {keymap} from '../../source/ui/keymap.ts';
import {labHint} from '../../source/ui/overlays/lab-lines.ts';
import type {Action} from '../../source/workbench/actions.ts';
import {newTicks} from '../../source/workbench/lab-sights.ts';
import {now, sampleState} from '../ui/sample-state.ts';

const digest = `sha256:${'39'.repeat(32)}`;
const begun: LabProgress = {
	startedAt: new Date(now - 60_000).toISOString(),
	hint: true,
	ticks: {},
};
const start: Action = {type: 'labChanged', lab: begun};

/** A job that ended with the result, `ago` ms before now. */
function ended(result: JobResult, ago = 1000): readonly Action[] {
	const job = `job-${result.operation}-${ago}`;
	const time = new Date(now - ago).toISOString();
	const event: JobEvent = {type: 'finished', job, time, result};
	return [
		{
			type: 'jobQueued',
			id: job,
			operation: result.operation === 'push-all' ? 'push' : result.operation,
			subject: '',
			request: {} as never,
			now: now - ago,
		},
		{type: 'jobEventsArrived', events: [event]},
	];
}

function push(reference: string): JobResult {
	return {
		operation: 'push',
		reference,
		digest,
		bytesTotal: 10,
		bytesUploaded: 10,
		layersReused: 0,
		layersTotal: 1,
		durationMs: 5,
	};
}

const ticked = (...actions: readonly Action[]) => newTicks(sampleState(start, ...actions), now);
const explaining = (topics: readonly ('disk' | 'login' | 'container')[]): Action => ({
	type: 'dialogChanged',
	dialog: {kind: 'explain', name: '', topics, page: 0, gathered: {}, offset: 0},
});

describe('what ticks the tour off', () => {
	test('nothing before it was begun, and nothing that happened before', () => {
		expect(newTicks(sampleState(), now)).toEqual({});
		const early = ended(push('ghcr.io/octocat/hello:1.0.0'), 120_000);
		expect(Object.keys(ticked(...early))).not.toContain('push.push');
	});

	test('a push to GHCR, with its digest and its time; one elsewhere does not', () => {
		const {'push.push': tick} = ticked(...ended(push('ghcr.io/octocat/hello:1.0.0')));
		expect(tick?.evidence).toContain(`digest ${digest}`);
		expect(tick?.time).toBe(new Date(now - 1000).toISOString());
		expect(Object.keys(ticked(...ended(push('localhost:5000/hello:1'))))).not.toContain(
			'push.push',
		);
	});

	test('a push to ACR says when the other registry has the very digest', () => {
		const ticks = ticked(
			...ended(push('ghcr.io/octocat/hello:1.0.0'), 2000),
			...ended(push('coursereg.azurecr.io/hello:1.0.0')),
		);
		expect(ticks['acr.push']?.evidence).toContain('the very digest that ghcr.io has');
	});

	test('a login that the registry took, but not one that nobody tried', () => {
		expect(ticked()['ghcr.target']?.evidence[0]).toContain('ghcr.io: logged in as octocat');
		const untried: Action = {
			type: 'loginChanged',
			host: 'ghcr.io',
			login: {phase: 'logged-in', source: 'gh login', checked: false},
		};
		expect(ticked(untried)['ghcr.target']).toBeUndefined();
	});

	test('a re-pull only when the same came back', () => {
		const result = {
			operation: 'repull',
			reference: 'ghcr.io/octocat/hello:1.0.0',
			imageId: digest,
			digest,
			same: true,
			before: {imageId: digest},
			restored: [],
			differences: [],
			durationMs: 5,
		} as const;
		expect(ticked(...ended(result))['repull.same']?.evidence).toContain(`digest ${digest}`);
		expect(ticked(...ended({...result, same: false}))['repull.same']).toBeUndefined();
	});

	test('a safety check that was made to its end since the tour began', () => {
		const report: SafetyReport = {
			reference: 'hello:1.0.0',
			from: 'engine',
			imageId: digest,
			checkedAt: new Date(now - 1000).toISOString(),
			findings: [],
			vulnerabilities: [],
			inventory: [],
			scan: {
				...{layers: 2, layersRead: 2, files: 7, filesScanned: 7, bytesScanned: 70},
				...{bytesRead: 70, binaryFiles: 0, largeFiles: 0, durationMs: 5},
			},
			notChecked: [{what: 'vulnerabilities', why: 'no scanner', whatToDo: 'install one'}],
			complete: true,
		};
		const reported = (changed: Partial<SafetyReport>) =>
			ticked({type: 'safetyReported', report: {...report, ...changed}})['security.check'];
		expect(reported({})?.evidence).toEqual([
			'hello:1.0.0: 2 of 2 layers and 7 files looked into',
			'nothing was found in what was checked',
			'not checked: vulnerabilities',
		]);
		expect(reported({complete: false})).toBeUndefined();
		expect(reported({checkedAt: new Date(now - 120_000).toISOString()})).toBeUndefined();
	});

	test('an explanation that is open, on its page', () => {
		expect(ticked(explaining(['login']))['ghcr.login']).toBeDefined();
		expect(ticked(explaining(['disk', 'login']))['ghcr.login']).toBeUndefined();
		// The image was not read yet: there would be more to see.
		expect(ticked(explaining(['disk']))['storage.disk']).toBeUndefined();
	});

	test('what this engine cannot do counts as explained once it was read, and only there', () => {
		expect(ticked(explaining(['container']))['run.answer']).toBeUndefined();
		const state = sampleState(start, explaining(['container']));
		if (state.engine.phase !== 'connected') throw new Error('not connected');
		const info = {...state.engine.info, containersUnavailable: 'It runs none.'};
		const tick = newTicks({...state, engine: {...state.engine, info}}, now)['run.answer'];
		expect(tick).toMatchObject({how: 'explained', evidence: ['Not possible here: It runs none.']});
	});

	test('nothing twice', () => {
		const lab = {...begun, ticks: ticked()};
		expect(Object.keys(lab.ticks)).toEqual(['ghcr.target']);
		expect(newTicks(sampleState({type: 'labChanged', lab}), now)).toEqual({});
	});
});

describe('the steps', () => {
	const ids = labSteps.flatMap(({parts}) => parts.map(({id}) => id));

	test('have parts with names of their own, keys that there are, and topics that there are', () => {
		expect(new Set(ids).size).toBe(ids.length);
		for (const {topics, parts} of labSteps) {
			expect(topics.filter(topic => !findTopic(topic))).toEqual([]);
			for (const {task, hint} of parts) {
				for (const [, id] of `${task} ${hint}`.matchAll(/\{([^}]+)\}/g)) {
					expect(
						keymap.some(binding => binding.id === id),
						id,
					).toBe(true);
				}
			}
		}
	});

	test('end when all is ticked, one of them as explained', () => {
		const time = begun.startedAt;
		const all: LabProgress = {
			...begun,
			ticks: Object.fromEntries(
				ids.map(id => [
					id,
					{time, how: id === 'run.answer' ? 'explained' : 'done', evidence: [`saw ${id} | <x>`]},
				]),
			),
		};
		expect(nextPart(all)).toBeUndefined();
		expect(stepsThrough(all)).toBe(9);
		expect(
			labSteps.map(step => standingOf(step, all)).filter(at => at === 'explained'),
		).toHaveLength(1);
		expect(labHint(keymap, all, undefined)).toBe('');
		const facts = {engine: 'docker 28.2', at: time, demo: false};
		const text = labMarkdown(all, facts);
		expect(text).toContain('**9 of 9 steps.**');
		expect(text).toContain(String.raw`saw push.push \| &lt;x>`);
		expect(JSON.parse(labJson(all, facts))).toMatchObject({steps: {length: 9}});
		expect(labMarkdown(begun, facts)).toContain('**0 of 9 steps.**');
	});

	test('the hint tells the next key, and another one where that cannot be done', () => {
		expect(labHint(keymap, undefined, undefined)).toBe('');
		expect(labHint(keymap, {...begun, hint: false}, undefined)).toBe('');
		expect(labHint(keymap, begun, undefined)).toBe('lab 1/9  e, Tab: disk');
	});
});
