/** Who signed a tag on a registry, and signing it. */
import path from 'node:path';
import type {Secret} from '../domain/credential.ts';
import {toErrorRecord} from '../domain/errors.ts';
import {signatureTrust} from '../operations/signature-trust.ts';
import {defaultSafety} from '../settings/schema.ts';
import type {Intents} from './intents.ts';
import {selectRemote, selectRemoteReference} from './remote-selectors.ts';
import {settle} from './remote-loading.ts';
import type {Workbench} from './workbench.ts';

type SignatureIntents = Pick<
	Intents,
	| 'openSignatures'
	| 'changeSignatureKey'
	| 'verifySignatures'
	| 'trustSignatureKey'
	| 'submitSign'
	| 'submitKeyPassword'
>;

export function createSignatureIntents(workbench: Workbench): SignatureIntents {
	const {store, registry, credentials, settings, surroundings} = workbench;
	const {dispatch, getState} = store;
	let looking: AbortController | undefined;
	/** Typed last, by target: whoever looks at one tag looks at the next. */
	const lastKeys = new Map<string, string>();

	const opened = () => {
		const {dialog} = getState();
		return dialog?.kind === 'signatures' ? dialog : undefined;
	};

	/** What was begun before for the dialog ends; so does this when the dialog is closed. */
	const look = () => {
		const dialog = opened();
		if (!dialog) return;
		const {reference} = dialog;
		const key = dialog.value.trim();
		looking?.abort();
		looking = new AbortController();
		const own = looking;
		const signal = AbortSignal.any([surroundings.signal, own.signal]);
		const unwatch = store.subscribe(() => {
			if (opened()?.reference !== reference) own.abort();
		});
		dispatch({type: 'dialogChanged', dialog: {...dialog, report: {phase: 'loading'}}});
		const trust = signatureTrust(settings.get().safety, {keyFiles: key === '' ? [] : [key]});
		const report = import('../operations/check-signatures.ts')
			.then(async ({checkSignatures}) =>
				checkSignatures({reference, ...trust}, {registry, credentials, signal}),
			)
			.finally(unwatch);
		settle(report, signal, outcome => {
			const now = opened();
			if (now?.reference !== reference) return;
			dispatch({type: 'dialogChanged', dialog: {...now, report: outcome}});
			if (outcome.phase !== 'ready') return;
			dispatch({type: 'signaturesChecked', report: outcome.value});
			// A file that is no key is not worth remembering.
			lastKeys.set(now.targetId, key);
		});
	};

	const sign = (password?: Secret) => {
		const dialog = opened();
		if (!dialog) return;
		const {reference} = dialog;
		const key = dialog.value.trim();
		dispatch({type: 'dialogChanged', dialog: undefined});
		workbench.run({
			operation: 'sign',
			reference,
			key,
			by: 'regbench',
			...(password === undefined ? {} : {password}),
		});
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
			look();
		},
		changeSignatureKey(value) {
			const dialog = opened();
			if (dialog) dispatch({type: 'dialogChanged', dialog: {...dialog, value}});
		},
		verifySignatures: look,
		trustSignatureKey() {
			const typed = opened()?.value.trim() ?? '';
			if (typed === '') {
				return workbench.notify(
					'info',
					'Type the file of a public key first, for example cosign.pub.',
				);
			}
			const file = typed.startsWith('~/') ? typed : path.resolve(typed);
			void (async () => {
				try {
					const {readTrustedKey} = await import('../operations/check-signatures.ts');
					const {name} = await readTrustedKey(file);
					await settings.update(current => {
						const safety = current.safety ?? defaultSafety;
						const others = (safety.publicKeys ?? []).filter(one => one !== file);
						return {...current, safety: {...safety, publicKeys: [...others, file]}};
					});
					workbench.notify('success', `What ${name} signed is trusted from now on.`);
				} catch (thrown) {
					const {message, hint} = toErrorRecord(thrown);
					workbench.notify('error', `${message}. ${hint}`);
				}
			})();
		},
		submitSign() {
			const key = opened()?.value.trim() ?? '';
			if (key === '') {
				return workbench.notify(
					'info',
					'Type the file of your private key first, for example cosign.key.',
				);
			}
			void (async () => {
				try {
					const {lockedKey} = await import('../operations/sign-image.ts');
					const locked = await lockedKey(key);
					const dialog = opened();
					if (dialog?.value.trim() !== key) return;
					if (locked === undefined) return sign();
					dispatch({type: 'dialogChanged', dialog: {...dialog, locked}});
				} catch (thrown) {
					const {message, hint} = toErrorRecord(thrown);
					workbench.notify('error', `${message}. ${hint}`);
				}
			})();
		},
		submitKeyPassword: sign,
	};
}
