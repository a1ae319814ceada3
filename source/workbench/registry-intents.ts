/** Targets and logins. */
import type {Secret} from '../domain/credential.ts';
import {toErrorRecord} from '../domain/errors.ts';
import type {Operation} from '../domain/events.ts';
import {sanitise} from '../domain/sanitise.ts';
import type {Target} from '../domain/target.ts';
import {logIn, logOut} from '../operations/login.ts';
import type {NameProblem} from '../registry/providers/provider.ts';
import {providerForHost, targetFrom} from '../registry/providers/table.ts';
import {checkHost} from './check-logins.ts';
import type {Intents} from './intents.ts';
import {describeResult} from './job-log.ts';
import {selectCurrentTargetRow} from './selectors.ts';
import type {Dialog} from './dialog.ts';
import type {Workbench} from './workbench.ts';

type RegistryIntents = Pick<
	Intents,
	| 'openAddTarget'
	| 'openEditTarget'
	| 'changeTargetField'
	| 'focusTargetField'
	| 'useRepairedTarget'
	| 'submitTarget'
	| 'acceptProposal'
	| 'openRemoveTarget'
	| 'confirmRemoveTarget'
	| 'makeDefaultTarget'
	| 'openLogin'
	| 'changeLoginUsername'
	| 'focusLoginField'
	| 'submitLogin'
	| 'logOut'
	| 'toggleEmbeddedRegistry'
>;

