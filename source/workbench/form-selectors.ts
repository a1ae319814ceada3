/** What dialogs with fields show beside what is typed into them. Pure. */
import {providerForHost, targetFrom} from '../registry/providers/table.ts';
import type {State} from './state.ts';

export type LoginGuideView = {
	readonly title: string;
	readonly steps: readonly string[];
	readonly tokenPage?: string;
	readonly scopes: readonly string[];
	readonly usernameLabel: string;
	readonly passwordLabel: string;
};

/** What the login dialog tells of its host. */
export function selectLoginGuide(state: State): LoginGuideView | undefined {
	if (state.dialog?.kind !== 'login') return undefined;
	const provider = providerForHost(state.dialog.host);
	const {steps, tokenPage, scopes, usernameLabel, passwordLabel} = provider.login;
	return {
		title: provider.title,
		steps,
		...(tokenPage === undefined ? {} : {tokenPage}),
		scopes,
		usernameLabel,
		passwordLabel,
	};
}

export type TargetFormView = {
	readonly title: string;
	readonly hostLabel: string;
	/** Absent where the registry has no namespaces. */
	readonly namespaceLabel?: string;
	readonly namespaceRequired: boolean;
	/** What a pushed image would be called. */
	readonly preview: string;
};

/** How the target dialog labels its fields for what has been typed so far. */
export function selectTargetForm(state: State): TargetFormView | undefined {
	if (state.dialog?.kind !== 'target') return undefined;
	const {namespace} = state.dialog;
	const host = fullHost(state.dialog.host);
	const provider = providerForHost(host);
	const place = [host || 'HOST', namespace || (provider.namespaceRequired ? 'OWNER' : '')];
	return {
		title: provider.title,
		hostLabel: 'host',
		...(provider.namespaceLabel === undefined ? {} : {namespaceLabel: provider.namespaceLabel}),
		namespaceRequired: provider.namespaceRequired,
		preview: `${place.filter(Boolean).join('/')}/hello:1.0.0`,
	};
}

/** The host that a target would get from what was typed: `coursereg` → `coursereg.azurecr.io`. */
function fullHost(typed: string): string {
	const made = targetFrom(typed, 'owner');
	return 'target' in made ? made.target.host : typed;
}
