/** Keys of the dialogs. Where a dialog has a text field, printable keys are the field's. */
import type {Dialog} from '../workbench/dialog.ts';
import {moves} from './keymap-everywhere.ts';
import type {KeyBinding} from './keymap.ts';

type Kind = Dialog['kind'];
type Extra = Partial<Pick<KeyBinding, 'footer' | 'dangerous' | 'changes'>>;

function key(
	kind: Kind,
	name: string,
	keys: readonly string[],
	title: string,
	help: string,
	run: KeyBinding['run'],
	extra: Extra = {footer: true},
): KeyBinding {
	return {id: `${kind}.${name}`, keys, scope: `dialog:${kind}`, title, help, run, ...extra};
}

/** Movement in dialogs that are read or chosen from. */
function reading(kind: Kind): readonly KeyBinding[] {
	return moves.map(move =>
		key(
			kind,
			move.id,
			move.keys,
			move.title,
			move.help,
			(intents, {rows}) => intents.move(move.movement(rows)),
			{},
		),
	);
}

/** Movement in lists under a field: the letters are the field's. */
function choosing(kind: Kind): readonly KeyBinding[] {
	return [
		key(kind, 'down', ['down', 'ctrl+n'], 'next', 'One row down', intents =>
			intents.move({by: 'row', count: 1}),
		),
		key(
			kind,
			'up',
			['up', 'ctrl+p'],
			'previous',
			'One row up',
			intents => intents.move({by: 'row', count: -1}),
			{},
		),
	];
}