export function createRegistryIntents(workbench: Workbench): RegistryIntents {
	const {store, settings, registry, credentials, surroundings, sessionTargets} = workbench;
	const {dispatch, getState} = store;
	const show = (dialog: Dialog | undefined) => dispatch({type: 'dialogChanged', dialog});
	const currentTarget = (): Target | undefined => selectCurrentTargetRow(getState())?.target;
	let embedded: {readonly target: Target; readonly stop: () => Promise<void>} | undefined;

	/**
	 * Saves targets and shows them, and then the notice; what cannot be saved is used for this session
	 * all the same, and is said instead.
	 */
	const saveTargets = async (
		change: (targets: readonly Target[]) => readonly Target[],
		{notice, defaultTargetId}: {readonly notice?: string; readonly defaultTargetId?: string} = {},
	) => {
		try {
			await settings.update(current => {
				const targets = change(current.targets);
				const wanted = defaultTargetId ?? current.defaultTargetId ?? targets[0]?.id;
				return {
					...current,
					targets: [...targets],
					...(wanted === undefined ? {} : {defaultTargetId: wanted}),
				};
			});
			if (notice !== undefined) workbench.notify('success', notice);
		} catch (error) {
			const {message, hint} = toErrorRecord(error);
			workbench.log('warning', `${message}: the change holds until you quit. ${hint}`);
			workbench.notify('warning', message);
		}
		workbench.showTargets();
	};

	const addTarget = async (target: Target, replacing?: string) => {
		await saveTargets(
			targets => [...targets.filter(({id}) => id !== replacing && id !== target.id), target],
			{notice: `${target.id} is a target now: P pushes there.`},
		);
		await checkHost(workbench, target.host);
	};

	/** Runs a login or logout and logs its events; answers the failure, if any. */
	const follow = async (operation: Operation) => {
		try {
			let next = await operation.next();
			while (!next.done) {
				const event = next.value;
				if (event.type === 'step') {
					if (event.command) workbench.log('command', `$ ${event.command}`);
					workbench.log('info', event.message);
				}
				if (event.type === 'warned') workbench.log('warning', event.message);
				next = await operation.next();
			}
			const texts = describeResult(next.value);
			workbench.log('success', ...texts);
			workbench.notify('success', texts[0] ?? 'Done');
			return undefined;
		} catch (thrown) {
			const error = toErrorRecord(thrown);
			workbench.log('error', `${error.message} (${error.code})`, error.hint);
			return error;
		}
	};

	return {
		openAddTarget() {
			const row = selectCurrentTargetRow(getState());
			if (row?.proposal !== undefined && getState().focus === 'registries') {
				void addTarget(row.target);
				return;
			}
			const {targets} = getState();
			const proposals = getState().proposals.filter(
				({target}) => !targets.some(({id}) => id === target.id),
			);
			show({kind: 'target', field: 'host', host: '', namespace: '', proposals, cursor: -1});
		},
		openEditTarget() {
			const target = currentTarget();
			if (!target)
				return workbench.notify('warning', 'There is no target to edit: press a to add one.');
			const {id, host, namespace} = target;
			show({
				kind: 'target',
				editing: id,
				field: 'namespace',
				host,
				namespace,
				proposals: [],
				cursor: -1,
			});
		},
		changeTargetField(field, value) {
			const {dialog} = getState();
			if (dialog?.kind !== 'target') return;
			const {problem: _, ...rest} = dialog;
			const changed = {...rest, [field]: value, cursor: -1};
			const problem = repairableProblem(changed.host, changed.namespace);
			show({...changed, ...(problem ? {problem} : {})});
		},
		focusTargetField(field) {
			const {dialog} = getState();
			if (dialog?.kind === 'target') show({...dialog, field});
		},
		useRepairedTarget() {
			const {dialog} = getState();
			const repaired = dialog?.kind === 'target' ? dialog.problem?.repaired : undefined;
			if (dialog?.kind !== 'target' || repaired === undefined) return;
			const slash = repaired.indexOf('/');
			const {problem: _, ...rest} = dialog;
			show({
				...rest,
				host: slash < 0 ? repaired : repaired.slice(0, slash),
				namespace: slash < 0 ? '' : repaired.slice(slash + 1),
			});
		},
		submitTarget() {
			const {dialog} = getState();
			if (dialog?.kind !== 'target') return;
			const proposal = dialog.proposals[dialog.cursor];
			if (proposal) {
				show(undefined);
				void addTarget(proposal.target);
				return;
			}
			const made = targetFrom(dialog.host.trim(), dialog.namespace.trim());
			if ('problem' in made) return show({...dialog, problem: made.problem});
			show(undefined);
			void addTarget(made.target, dialog.editing);
		},
		acceptProposal(index) {
			const {dialog, proposals} = getState();
			const offered = dialog?.kind === 'target' ? dialog.proposals : proposals;
			const proposal = offered[index];
			if (!proposal) return;
			if (dialog?.kind === 'target') show(undefined);
			void addTarget(proposal.target);
		},
		openRemoveTarget() {
			const row = selectCurrentTargetRow(getState());
			if (!row) return;
			if (row.proposal === undefined) return show({kind: 'remove-target', targetId: row.target.id});
			const {id} = row.target;
			dispatch({
				type: 'proposalsFound',
				proposals: getState().proposals.filter(proposal => proposal.target.id !== id),
			});
			settings
				.update(current => ({...current, deniedProposals: [...current.deniedProposals, id]}))
				.catch((error: unknown) => workbench.log('warning', toErrorRecord(error).message));
		},
		confirmRemoveTarget() {
			const {dialog} = getState();
			if (dialog?.kind !== 'remove-target') return;
			const {targetId} = dialog;
			show(undefined);
			const session = sessionTargets.findIndex(({id}) => id === targetId);
			if (session >= 0) sessionTargets.splice(session, 1);
			if (embedded?.target.id === targetId) void stopEmbedded();
			void saveTargets(targets => targets.filter(({id}) => id !== targetId));
		},
		makeDefaultTarget() {
			const row = selectCurrentTargetRow(getState());
			if (!row || row.proposal !== undefined) return;
			const {id} = row.target;
			void saveTargets(targets => targets, {
				notice: `${id} is the default target now.`,
				defaultTargetId: id,
			});
		},
		openLogin() {
			const target = currentTarget();
			if (!target)
				return workbench.notify(
					'warning',
					'There is no registry to log in to: press a to add one.',
				);
			const known = getState().logins[target.host];
			const username =
				providerForHost(target.host).login.defaultUsername ??
				(known?.phase === 'logged-in' ? known.username : undefined) ??
				target.namespace.split('/')[0] ??
				'';
			const field = username === '' ? 'username' : 'password';
			const {id, host} = target;
			show({kind: 'login', targetId: id, host, field, username, phase: 'editing'});
			credentials.keepsIn(host, {signal: surroundings.signal}).then(
				keptIn => {
					const open = getState().dialog;
					if (open?.kind === 'login' && open.host === host) show({...open, keptIn});
				},
				// Where it was kept is said at the end all the same.
				() => {},
			);
		},
		changeLoginUsername(username) {
			const {dialog} = getState();
			if (dialog?.kind === 'login') show({...dialog, username});
		},
		focusLoginField(field) {
			const {dialog} = getState();
			if (dialog?.kind === 'login') show({...dialog, field});
		},
		submitLogin(password: Secret) {
			const {dialog} = getState();
			if (dialog?.kind !== 'login' || dialog.phase === 'checking') return;
			const {problem: _, ...rest} = dialog;
			show({...rest, phase: 'checking'});
			const credential = {kind: 'basic', username: dialog.username.trim(), password} as const;
			const parts = {registry, credentials, signal: surroundings.signal};
			void follow(logIn({host: dialog.host, credential}, parts)).then(async problem => {
				const open = getState().dialog;
				const stillOpen = open?.kind === 'login' && open.host === dialog.host;
				if (problem) {
					if (!stillOpen) return;
					// Nobody can see what is wrong in a masked text; one that was never tried is kept.
					const refused = problem.code === 'UNAUTHORIZED' || problem.code === 'FORBIDDEN';
					const refusals = (open.refusals ?? 0) + (refused ? 1 : 0);
					show({...open, phase: 'editing', field: 'password', problem, refusals});
					return;
				}
				if (stillOpen) show(undefined);
				dispatch({type: 'remoteTagsForgotten'});
				await checkHost(workbench, dialog.host);
			});
		},
		logOut() {
			const target = currentTarget();
			if (!target) return;
			const parts = {registry, credentials, signal: surroundings.signal};
			void follow(logOut({host: target.host}, parts)).then(() => checkHost(workbench, target.host));
		},
		toggleEmbeddedRegistry() {
			if (embedded) {
				void stopEmbedded();
				return;
			}
			surroundings.startRegistry().then(
				async started => {
					embedded = started;
					sessionTargets.push(started.target);
					workbench.showTargets();
					workbench.log('success', `the embedded registry listens on ${started.target.host}`);
					workbench.notify(
						'success',
						`A registry runs on ${started.target.host} until you quit: P pushes there.`,
					);
					await checkHost(workbench, started.target.host);
				},
				(error: unknown) => workbench.notify('error', sanitise(toErrorRecord(error).message)),
			);
		},
	};

	async function stopEmbedded(): Promise<void> {
		const stopping = embedded;
		if (!stopping) return;
		embedded = undefined;
		const place = sessionTargets.indexOf(stopping.target);
		if (place >= 0) sessionTargets.splice(place, 1);
		workbench.showTargets();
		await stopping.stop();
		workbench.log(
			'info',
			'the embedded registry has stopped; its images are kept for the next start',
		);
		workbench.notify('info', 'The embedded registry has stopped.');
	}
}

/** What is wrong so far, where it can be put right at a key: an unfinished name is no mistake yet. */
function repairableProblem(host: string, namespace: string): NameProblem | undefined {
	const made = targetFrom(host, namespace);
	return 'problem' in made && made.problem.repaired !== undefined ? made.problem : undefined;
}
