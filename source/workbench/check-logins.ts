/** Finds out how each target's registry stands: answering or not, logged in or not. */
import {credentialUsername} from '../domain/credential.ts';
import {toErrorRecord} from '../domain/errors.ts';
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
		const found = await credentials.find(host, options);
		if (!found) {
			const {authentication} = await registry.ping(host, options);
			show({phase: 'anonymous', required: authentication !== 'none'});
			return;
		}
		const name = credentialUsername(found.credential);
		const check = await registry.checkLogin(host, found.credential, options);
		const username = check.username ?? name;
		show({
			phase: 'logged-in',
			source: found.source,
			...(username === undefined ? {} : {username}),
			checked: true,
		});
	} catch (thrown) {
		show({phase: 'failed', error: toErrorRecord(thrown)});
	}
}

/** Checks every host that a target is on, all at once. */
export async function checkAllHosts(workbench: Workbench): Promise<void> {
	const hosts = new Set(workbench.store.getState().targets.map(target => target.host));
	await Promise.all([...hosts].map(host => checkHost(workbench, host)));
}
