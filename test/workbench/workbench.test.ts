import {describe, expect, test} from 'vitest';
import {parseReference} from '../../source/domain/reference.ts';
import type {Engine, EngineChange} from '../../source/engine/engine.ts';
import {
	selectCurrentImage,
	selectCurrentTagRow,
	selectImageRows,
	selectTagRows,
	selectTargetRows,
} from '../../source/workbench/selectors.ts';
import type {Intents} from '../../source/workbench/intents.ts';
import type {State} from '../../source/workbench/state.ts';
import {callsOf, octocatLogin} from '../operations/operation-world.ts';
import {openWorkbench} from './open-workbench.ts';

const ready = (state: State) => state.images.phase === 'ready';
const down = {by: 'row', count: 1} as const;

function dialogOf<Kind extends NonNullable<State['dialog']>['kind']>(state: State, kind: Kind) {
	expect(state.dialog?.kind).toBe(kind);
	return state.dialog as Extract<NonNullable<State['dialog']>, {kind: Kind}>;
}

const target = (host: string) => ({id: host, provider: 'generic', host, namespace: ''}) as const;

describe('the selection', () => {
	test('stays on its image when the list changes around it', async () => {
		await using workbench = await openWorkbench();
		await workbench.until(ready);
		workbench.intents.move(down);
		const selected = selectCurrentImage(workbench.state())?.id;
		expect(selected).toBeDefined();
		const [first] = selectImageRows(workbench.state());
		await workbench.world.engine.remove(first?.key ?? '');
		const after = await workbench.until(state => selectImageRows(state).length === 4);
		expect(selectCurrentImage(after)?.id).toBe(selected);
		expect(selectImageRows(after)[0]?.key).toBe(selected);
	});

	test('goes to what took its place when its image is gone', async () => {
		await using workbench = await openWorkbench();
		await workbench.until(ready);
		workbench.intents.move({by: 'edge', edge: 'last'});
		const {id = ''} = selectCurrentImage(workbench.state()) ?? {};
		await workbench.world.engine.remove(id);
		const after = await workbench.until(state => selectImageRows(state).length === 4);
		expect(selectCurrentImage(after)?.id).toBe(selectImageRows(after).at(-1)?.key);
	});

	test('starts at the top of the tags when another image is chosen', async () => {
		await using workbench = await openWorkbench();
		await workbench.until(ready);
		workbench.intents.move(down);
		workbench.intents.focusPane('tags');
		workbench.intents.move(down);
		expect(selectCurrentTagRow(workbench.state())?.tag).toBe('latest');
		workbench.intents.focusPane('images');
		workbench.intents.move(down);
		workbench.intents.move({by: 'row', count: -1});
		expect(selectCurrentTagRow(workbench.state())?.tag).toBe('1.1.0');
	});
});

test('a filter narrows one pane alone and Esc undoes it step by step', async () => {
	await using workbench = await openWorkbench();
	await workbench.until(ready);
	const {intents, state} = workbench;
	intents.startFilter();
	intents.changeFilter('web');
	expect(selectImageRows(state()).map(({name}) => name)).toEqual(['web/api']);
	expect(selectTagRows(state()).map(({tag}) => tag)).toEqual(['2.3.1']);
	intents.acceptFilter();
	expect(state().filtering).toBeUndefined();
	intents.toggleMark();
	expect(state().marks.images).toHaveLength(1);
	intents.back();
	expect(selectImageRows(state())).toHaveLength(5);
	expect(state().marks.images).toHaveLength(1);
	intents.back();
	expect(state().marks.images).toEqual([]);
});

test('a mark goes with its image', async () => {
	await using workbench = await openWorkbench();
	await workbench.until(ready);
	const {id = ''} = selectCurrentImage(workbench.state()) ?? {};
	workbench.intents.toggleMark();
	expect(workbench.state().marks.images).toEqual([id]);
	await workbench.world.engine.remove(id);
	await workbench.until(state => state.marks.images.length === 0);
});

