#!/usr/bin/env node
// Runs the tests; their global set-up first brings dist/ up to date. As root on Linux the whole run lives in network,
// mount and process namespaces of its own, so that real engines and registries, their ports and
// /etc/hosts touch nothing of this machine and cannot outlive the run.
import {spawn, spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const prefix = 'regbench-';
const namespaces = ['--mount', '--net', '--pid', '--fork', '--mount-proc', '--kill-child=KILL'];

removeLeftovers();
const folder = mkdtempSync(path.join(tmpdir(), `${prefix}${process.pid}-`));
// Some tests act as a user who may little; what is in here has its own rights.
chmodSync(folder, 0o711);
const home = path.join(folder, 'home');
mkdirSync(home);
const summaryFile = path.join(folder, 'summary.json');

const vitest = [
	process.execPath,
	path.join(root, 'node_modules/vitest/vitest.mjs'),
	'run',
	...process.argv.slice(2),
];
const hasWorld = canMakeWorld();
const command = hasWorld
	? [
			'unshare',
			...namespaces,
			'/bin/sh',
			path.join(root, 'scripts/test-world.sh'),
			folder,
			...vitest,
		]
	: vitest;
// The kernel ends the run when this process is killed outright.
if (hasWorld && works('setpriv', ['--version'])) command.unshift('setpriv', '--pdeathsig', 'KILL');

const child = spawn(command[0], command.slice(1), {
	cwd: root,
	detached: true,
	stdio: ['ignore', 'inherit', 'inherit'],
	env: testEnvironment(),
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	process.on(signal, () => {
		endGroup();
		cleanUp();
		process.exit(signal === 'SIGINT' ? 130 : 143);
	});
}
child.once('error', error => {
	console.error(`The tests could not be started: ${error.message}`);
	cleanUp();
	process.exit(1);
});
child.once('exit', code => {
	endGroup();
	const summary = readSummary();
	cleanUp();
	let exitCode = code ?? 1;
	if (!summary) {
		console.log('The test run ended before it could count.');
		process.exit(exitCode || 1);
	}
	if (process.env.REGBENCH_LIVE === 'required' && summary.missed > 0) {
		console.log(`REGBENCH_LIVE=required: ${summary.missed} skipped counts as failure.`);
		exitCode ||= 1;
	}
	console.log(`${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped`);
	process.exit(exitCode);
});

function works(program, args) {
	return spawnSync(program, args, {stdio: 'ignore'}).status === 0;
}

/** Containers often have root without the right to make namespaces, so it is tried. */
function canMakeWorld() {
	if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
	const trial = 'mount --make-rprivate / && mount -t tmpfs regbench /run && ip link set lo up';
	return works('unshare', [...namespaces, '/bin/sh', '-c', trial]);
}

/** Nothing of the user's (logins, tokens, proxies, engine addresses) may reach a test. */
function testEnvironment() {
	const environment = {...process.env};
	const foreign =
		/^(DOCKER_|CONTAINER_|XDG_|REGBENCH_(?!LIVE$|NEWER_PROGRAMS$)|REGISTRY_AUTH_FILE$|GH_TOKEN$|GITHUB_TOKEN$|GHCR_TOKEN$|CR_PAT$|(all|https?|no)_proxy$)/i;
	for (const name of Object.keys(environment)) if (foreign.test(name)) delete environment[name];
	Object.assign(environment, {
		TMPDIR: folder,
		HOME: home,
		REGBENCH_TEST_SUMMARY: summaryFile,
		...(hasWorld ? {REGBENCH_TEST_WORLD: '1'} : {}),
	});
	return environment;
}

function endGroup() {
	try {
		process.kill(-child.pid, 'SIGKILL');
	} catch {
		// All of it is gone.
	}
}

function cleanUp() {
	rmSync(folder, {recursive: true, force: true, maxRetries: 20, retryDelay: 100});
}

function readSummary() {
	try {
		return JSON.parse(readFileSync(summaryFile, 'utf8'));
	} catch {
		return undefined;
	}
}

/** A run that was killed outright could not remove its folder; the next one does. */
function removeLeftovers() {
	for (const name of readdirSync(tmpdir())) {
		const pid = Number(/^regbench-(\d+)-/.exec(name)?.[1] ?? NaN);
		if (Number.isNaN(pid) || isAlive(pid)) continue;
		rmSync(path.join(tmpdir(), name), {recursive: true, force: true});
	}
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}