export const dialogKeys: readonly KeyBinding[] = [
	...reading('help'),
	key('help', 'close', ['?', 'q', 'enter'], 'close', 'Close the help', intents => intents.back()),

	...choosing('palette'),

	key('tag', 'accept', ['enter'], 'tag', 'Tag it', intents => intents.submitTag()),
	key('tag', 'next', ['tab', 'down'], 'another place', 'Fill in for the next target', intents =>
		intents.cycleTagTarget(1),
	),
	key(
		'tag',
		'previous',
		['shift+tab', 'up'],
		'previous',
		'Fill in for the previous target',
		intents => intents.cycleTagTarget(-1),
		{},
	),
	key('tag', 'repair', ['ctrl+r'], 'repair', 'Use the repaired name', intents =>
		intents.useRepairedTag(),
	),

	...reading('push'),
	key('push', 'choose', ['space'], 'choose', 'Choose the target, or not', intents =>
		intents.togglePushTarget(),
	),
	key('push', 'accept', ['enter'], 'push', 'Push to the chosen targets', intents =>
		intents.submitPush(),
	),

	key(
		'remove',
		'confirm',
		['y'],
		'delete',
		'Delete what is listed',
		intents => intents.confirmRemove(),
		{footer: true, dangerous: true},
	),
	key('remove', 'force', ['f'], 'force', 'Also when a container uses it', intents =>
		intents.toggleForce(),
	),
	key('remove', 'cancel', ['n'], 'keep', 'Keep everything', intents => intents.back(), {}),

	...reading('repull'),
	key(
		'repull',
		'confirm',
		['y'],
		're-pull',
		'Delete the local copy and pull it again',
		intents => intents.confirmRepull(),
		{footer: true, dangerous: true},
	),
	key('repull', 'cancel', ['n'], 'keep', 'Keep the local copy', intents => intents.back(), {}),

	key('run', 'accept', ['enter'], 'run', 'Run it', intents => intents.submitRun()),
	key('run', 'next', ['tab', 'down'], 'next field', 'To the next field', intents =>
		intents.focusRunField(1),
	),
	key(
		'run',
		'previous',
		['shift+tab', 'up'],
		'previous field',
		'To the previous field',
		intents => intents.focusRunField(-1),
		{},
	),
	key('run', 'forget', ['ctrl+r'], 'forget answer', 'Compare with no earlier answer', intents =>
		intents.forgetAnswer(),
	),

	...reading('prove'),
	key(
		'prove',
		'confirm',
		['y'],
		'prove',
		'Begin: the local copy is deleted on the way, and comes back',
		intents => intents.confirmProve(),
		{footer: true, dangerous: true},
	),
	key('prove', 'cancel', ['n'], 'leave', 'Do nothing', intents => intents.back(), {}),

	...reading('cleanup'),
	key(
		'cleanup',
		'confirm',
		['y'],
		'clean up',
		'Remove what is listed as going',
		intents => intents.confirmCleanup(),
		{footer: true, dangerous: true, changes: true},
	),
	key(
		'cleanup',
		'choose',
		['space'],
		'take out',
		'Take it out of the clean-up, or back in',
		intents => intents.toggleCleanupRow(),
	),
	key('cleanup', 'scope', ['s', 'ctrl+s'], 'where', 'This machine, then each registry', intents =>
		intents.cycleCleanupScope(),
	),
	key('cleanup', 'next', ['tab'], 'rules', 'To the next rule, and back to the list', intents =>
		intents.focusCleanupField(1),
	),
	key(
		'cleanup',
		'previous',
		['shift+tab'],
		'previous rule',
		'To the rule before',
		intents => intents.focusCleanupField(-1),
		{},
	),
	key('cleanup', 'preview', ['enter'], 'look', 'Look anew by these rules; they are kept', intents =>
		intents.previewCleanup(),
	),
	key('cleanup', 'show', ['f'], 'show', 'All rows, only what goes, only what stays', intents =>
		intents.cycleCleanupShow(),
	),
	key('cleanup', 'cancel', ['n'], 'keep', 'Keep everything', intents => intents.back(), {}),

	...choosing('pull'),
	key('pull', 'accept', ['enter'], 'pull', 'Pull it', intents => intents.submitPull()),

	...choosing('target'),
	key('target', 'accept', ['enter'], 'save', 'Keep the target', (intents, {state: {dialog}}) =>
		dialog?.kind === 'target' && dialog.cursor >= 0
			? intents.acceptProposal(dialog.cursor)
			: intents.submitTarget(),
	),
	key(
		'target',
		'field',
		['tab', 'shift+tab'],
		'next field',
		'To the other field',
		(intents, {state: {dialog}}) =>
			intents.focusTargetField(
				dialog?.kind === 'target' && dialog.field === 'host' ? 'namespace' : 'host',
			),
	),
	key('target', 'repair', ['ctrl+r'], 'repair', 'Use the repaired form', intents =>
		intents.useRepairedTarget(),
	),

	key(
		'login',
		'field',
		['tab', 'shift+tab', 'up', 'down'],
		'next field',
		'To the other field',
		(intents, {state: {dialog}}) =>
			intents.focusLoginField(
				dialog?.kind === 'login' && dialog.field === 'username' ? 'password' : 'username',
			),
	),
	key('login', 'accept', ['enter'], 'log in', 'Test the login and keep it', intents =>
		// In the password field Enter is the field's own: it alone has the secret.
		intents.focusLoginField('password'),
	),

	key(
		'remove-target',
		'confirm',
		['y'],
		'remove',
		'Take the target off the list',
		intents => intents.confirmRemoveTarget(),
		{footer: true, dangerous: true},
	),
	key('remove-target', 'cancel', ['n'], 'keep', 'Keep it', intents => intents.back(), {}),

	key('signatures', 'verify', ['enter'], 'verify', 'Verify with this public key', intents =>
		// In the password field Enter is the field's own: it alone has the secret.
		intents.verifySignatures(),
	),
	key(
		'signatures',
		'trust',
		['ctrl+t'],
		'always trust',
		'Keep this public key in the settings: what it signed is trusted from now on',
		intents => intents.trustSignatureKey(),
	),
	key(
		'signatures',
		'sign',
		['ctrl+s'],
		'sign',
		'Sign the tag on the registry with this private key',
		intents => intents.submitSign(),
		{footer: true, changes: true},
	),

	key('repository', 'accept', ['enter'], 'open', 'Show its tags', intents =>
		intents.submitRepositoryName(),
	),
	key(
		'repository',
		'repair',
		['ctrl+r'],
		'repair',
		'Use the repaired name',
		(intents, {state: {dialog}}) => {
			const repaired = dialog?.kind === 'repository' ? dialog.problem?.repaired : undefined;
			if (repaired !== undefined) intents.changeRepositoryName(repaired);
		},
	),

	key('copy', 'accept', ['enter'], 'copy', 'Copy it there', intents => intents.submitCopy()),
	key('copy', 'next', ['tab', 'down'], 'another place', 'Fill in for the next target', intents =>
		intents.cycleCopyTarget(1),
	),
	key(
		'copy',
		'previous',
		['shift+tab', 'up'],
		'previous',
		'Fill in for the previous target',
		intents => intents.cycleCopyTarget(-1),
		{},
	),
	key(
		'copy',
		'referrers',
		['ctrl+b'],
		'signatures',
		'Take along what refers to it, or not',
		intents => intents.toggleReferrers(),
	),
	key('copy', 'repair', ['ctrl+r'], 'repair', 'Use the repaired name', intents =>
		intents.useRepairedCopy(),
	),

	key(
		'remove-remote',
		'accept',
		['enter'],
		'delete',
		'Delete what is listed, once its name is typed',
		intents => intents.submitRemoteRemove(),
		{footer: true, dangerous: true},
	),
	key(
		'remove-remote',
		'mode',
		['tab', 'ctrl+t'],
		'tag or image',
		'Between the tag alone and the image with all its tags',
		intents => intents.toggleRemovalMode(),
	),

	key('visibility', 'copy', ['y'], 'copy address', 'Copy the address of its page', intents =>
		intents.copy(),
	),
	key('visibility', 'close', ['enter', 'v', 'q'], 'close', 'Close', intents => intents.back()),

	key('save-log', 'accept', ['enter'], 'save', 'Save the log there', intents =>
		intents.submitSaveLog(),
	),

	...reading('explain'),
	key(
		'explain',
		'next',
		['tab', 'right', 'l'],
		'next page',
		'To the next topic about the same thing',
		intents => intents.turnPage(1),
	),
	key(
		'explain',
		'previous',
		['shift+tab', 'left', 'h'],
		'page before',
		'To the topic before',
		intents => intents.turnPage(-1),
		{},
	),
	key('explain', 'close', ['e', 'q', 'enter'], 'close', 'Close', intents => intents.back()),

	key(
		'reset-lab',
		'confirm',
		['y'],
		'begin anew',
		'Forget what was ticked off',
		intents => intents.resetLab(),
		{footer: true, dangerous: true},
	),
	key('reset-lab', 'cancel', ['n'], 'keep', 'Keep it', intents => intents.back(), {}),

	key('quit', 'confirm', ['y', 'q'], 'leave', 'Leave; running jobs are cancelled', intents =>
		intents.confirmQuit(),
	),
	key('quit', 'cancel', ['n'], 'stay', 'Stay', intents => intents.back()),

	{
		id: 'dialog.cancel',
		keys: ['esc'],
		scope: 'dialog',
		title: 'cancel',
		help: 'Close without doing anything',
		footer: true,
		run: intents => intents.back(),
	},
	{
		id: 'dialog.quit',
		keys: ['ctrl+c'],
		scope: 'dialog',
		title: 'quit',
		help: 'Leave; asks first while jobs run',
		run: intents => intents.quit(),
	},
];
