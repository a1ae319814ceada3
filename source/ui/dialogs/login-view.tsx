import {Secret} from '../../domain/credential.ts';
import {selectLoginGuide, type LoginGuideView} from '../../workbench/form-selectors.ts';
import type {Dialog} from '../../workbench/dialog.ts';
import {SecretField, TextField} from '../components/text-field.tsx';
import type {DialogContext} from './dialog-context.ts';
import {
	blank,
	minorSentence,
	row,
	sentence,
	type DialogView,
	type Row,
	type TextRow,
} from './dialog-view.ts';
import {accent, failure, quiet} from './lines.ts';

type LoginDialog = Dialog & {readonly kind: 'login'};

/**
 * Logging in to a host. The password's characters are in its field and nowhere else; Enter there hands
 * them over as a secret.
 */
export function loginView(dialog: LoginDialog, context: DialogContext): DialogView {
	const guide = selectLoginGuide(context.state);
	const labelWidth =
		Math.max(guide?.usernameLabel.length ?? 0, guide?.passwordLabel.length ?? 0, 8) + 2;
	return {
		title: `Log in to ${dialog.host}`,
		tone: 'focus',
		rows: [
			...(guide ? guideRows(guide, context) : []),
			...fieldRows(dialog, context, {
				username: (guide?.usernameLabel ?? 'username').padEnd(labelWidth),
				password: (guide?.passwordLabel ?? 'password').padEnd(labelWidth),
			}),
			blank,
			...outcomeRows(dialog, context),
		],
	};
}

function guideRows(guide: LoginGuideView, {theme, width}: DialogContext): readonly Row[] {
	const {steps, tokenPage, scopes} = guide;
	return [
		...steps.flatMap(step =>
			minorSentence(step, width, undefined, quiet(`${theme.symbols.separator} `)),
		),
		// An address is copied by hand or clicked: it is shown whole.
		...(tokenPage === undefined ? [] : sentence(tokenPage, width, 'focus', accent('  '))),
		...(scopes.length === 0 ? [] : [row(quiet('  scopes  '), scopes.join(', '))]),
		blank,
	];
}

function fieldRows(
	dialog: LoginDialog,
	{intents, theme}: DialogContext,
	labels: {readonly username: string; readonly password: string},
): readonly Row[] {
	const editing = dialog.phase === 'editing';
	const onUsername = dialog.field === 'username';
	return [
		{
			kind: 'field',
			name: 'username',
			label: {text: labels.username, tone: onUsername ? 'focus' : 'quiet'},
			current: onUsername,
			field: columns => (
				<TextField
					key="username"
					name="login:username"
					theme={theme}
					value={dialog.username}
					onChange={text => intents.changeLoginUsername(text)}
					onSubmit={() => intents.focusLoginField('password')}
					focus={editing && onUsername}
					width={columns}
				/>
			),
		},
		{
			kind: 'field',
			name: 'password',
			label: {text: labels.password, tone: onUsername ? 'quiet' : 'focus'},
			current: !onUsername,
			field: columns => (
				<SecretField
					key={`password ${dialog.host} ${dialog.refusals ?? 0}`}
					name="login:password"
					theme={theme}
					onSecret={text => intents.submitLogin(new Secret(text))}
					focus={editing && !onUsername}
					width={columns}
					placeholder="stays hidden"
				/>
			),
		},
	];
}

function outcomeRows(dialog: LoginDialog, {theme, width}: DialogContext): readonly TextRow[] {
	if (dialog.phase === 'checking') {
		return [
			row(quiet(`Asking ${dialog.host} whether it takes this login${theme.symbols.checking}`)),
		];
	}
	if (dialog.problem) {
		return [
			...sentence(dialog.problem.message, width, undefined, failure(`${theme.symbols.failure} `)),
			...sentence(dialog.problem.hint, width, 'quiet', quiet('  ')),
		];
	}
	return minorSentence(whereKept(dialog.keptIn), width);
}

/** Told before anything is typed: what happens to the secret. */
function whereKept(place: string | undefined): string {
	if (place === undefined) return 'It is tried on the registry before it is kept.';
	if (place === 'memory') {
		return 'It is tried on the registry, then kept in memory until you quit: there is no credential helper or keychain here.';
	}
	return `It is tried on the registry before it is kept in ${place === 'system keychain' ? "the system's keychain" : place}.`;
}