describe('dialogs', () => {
	test('the tag dialog checks as it is typed, repairs, and refuses what is wrong', async () => {
		await using workbench = await openWorkbench({samples: 'first'});
		await workbench.until(ready);
		const {intents, state} = workbench;
		intents.openTag();
		expect(dialogOf(state(), 'tag').value).toBe('hello:1.0.0');
		intents.changeTagValue('Hello:2');
		expect(dialogOf(state(), 'tag').check.problem?.repaired).toContain('hello:2');
		intents.submitTag();
		expect(state().jobs).toEqual([]);
		intents.useRepairedTag();
		expect(dialogOf(state(), 'tag').check.problem).toBeUndefined();
		intents.submitTag();
		await workbench.until(({jobs}) => jobs[0]?.phase === 'finished');
		expect(Object.keys(await workbench.world.references()).toSorted()).toEqual([
			'hello:1.0.0',
			'hello:2',
		]);
	});

	test('the tag dialog says when a name would move away from another image', async () => {
		await using workbench = await openWorkbench();
		await workbench.until(ready);
		workbench.intents.openTag();
		workbench.intents.changeTagValue('hello:1.0.0');
		const {check} = dialogOf(workbench.state(), 'tag');
		expect(check.notes.join()).toContain('moves away from');
	});

	test('the push dialog asks each chosen target what it lacks, and pushes to each as a job', async () => {
		await using workbench = await openWorkbench({samples: 'first'});
		const hosts = [await workbench.world.startRegistry(), await workbench.world.startRegistry()];
		const {intents} = workbench;
		await workbench.until(ready);
		for (const {host} of hosts) {
			intents.openAddTarget();
			intents.changeTargetField('host', host);
			intents.submitTarget();
			await workbench.until(({targets}) => targets.some(({id}) => id === host));
		}
		intents.openPush();
		intents.togglePushTarget(hosts[1]?.host);
		const planned = await workbench.until(({dialog}) =>
			dialog?.kind === 'push'
				? Object.values(dialog.plans).filter(({phase}) => phase === 'ready').length === 2
				: false,
		);
		for (const plan of Object.values(dialogOf(planned, 'push').plans)) {
			expect(plan).toMatchObject({value: {layersPresent: 0, exact: true, tagsFirst: true}});
		}
		intents.submitPush();
		await workbench.until(({jobs}) => jobs.filter(({phase}) => phase === 'finished').length === 2);
		const told = await workbench.until(({notice}) =>
			hosts.every(({host}) => notice?.text.includes(host)),
		);
		expect(told.notice?.level).toBe('success');
		for (const {host} of hosts) {
			const repository = workbench.world.registry.repository(host, 'hello');
			expect(await repository.resolve('1.0.0')).toBeDefined();
		}
	});

	test('layers that several tags share are counted once', async () => {
		await using workbench = await openWorkbench();
		const {host} = await workbench.world.startRegistry();
		const {intents} = workbench;
		await workbench.until(ready);
		intents.openAddTarget();
		intents.changeTargetField('host', host);
		intents.submitTarget();
		await workbench.until(({targets}) => targets.some(({id}) => id === host));
		intents.focusPane('images');
		await workbench.until(state => {
			if ((selectCurrentImage(state)?.references.length ?? 0) > 1) return true;
			intents.move(down);
			return false;
		});
		intents.openPush();
		const planned = await workbench.until(({dialog}) =>
			dialog?.kind === 'push'
				? Object.values(dialog.plans).filter(({phase}) => phase === 'ready').length === 2
				: false,
		);
		const plans = Object.values(dialogOf(planned, 'push').plans);
		expect(plans).toMatchObject([
			{value: {layersTotal: 3, layersPresent: 0}},
			{value: {layersTotal: 0, layersPresent: 0, bytesToUpload: 0}},
		]);
	});

	test('a delete of what a container uses is refused until it is forced', async () => {
		const removed: unknown[] = [];
		const engineOver = (engine: Engine): Engine => ({
			...callsOf(engine),
			containersUsing: async imageId => [{id: 'c', name: 'web-1', running: true, imageId}],
			remove: async (image, options) => {
				removed.push(options?.force);
				return {untagged: [], deleted: [image]};
			},
		});
		await using workbench = await openWorkbench({samples: 'first', engineOver});
		await workbench.until(ready);
		const {intents} = workbench;
		intents.openRemove();
		await workbench.until(({dialog}) => dialog?.kind === 'remove' && dialog.plan.phase === 'ready');
		intents.confirmRemove();
		expect(workbench.state().notice?.text).toContain('press f first');
		expect(workbench.state().jobs).toEqual([]);
		intents.toggleForce();
		intents.confirmRemove();
		await workbench.until(({jobs}) => jobs[0]?.phase === 'finished');
		expect(removed).toEqual([true]);
	});

	test('a re-pull of what no registry has is refused before anything is asked', async () => {
		await using workbench = await openWorkbench({samples: 'first'});
		await workbench.until(ready);
		workbench.intents.openRepull();
		expect(workbench.state().dialog).toBeUndefined();
		expect(workbench.state().notice?.text).toContain('push it first');
	});

	test('a pull of what is no reference says why and keeps the text', async () => {
		await using workbench = await openWorkbench({samples: 'first'});
		const {intents, state} = workbench;
		intents.openPull();
		intents.changePullValue('Not A Name');
		intents.submitPull();
		expect(dialogOf(state(), 'pull')).toMatchObject({
			value: 'Not A Name',
			problem: expect.stringMatching(/\S/),
		});
		intents.changePullValue('localhost:1/name');
		expect(dialogOf(state(), 'pull').problem).toBeUndefined();
	});

	test.each([
		['accepted', (intents: Intents) => intents.acceptProposal(0)],
		['submitted', (intents: Intents) => intents.submitTarget()],
	])(
		'a proposal that is %s in the dialog becomes a target, and the dialog closes',
		async (_, take) => {
			await using workbench = await openWorkbench({samples: 'first'});
			const {host} = await workbench.world.startRegistry();
			await workbench.world.credentials.keep(host, octocatLogin);
			workbench.intents.refresh();
			await workbench.until(({proposals}) => proposals.length === 1);
			workbench.intents.openAddTarget();
			workbench.intents.move(down);
			take(workbench.intents);
			await workbench.until(({targets}) => targets.some(({id}) => id === host));
			expect(workbench.state().dialog).toBeUndefined();
			expect(workbench.settings().targets.map(({id}) => id)).toEqual([host]);
			// What is a target already is not offered again.
			workbench.intents.openAddTarget();
			expect(dialogOf(workbench.state(), 'target').proposals).toEqual([]);
		},
	);
});

