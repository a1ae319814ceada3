import {searchedPlaces} from '../../credentials/searched-places.ts';
import {toErrorRecord} from '../../domain/errors.ts';
import {checkHostLogin} from '../../operations/check-login.ts';
import {rateLimitOf} from '../../operations/rate-limit.ts';
import {providerForHost} from '../../registry/providers/table.ts';
import {countOf} from '../../workbench/job-log.ts';
import type {Command, CommandCall} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';

type Finding = {
	readonly check: string;
	readonly ok: boolean;
	/** A place that was looked at for nothing, which is no fault: another one serves. */
	readonly inVain?: boolean;
	readonly message: string;
	readonly hint?: string;
};

/** Looks at everything regbench depends on and says what works, what does not, and what to do. */
export const doctorCommand: Command = {
	name: 'doctor',
	usage: '',
	words: [0, 0],
	summary:
		'Check engine, settings, credentials and registries: what works, what does not, what to do.',
	changes: false,
	async run(call) {
		const tell = (finding: Finding) => {
			const hint = finding.hint === undefined ? '' : `\n    ${finding.hint}`;
			const mark = finding.inVain ? '–' : finding.ok ? '✓' : '✗';
			call.output.record(finding, `${mark} ${finding.check.padEnd(10)} ${finding.message}${hint}`);
		};
		const engine = await checkEngine(call);
		for (const finding of engine) tell(finding);
		for (const finding of await checkSettings(call)) tell(finding);
		for (const finding of await checkRegistries(call)) tell(finding);
		return engine.every(({ok}) => ok) ? exitCodes.done : exitCodes.failed;
	},
};

async function checkEngine({parts, signal}: CallParts): Promise<readonly Finding[]> {
	try {
		const info = await parts.engine.info({signal});
		const images = await parts.engine.listImages({signal});
		const found = {
			check: 'engine',
			ok: true,
			message: `${info.title} at ${info.address}, ${countOf(images.length, 'image')}`,
			...(info.containersUnavailable === undefined ? {} : {hint: info.containersUnavailable}),
		};
		// What was tried in vain explains why it is the embedded engine.
		const tried = parts.tried().filter(({answered}) => !answered);
		const skipped = info.kind === 'embedded' ? tried : [];
		return [
			found,
			// Most of these are engines that are not installed: only one that is kept from us needs a hint.
			...skipped.map(({origin, message, hint, code}) => ({
				check: 'tried',
				ok: true,
				inVain: true,
				message: `${origin}: ${message}`,
				...(code === 'ENGINE_DENIED' ? {hint} : {}),
			})),
		];
	} catch (thrown) {
		const {message, hint} = toErrorRecord(thrown);
		return [{check: 'engine', ok: false, message, hint}];
	}
}

async function checkSettings({parts}: CallParts): Promise<readonly Finding[]> {
	const {settings} = parts;
	return [
		{
			check: 'settings',
			ok: settings.notice === undefined,
			message: settings.notice ?? settings.path,
		},
		{check: 'data', ok: true, message: parts.dataFolder},
	];
}

async function checkRegistries(call: CallParts): Promise<readonly Finding[]> {
	const {parts} = call;
	const targets = [...parts.settings.get().targets, ...parts.sessionTargets];
	const hosts = [...new Set(targets.map(({host}) => host))];
	if (hosts.length === 0) {
		const hint = 'Add one: regbench targets add ghcr.io/OWNER';
		return [{check: 'registry', ok: true, message: 'no registry targets yet', hint}];
	}
	const perHost = await Promise.all(hosts.map(async host => checkHost(host, call)));
	return [...perHost.flat(), ...sourcesThatFailed(parts)];
}

async function checkHost(host: string, {parts, signal}: CallParts): Promise<readonly Finding[]> {
	const {registry, credentials} = parts;
	const check = 'registry';
	try {
		const login = await checkHostLogin(host, {registry, credentials, signal});
		const limit = await rateLimitOf(host, {registry}, {signal});
		const allowed = limit === undefined ? '' : `; ${limit}`;
		if (login.kind === 'logged-in') {
			const {source, username} = login;
			const others = await otherSources(host, source, {parts, signal});
			const hint =
				others.length === 0 ? {} : {hint: `Also found, and not used: ${others.join(', ')}`};
			const name = username === undefined ? '' : ` as ${username}`;
			return [
				{
					check,
					ok: true,
					message: `${host} takes the login from ${source}${name}${allowed}`,
					...hint,
				},
			];
		}
		if (!login.required) {
			return [{check, ok: true, message: `${host} answers and wants no login${allowed}`}];
		}
		const places = searchedPlaces(host, providerForHost(host).credentials);
		const hint = `Looked in: ${places.join(', ')}. To push, log in: regbench login ${host}`;
		return [{check, ok: true, message: `${host} answers, no login found${allowed}`, hint}];
	} catch (thrown) {
		const {code, message, hint} = toErrorRecord(thrown);
		const found = await credentials.find(host, {signal}).catch(() => undefined);
		const refused = code === 'UNAUTHORIZED' && found ? ` (from ${found.source})` : '';
		return [{check, ok: false, message: `${message}${refused}`, hint}];
	}
}

/** Sources that have a login for the host as well; the first one is used. */
async function otherSources(
	host: string,
	used: string,
	{parts, signal}: CallParts,
): Promise<readonly string[]> {
	const remaining = await parts.credentials.remaining(host, {signal});
	return remaining.map(({source}) => source).filter(source => source !== used);
}

/** Whatever was passed over in the search for logins, and why. */
function sourcesThatFailed(parts: CallParts['parts']): readonly Finding[] {
	return parts.credentialWarnings().map(({host, message, hint}) => ({
		check: 'login',
		ok: false,
		message: host === undefined || message.includes(host) ? message : `${host}: ${message}`,
		hint,
	}));
}

type CallParts = Pick<CommandCall, 'parts' | 'signal'>;
