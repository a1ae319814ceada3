import {expect, test} from 'vitest';
import {proofJson, proofMarkdown} from '../../source/operations/proof-report.ts';
import {proveImage} from '../../source/operations/prove.ts';
import {runImage} from '../../source/operations/run.ts';
import {callsOf, commandsOf, drain, fail, openWorld} from './operation-world.ts';

test('on an engine without containers the rest is proved, and the report says why it was not run', async () => {
	await using world = await openWorld('first');
	const {host} = await world.startRegistry();
	const reference = `${host}/team/hello:1.0.0`;
	const {result, events} = await drain(
		proveImage({source: 'hello:1.0.0', reference}, world.context()),
	);
	expect(result).toMatchObject({
		same: true,
		differences: [],
		notRun: expect.stringContaining('runs no containers'),
		probe: {},
	});
	expect(result.steps.map(({outcome}) => outcome)).toEqual([
		'done',
		'done',
		'left-out',
		'done',
		'left-out',
	]);
	expect(commandsOf(events).join('\n')).toMatch(
		/docker tag[^]*docker push[^]*docker rmi[^]*docker pull/,
	);
	expect(Object.keys(await world.references()).toSorted()).toEqual(
		[reference, 'hello:1.0.0'].toSorted(),
	);
	const report = proofMarkdown(result);
	expect(report).toContain(`# Round trip of ${reference}`);
	expect(report).toContain('**Proved');
	expect(report).toContain(
		`| Image ID | \`${result.imageId.before}\` | \`${result.imageId.after}\` |`,
	);
	expect(JSON.parse(proofJson(result))).toEqual(result);
	// A second proof finds all layers there.
	const again = await drain(proveImage({source: 'hello:1.0.0', reference}, world.context()));
	expect(again.result.layers).toMatchObject({reused: again.result.layers.total, sentBytes: 0});
});

test('a container that uses the image is named before anything is pushed', async () => {
	await using world = await openWorld('first');
	const {host} = await world.startRegistry();
	const engine = {
		...callsOf(world.engine),
		containersUsing: async () => [{id: 'c1', name: 'keeper', running: true, imageId: 'x'}],
	};
	const {error, events} = await fail(
		proveImage(
			{source: 'hello:1.0.0', reference: `${host}/team/hello:1.0.0`},
			world.context({engine}),
		),
	);
	expect(error).toMatchObject({code: 'IMAGE_IN_USE', message: expect.stringContaining('keeper')});
	expect(commandsOf(events)).toEqual([]);
});

test('text from outside cannot break the report', () => {
	const report = proofMarkdown({
		operation: 'prove',
		reference: 'r/x:1',
		engine: 'docker | <b>',
		startedAt: '2026-01-01T00:00:00.000Z',
		imageId: {before: 'sha256:1', after: 'sha256:2'},
		digest: {pushed: 'sha256:3', pulled: 'sha256:4'},
		layers: {total: 1, reused: 0, sentBytes: 1, receivedBytes: 1},
		probe: {before: {kind: 'silent', asked: '/', reason: 'a | b <script>'}},
		steps: [{title: 'Run it', outcome: 'failed', detail: '<img>', durationMs: 1}],
		differences: ['one | <two>'],
		same: false,
		durationMs: 10,
	});
	expect(report).toContain('**Not proved');
	expect(report).not.toMatch(/<(?:b|script|img|two)>/);
	expect(report).toContain(String.raw`a \| b`);
});

test('a program that failed before and after came back the same, and is said not to work', () => {
	const failed = {kind: 'exit', asked: 'its end', exitCode: 3} as const;
	const report = proofMarkdown({
		operation: 'prove',
		reference: 'r/x:1',
		engine: 'docker',
		startedAt: '2026-01-01T00:00:00.000Z',
		imageId: {before: 'sha256:1', after: 'sha256:1'},
		digest: {pushed: 'sha256:3', pulled: 'sha256:3'},
		layers: {total: 3, reused: 0, sentBytes: 1000, receivedBytes: 168, kept: 2},
		probe: {before: failed, after: failed},
		steps: [],
		differences: [],
		same: true,
		durationMs: 10,
	});
	expect(report).toContain('**Proved');
	expect(report).toContain('The program itself does not work, before and after alike');
	expect(report).toContain('168 B received; 2 layers were still here, held by other images');
});

test('running without containers fails with the engine’s own reason', async () => {
	await using world = await openWorld('first');
	const {error} = await fail(runImage({reference: 'hello:1.0.0', remove: true}, world.context()));
	expect(error).toMatchObject({
		code: 'UNSUPPORTED',
		message: expect.stringContaining('takes Docker or Podman'),
		hint: expect.stringContaining('--engine docker'),
	});
});
