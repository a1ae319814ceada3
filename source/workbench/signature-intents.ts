/** Who signed a tag on a registry, and signing it. */
import type {Intents} from './intents.ts';
import {selectRemote, selectRemoteReference} from './remote-selectors.ts';
import {settle} from './remote-loading.ts';
import type {Workbench} from './workbench.ts';

type SignatureIntents = Pick<
	Intents,
	'openSignatures' | 'changeSignatureKey' | 'verifySignatures' | 'submitSign'
>;

export function createSignatureIntents(workbench: Workbench): SignatureIntents {
	const {store, registry, credentials, settings, surroundings} = workbench;
	const {dispatch, getState} = store;
	let looking: AbortController | undefined;
	/** By target; known before the settings are written. */
	const lastKeys = new Map(Object.entries(settings.get().signatureKeys ?? {}));

	const opened = () => {
		const {dialog} = getState();
		return dialog?.kind === 'signatures' ? dialog : undefined;
	};

	/** What was begun before for the dialog ends; so does this when the dialog is closed. */
	const look = (keyFiles: readonly string[]) => {
		const dialog = opened();
		if (!dialog) return;
		const {reference} = dialog;
		looking?.abort();
		looking = new AbortController();
		const own = looking;
		const signal = AbortSignal.any([surroundings.signal, own.signal]);
		const unwatch = store.subscribe(() => {
			if (opened()?.reference !== reference) own.abort();
		});
		dispatch({type: 'dialogChanged', dialog: {...dialog, report: {phase: 'loading'}}});
		const report = import('../operations/check-signatures.ts')
			.then(async ({checkSignatures}) =>
				checkSignatures({reference, keyFiles}, {registry, credentials, signal}),
			)
			.finally(unwatch);
		settle(report, signal, outcome => {
			const now = opened();
			if (now?.reference !== reference) return;
			dispatch({type: 'dialogChanged', dialog: {...now, report: outcome}});
			// A file that is no key is not worth remembering.
			if (outcome.phase === 'ready' && keyFiles[0] !== undefined)
				remember(now.targetId, keyFiles[0]);
		});
	};

	const remember = (targetId: string, file: string) => {
		if (lastKeys.get(targetId) === file) return;
		lastKeys.set(targetId, file);
		settings
			.update(current => ({
				...current,
				signatureKeys: {...current.signatureKeys, [targetId]: file},
			}))
			.catch((error: Error) =>
				workbench.log('warning', `The key was not remembered: ${error.message}`),
			);
	};

	return {
		openSignatures() {
			const remote = selectRemote(getState());
			const reference = selectRemoteReference(getState());
			if (!remote || reference === undefined) {
				return workbench.notify('info', 'Open a repository and choose a tag first.');
			}
			const targetId = remote.target.id;
			const value = lastKeys.get(targetId) ?? '';
			dispatch({
				type: 'dialogChanged',
				dialog: {kind: 'signatures', reference, targetId, value, report: {phase: 'loading'}},
			});
			look(value === '' ? [] : [value]);
		},
		changeSignatureKey(value) {
			const dialog = opened();
			if (dialog) dispatch({type: 'dialogChanged', dialog: {...dialog, value}});
		},
		verifySignatures() {
			const value = opened()?.value.trim() ?? '';
			look(value === '' ? [] : [value]);
		},
		submitSign() {
			const dialog = opened();
			if (!dialog) return;
			const key = dialog.value.trim();
			if (key === '') {
				return workbench.notify(
					'info',
					'Type the file of your private key first, for example cosign.key.',
				);
			}
			dispatch({type: 'dialogChanged', dialog: undefined});
			workbench.run({operation: 'sign', reference: dialog.reference, key, by: 'regbench'});
		},
	};
}
