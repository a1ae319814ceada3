import {toErrorRecord} from '../../domain/errors.ts';
import type {Command, CommandCall} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';

type Finding = {
	readonly check: string;
	readonly ok: boolean;
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
			const mark = finding.ok ? '✓' : '✗';
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
			message: `${info.title} at ${info.address}, ${images.length} images`,
			...(info.containersUnavailable === undefined ? {} : {hint: info.containersUnavailable}),
		};
		// What was tried in vain explains why it is the embedded engine.
		const tried = parts.tried().filter(({answered}) => !answered);
		const skipped = info.kind === 'embedded' ? tried : [];
		return [
			found,
			...skipped.map(({origin, message, hint}) => ({
				check: 'tried',
				ok: true,
				message: `${origin}: ${message}`,
				...(hint === '' ? {} : {hint}),
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

async function checkRegistries({parts, signal}: CallParts): Promise<readonly Finding[]> {
	const targets = [...parts.settings.get().targets, ...parts.sessionTargets];
	const hosts = [...new Set(targets.map(({host}) => host))];
	if (hosts.length === 0) {
		const hint = 'Add one: regbench targets add ghcr.io/OWNER';
		return [{check: 'registry', ok: true, message: 'no registry targets yet', hint}];
	}
	return Promise.all(
		hosts.map(async host => {
			const check = 'registry';
			try {
				const found = await parts.credentials.find(host, {signal});
				if (!found) {
					const {authentication} = await parts.registry.ping(host, {signal});
					const message = `${host} answers, no login found`;
					if (authentication === 'none')
						return {check, ok: true, message: `${host} answers and wants no login`};
					return {check, ok: true, message, hint: `To push, log in: regbench login ${host}`};
				}
				await parts.registry.checkLogin(host, found.credential, {signal});
				return {check, ok: true, message: `${host} takes the login from ${found.source}`};
			} catch (thrown) {
				const {message, hint} = toErrorRecord(thrown);
				return {check, ok: false, message, hint};
			}
		}),
	);
}

type CallParts = Pick<CommandCall, 'parts' | 'signal'>;
