import {writeFile} from 'node:fs/promises';
import {RegbenchError, toErrorRecord} from '../../domain/errors.ts';
import type {JobResult, ProveResult, RunResult} from '../../domain/events.ts';
import {isWorking} from '../../domain/probe.ts';
import {formatReference, parseReference} from '../../domain/reference.ts';
import {targetReference} from '../../registry/providers/table.ts';
import {
	formatPort,
	parseMount,
	parsePort,
	parseVariable,
	splitWords,
} from '../../operations/container-spec.ts';
import {proofJson, proofMarkdown} from '../../operations/proof-report.ts';
import {proveImage, type ProveRequest} from '../../operations/prove.ts';
import {answerToKeep, keptAnswer, rememberRun, runKey} from '../../operations/run-memory.ts';
import {runImage, type ContainerWishes, type RunRequest} from '../../operations/run.ts';
import {bareName} from '../../workbench/tag-rows.ts';
import type {Command, CommandCall, CommandOption} from '../command.ts';
import {operationContext, runOperation} from '../run-headless.ts';
import {findTarget} from './move.ts';

const wishOptions: readonly CommandOption[] = [
	{
		flags: '--port <port>',
		summary: 'HOST:CONTAINER, on loopback (repeatable); by default the ports the image names',
		repeats: true,
	},
	{
		flags: '--env <variable>',
		summary: 'NAME=value, or NAME to take it from the environment (repeatable)',
		repeats: true,
	},
	{flags: '--mount <mount>', summary: '/here:/there[:ro] (repeatable)', repeats: true},
	{flags: '--command <words>', summary: "in place of the image's own command"},
];

export const runCommand: Command = {
	name: 'run',
	usage: 'REF',
	words: [1, 1],
	summary:
		'Run an image and show what it prints, until it ends; with --probe ask it once, and say whether it works as before.',
	options: [
		...wishOptions,
		{
			flags: '--probe <path>',
			summary: 'ask for the path by HTTP, and end with the answer',
		},
		{flags: '--rm', summary: 'remove the container at the end'},
	],
	changes: true,
	async run(call) {
		const [reference = ''] = call.words;
		const {settings} = call.parts;
		const path = pathFrom(call.options['probe']);
		const wishes = wishesFrom(call.options);
		const memory = settings.get().runs?.[runKey(reference)];
		const before = path === undefined ? undefined : keptAnswer(memory, reference, path);
		const request: RunRequest = {
			reference,
			...wishes,
			...(path === undefined ? {} : {probePath: path, endsWithAnswer: true}),
			...(before === undefined ? {} : {before}),
			remove: call.options['rm'] === true,
		};
		const description = {id: '1', operation: 'run', subject: reference} as const;
		const {code, result} = await runOperation(
			call,
			description,
			runImage(request, operationContext(call)),
		);
		if (path === undefined || !isRun(result) || !result.answer) return code;
		// The first answer is kept: that is what it was before.
		if (before === undefined && isWorking(result.answer)) {
			const answer = answerToKeep(reference, result.answer);
			await keep(call, reference, wishes, path, answer);
		}
		return code;
	},
};

export const proveCommand: Command = {
	name: 'prove',
	usage: 'REF',
	words: [1, 1],
	summary:
		'Prove the round trip: tag, push, run, delete, pull, run again, compare; exit code 1 when it is not the same.',
	options: [
		{flags: '--to <target>', summary: 'registry target; without it, where REF says'},
		...wishOptions,
		{flags: '--probe <path>', summary: 'ask the running image for the path by HTTP'},
		{
			flags: '--report <file>',
			summary: 'write the result as Markdown, or as JSON where FILE ends so (repeatable)',
			repeats: true,
		},
	],
	changes: true,
	async run(call) {
		const [source = ''] = call.words;
		const path = pathFrom(call.options['probe']);
		const request: ProveRequest = {
			source,
			reference: destinationOf(call, source),
			...wishesFrom(call.options),
			...(path === undefined ? {} : {probePath: path}),
		};
		const description = {id: '1', operation: 'prove', subject: request.reference} as const;
		const {code, result} = await runOperation(
			call,
			description,
			proveImage(request, operationContext(call)),
		);
		if (!isProof(result)) return code;
		for (const file of listOf(call.options['report'])) {
			await writeReport(file, result);
			call.output.progress(`The report was written to ${file}.`);
		}
		return code;
	},
};

function destinationOf({options, parts}: CommandCall, source: string): string {
	const reference = parseReference(source);
	const place = options['to'];
	if (typeof place !== 'string') return formatReference(reference);
	const known = [...parts.settings.get().targets, ...parts.sessionTargets];
	const target = findTarget(place, known);
	return formatReference(
		targetReference(target, bareName(reference, known), reference.tag ?? 'latest'),
	);
}

function wishesFrom(options: Readonly<Record<string, unknown>>): ContainerWishes {
	const ports = listOf(options['port']).map(parsePort);
	const command = options['command'];
	return {
		...(ports.length > 0 ? {ports} : {}),
		environment: listOf(options['env']).map(text => parseVariable(text, process.env)),
		mounts: listOf(options['mount']).map(parseMount),
		command: typeof command === 'string' ? splitWords(command) : [],
	};
}

function listOf(value: unknown): readonly string[] {
	return Array.isArray(value) ? value.map(String) : [];
}

function pathFrom(value: unknown): string | undefined {
	if (typeof value !== 'string') return undefined;
	if (/[\s\p{Cc}]/u.test(value)) {
		throw new RegbenchError('USAGE', 'A path to probe holds no blanks', {
			hint: 'Write %20 for a blank.',
		});
	}
	return value.startsWith('/') ? value : `/${value}`;
}

async function keep(
	{parts, options, output}: CommandCall,
	reference: string,
	{ports, environment = []}: ContainerWishes,
	probePath: string,
	answer: string,
): Promise<void> {
	const command = options['command'];
	try {
		await parts.settings.update(current => ({
			...current,
			runs: rememberRun(current.runs, reference, {
				...(ports ? {ports: ports.map(formatPort)} : {}),
				environment,
				command: typeof command === 'string' ? command : '',
				mounts: listOf(options['mount']),
				probePath,
				answer,
			}),
		}));
		output.progress('The answer was kept: the next run with this path is compared with it.');
	} catch (thrown) {
		output.progress(`The answer could not be kept: ${toErrorRecord(thrown).message}`);
	}
}

async function writeReport(file: string, proof: ProveResult): Promise<void> {
	try {
		await writeFile(file, file.endsWith('.json') ? proofJson(proof) : proofMarkdown(proof));
	} catch (cause) {
		const code = (cause as NodeJS.ErrnoException).code ?? 'it cannot be written';
		throw new RegbenchError('PROGRAM_FAILED', `The report ${file} was not written: ${code}`, {
			hint: 'Choose another file; the result above holds.',
			cause,
		});
	}
}

function isRun(result: JobResult | undefined): result is RunResult {
	return result?.operation === 'run';
}

function isProof(result: JobResult | undefined): result is ProveResult {
	return result?.operation === 'prove';
}
