import {credentialUsername, Secret} from '../../domain/credential.ts';
import {RegbenchError} from '../../domain/errors.ts';
import {sanitise} from '../../domain/sanitise.ts';
import {tokenVariable} from '../../credentials/environment.ts';
import {logIn, logOut} from '../../operations/login.ts';
import {
	completeHost,
	providerById,
	providerForHost,
	targetFrom,
} from '../../registry/providers/table.ts';
import type {Command, CommandCall} from '../command.ts';
import {exitCodes} from '../exit-codes.ts';
import {askLine, askSecret, readAll} from '../ask.ts';
import {operationContext, runOperation} from '../run-headless.ts';
import {findTarget} from './move.ts';

export const targetsCommand: Command = {
	name: 'targets',
	usage: '[list|add|remove|default] [TARGET]',
	words: [0, 2],
	summary: 'List, add or remove registry targets, or choose the default one.',
	changes: words => words.length > 0 && words[0] !== 'list',
	async run(call) {
		const [verb = 'list', text] = call.words;
		if (verb === 'list') return listTargets(call);
		if (text === undefined) {
			if (!['add', 'remove', 'default'].includes(verb)) throw unknownVerb(verb);
			throw new RegbenchError('USAGE', `targets ${verb} is missing TARGET`, {
				hint: `Usage: regbench targets ${verb} TARGET, where TARGET is like ghcr.io/OWNER.`,
			});
		}
		const {settings} = call.parts;
		switch (verb) {
			case 'add': {
				const slash = text.indexOf('/');
				const made = targetFrom(
					slash < 0 ? text : text.slice(0, slash),
					slash < 0 ? '' : text.slice(slash + 1),
				);
				if ('problem' in made) {
					const {message, repaired} = made.problem;
					throw new RegbenchError('NAME_NOT_ALLOWED', message, {
						...(repaired === undefined ? {} : {hint: `Use ${repaired} instead.`}),
					});
				}
				const {target} = made;
				await settings.update(current => ({
					...current,
					targets: [...current.targets.filter(({id}) => id !== target.id), target],
					defaultTargetId: current.defaultTargetId ?? target.id,
				}));
				call.output.record(target, `added ${target.id}`);
				return exitCodes.done;
			}
			case 'remove': {
				const target = findTarget(text, settings.get().targets);
				await settings.update(({defaultTargetId, ...current}) => {
					const targets = current.targets.filter(({id}) => id !== target.id);
					const kept = defaultTargetId === target.id ? targets[0]?.id : defaultTargetId;
					return {...current, targets, ...(kept === undefined ? {} : {defaultTargetId: kept})};
				});
				call.output.record(target, `removed ${target.id}`);
				return exitCodes.done;
			}
			case 'default': {
				const target = settings.get().targets.find(({id}) => id === text);
				if (!target)
					throw new RegbenchError('UNKNOWN_TARGET', `No registry target is called ${text}`);
				await settings.update(current => ({...current, defaultTargetId: target.id}));
				call.output.record(target, `${target.id} is the default target`);
				return exitCodes.done;
			}
			default:
				throw unknownVerb(verb);
		}
	},
};

function unknownVerb(verb: string): RegbenchError {
	return new RegbenchError('USAGE', `targets knows no ${sanitise(verb, 40)}`, {
		hint: 'Use one of list, add, remove, default.',
	});
}

async function listTargets({parts, output, signal}: CommandCall): Promise<number> {
	const {targets, defaultTargetId} = parts.settings.get();
	const all = [...targets, ...parts.sessionTargets];
	for (const target of all) {
		const found = await parts.credentials.find(target.host, {signal}).catch(() => undefined);
		const login = found?.source ?? 'no login';
		const username = found && credentialUsername(found.credential);
		const isDefault = target.id === defaultTargetId;
		output.record(
			{...target, default: isDefault, login: found?.source ?? null, username: username ?? null},
			`${isDefault ? '*' : ' '} ${target.id}  ${providerById(target.provider).title}  ${login}${username ? ` as ${username}` : ''}`,
		);
	}
	if (all.length === 0) {
		output.progress('No registry targets yet. Add one: regbench targets add ghcr.io/OWNER');
	}
	return exitCodes.done;
}

export const loginCommand: Command = {
	name: 'login',
	usage: 'HOST',
	words: [1, 1],
	summary: 'Try a login at a registry and keep it in a credential helper or keychain.',
	options: [
		{flags: '--username <name>', summary: 'user name'},
		{flags: '--password-stdin', summary: 'read the password or token from standard input'},
	],
	changes: true,
	async run(call) {
		const host = completeHost(call.words[0] ?? '');
		const {login} = providerForHost(host);
		const fromStdin = call.options['passwordStdin'] === true;
		const given = (call.options['username'] as string | undefined) ?? login.defaultUsername;
		if (fromStdin && given === undefined) {
			throw new RegbenchError('USAGE', '--password-stdin needs --username');
		}
		if (!fromStdin) {
			for (const step of login.steps) call.output.progress(step);
			if (login.tokenPage) call.output.progress(login.tokenPage);
			const place = await call.parts.credentials.keepsIn(host, {signal: call.signal});
			call.output.progress(
				place === 'memory'
					? `The login is only tried: nothing here can keep it (no credential helper, no keychain). For later, set ${tokenVariable(host)}=USER:TOKEN.`
					: `The login is tried at ${host}, and kept in ${place === 'system keychain' ? "the system's keychain" : place} when it is taken.`,
			);
		}
		const username = given ?? (await askLine(`${login.usernameLabel}: `));
		const password = fromStdin
			? new Secret((await readAll()).replace(/\r?\n$/, ''))
			: await askSecret(`${login.passwordLabel}: `);
		const credential = {kind: 'basic', username, password} as const;
		const work = logIn({host, credential}, operationContext(call));
		const {code, result} = await runOperation(
			call,
			{id: '1', operation: 'login', subject: host},
			work,
		);
		if (result?.operation !== 'login' || result.storedIn !== 'memory') return code;
		// The memory of this command ends with it: a script that goes on would find no login.
		call.output.progress('The login works, and is gone with this command: exit code 1.');
		return exitCodes.failed;
	},
};

export const logoutCommand: Command = {
	name: 'logout',
	usage: 'HOST',
	words: [1, 1],
	summary: 'Forget the login of a registry.',
	changes: true,
	async run(call) {
		const host = completeHost(call.words[0] ?? '');
		const work = logOut({host}, operationContext(call));
		const {code} = await runOperation(call, {id: '1', operation: 'logout', subject: host}, work);
		return code;
	},
};