describe('logins seen on this machine', () => {
	test('propose targets, which can be taken or declined for good', async () => {
		await using workbench = await openWorkbench({samples: 'first'});
		const {intents, world} = workbench;
		const {host} = await world.startRegistry();
		await world.credentials.keep(host, octocatLogin);
		intents.refresh();
		const proposed = await workbench.until(({proposals}) => proposals.length === 1);
		expect(selectTargetRows(proposed)[0]).toMatchObject({
			key: `proposal ${host}`,
			proposal: expect.stringContaining('octocat'),
		});
		intents.focusPane('registries');
		intents.openRemoveTarget();
		await workbench.until(({proposals}) => proposals.length === 0);
		expect(workbench.settings().deniedProposals).toEqual([host]);
		intents.refresh();
		await workbench.until(({notice}) => notice?.text.includes('anew') ?? false);
		expect(workbench.state().proposals).toEqual([]);
	});
});

test('an engine that goes away is said once, its images stay, and it is back by itself', async () => {
	let tell: ((change: EngineChange) => void) | undefined;
	const engineOver = (engine: Engine): Engine => ({
		...callsOf(engine),
		async *changes({signal}) {
			while (!signal.aborted) {
				yield await new Promise<EngineChange>(resolve => {
					tell = resolve;
					signal.addEventListener('abort', () => resolve({type: 'images-changed'}), {once: true});
				});
			}
		},
	});
	await using workbench = await openWorkbench({samples: 'first', engineOver});
	await workbench.until(ready);
	await workbench.until(({engine}) => engine.phase === 'connected');
	await expect
		.poll(() => {
			tell?.({type: 'disconnected', reason: 'the socket is gone'});
			return workbench.state().engine;
		})
		.toMatchObject({phase: 'lost', reason: 'the socket is gone'});
	expect(selectImageRows(workbench.state())).toHaveLength(1);
	const said = workbench.state().log.lines.filter(({text}) => text.includes('the engine is gone'));
	expect(said).toHaveLength(1);
	await workbench.world.engine.tag('hello:1.0.0', parseReference('hello:2.0.0'));
	await expect
		.poll(() => {
			tell?.({type: 'connected'});
			return workbench.state().engine.phase;
		})
		.toBe('connected');
	await workbench.until(state => selectTagRows(state).length === 2);
	expect(workbench.state().log.lines.some(({text}) => text.includes('the engine is back'))).toBe(
		true,
	);
});

test('a job that failed can be retried, and leaving asks while one runs', async () => {
	await using workbench = await openWorkbench({samples: 'first'});
	const {intents, world} = workbench;
	const {host, close} = await world.startRegistry();
	await close();
	await workbench.until(ready);
	intents.openAddTarget();
	intents.changeTargetField('host', host);
	intents.submitTarget();
	await workbench.until(({targets}) => targets.length === 1);
	intents.openPush();
	intents.submitPush();
	expect(workbench.state().jobs[0]?.phase).toMatch(/queued|running/);
	intents.quit();
	expect(dialogOf(workbench.state(), 'quit').running).toBe(1);
	expect(workbench.exits()).toBe(0);
	intents.back();
	await workbench.until(({jobs}) => jobs[0]?.phase === 'failed');
	expect(workbench.state().jobs[0]?.error?.code).toBe('REGISTRY_UNREACHABLE');
	intents.openJobs();
	intents.retryJob();
	expect(workbench.state().jobs).toHaveLength(2);
	await workbench.until(({jobs}) => jobs[1]?.phase === 'failed');
	intents.quit();
	expect(workbench.exits()).toBe(1);
});

test('what is copied is the reference, and the command without its prompt', async () => {
	await using workbench = await openWorkbench({
		samples: 'first',
		settings: {targets: [target('localhost:1')]},
	});
	await workbench.until(ready);
	workbench.intents.copy();
	workbench.intents.focusPane('registries');
	await workbench.until(({targets}) => targets.length === 1);
	workbench.intents.copy();
	expect(workbench.copied).toEqual(['hello:1.0.0', 'localhost:1']);
});
