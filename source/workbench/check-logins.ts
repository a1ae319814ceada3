/** Finds out how each target's registry stands: answering or not, logged in or not. */
import {toErrorRecord} from '../domain/errors.ts';
import {checkHostLogin} from '../operations/check-login.ts';
import type {LoginState} from './state.ts';
import type {Workbench} from './workbench.ts';

/** Checks one host and shows what comes of it; never rejects. */
export async function checkHost(workbench: Workbench, host: string): Promise<void> {
	const {store, registry, credentials, surroundings} = workbench;
	const show = (login: LoginState) => {
		if (!surroundings.signal.aborted) store.dispatch({type: 'loginChanged', host, login});
	};
	const options = {signal: surroundings.signal};
	show({phase: 'checking'});
	try {
		const login = await checkHostLogin(host, {registry, credentials, ...options});
		if (login.kind === 'anonymous') show({phase: 'anonymous', required: login.required});
		else {
			const {source, username} = login;
			const named = username === undefined ? {} : {username};
			show({phase: 'logged-in', source, ...named, checked: true});
		}
	} catch (thrown) {
		if (surroundings.signal.aborted) return;
		const error = toErrorRecord(thrown);
		show({phase: 'failed', error});
		workbench.log('warning', `${error.message} (${error.code})`, error.hint);
	}
}

/** Checks every host that a target is on, all at once. */
export async function checkAllHosts(workbench: Workbench): Promise<void> {
	const hosts = new Set(workbench.store.getState().targets.map(target => target.host));
	await Promise.all([...hosts].map(host => checkHost(workbench, host)));
}
