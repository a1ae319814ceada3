/** Short true texts about what is under the cursor, with this machine's facts in them. Pure. */
import {shortDigest} from '../domain/digest.ts';
import {formatBytes} from '../domain/size.ts';
import {
	selectCurrentImage,
	selectCurrentTagRow,
	selectCurrentTargetRow,
	selectCursorIndex,
	selectLogLines,
	selectTagStatus,
} from './selectors.ts';
import type {State} from './state.ts';

export type Explanation = {readonly title: string; readonly lines: readonly string[]};

/** What the thing under the cursor is. One paragraph a line; an empty line is air. */
export function explain(state: State): Explanation {
	switch (state.focus) {
		case 'images':
			return explainImage(state);
		case 'tags':
			return explainTag(state);
		case 'registries':
			return explainRegistry(state);
		case 'log':
			return explainLog(state);
	}
}

function storePlace(state: State): string {
	if (state.engine.phase !== 'connected') return 'The engine is not connected now.';
	const {info} = state.engine;
	switch (info.store) {
		case 'layout':
			return `Its bytes are files under ${info.address}: one per blob, named by its digest.`;
		case 'graph-driver':
			return 'The engine keeps its layers unpacked in its own folder (docker info names it as Docker Root Dir); the image ID is the digest of the config.';
		case 'containerd':
			return 'The engine keeps the compressed blobs and an unpacked copy; the image ID is the digest of the manifest or index.';
	}
}

function explainImage(state: State): Explanation {
	const image = selectCurrentImage(state);
	if (!image) {
		return {
			title: 'Images',
			lines: [
				'An image is a read-only package: layers of files, and settings that say how to start them.',
				'There is none on this machine yet. Press p to pull one.',
			],
		};
	}
	return {
		title: `Image ${shortDigest(image.id)}`,
		lines: [
			`${formatBytes(image.sizeBytes)} on this machine, under ${image.references.length === 0 ? 'no name (dangling)' : image.references.join(', ')}.`,
			storePlace(state),
			'',
			'An image is a read-only package: layers of files, and settings that say how to start them. A container is one running instance of it.',
			'A layer is stored once by its digest. Images with the same base share it, so sizes in a list do not add up, and a push sends only what the registry lacks.',
			image.digests.length === 0
				? 'The engine knows no registry that has it. Deleting it here would lose it.'
				: `Known on registries as ${image.digests.join(', ')}.`,
		],
	};
}

function explainTag(state: State): Explanation {
	const row = selectCurrentTagRow(state);
	if (!row) {
		return {title: 'Tags', lines: ['A tag is a movable name for an image. Press t to give one.']};
	}
	const standings = state.targets.map(target => {
		const status = selectTagStatus(state, row, target.id);
		switch (status.phase) {
			case 'known':
				return status.standing === 'same'
					? `✓ ${target.id} has the same bytes (${shortDigest(status.digest)}).`
					: `≠ ${target.id} has another image under this tag (${shortDigest(status.digest)})${newerWords(status.newer)}.`;
			case 'absent':
				return `– ${target.id} has no such tag. P pushes it there.`;
			case 'failed':
				return `? ${target.id}: ${status.error.message}`;
			case 'unknown':
			case 'checking':
				return `… ${target.id} is being asked.`;
		}
	});
	return {
		title: `Tag ${row.key}`,
		lines: [
			`On this machine it is ${row.references.join(', ')}.`,
			...standings,
			'',
			'A tag is a name that whoever may push can move to another image. A digest is the fingerprint of exact bytes and always means the same. For production, pin both: name:1.4.2@sha256:…',
			...(row.tag === 'latest'
				? [
						'"latest" is only the default name: it is not the newest, and nothing updates it by itself.',
					]
				: []),
		],
	};
}

function newerWords(newer: 'local' | 'remote' | undefined): string {
	switch (newer) {
		case 'local':
			return ', built before the one here: P brings it up to date';
		case 'remote':
			return ', built after the one here: p brings it here';
		case undefined:
			return '';
	}
}

function explainRegistry(state: State): Explanation {
	const row = selectCurrentTargetRow(state);
	if (!row) {
		return {
			title: 'Registries',
			lines: [
				'A registry keeps images for others to pull. A target is a place on one where you push: host and owner.',
				'Press a to add one, or s to start a registry on this machine.',
			],
		};
	}
	const {login, target} = row;
	const standing =
		login.phase === 'logged-in'
			? `You are logged in${login.username ? ` as ${login.username}` : ''}; the credential comes from: ${login.source}.`
			: login.phase === 'anonymous'
				? login.required
					? 'No login was found. Public images can be pulled; pushing needs a login (l).'
					: 'It wants no login.'
				: login.phase === 'failed'
					? `${login.error.message}. ${login.error.hint}`
					: 'It is being asked.';
	return {
		title: target.id,
		lines: [
			standing,
			'',
			'A push uploads the blobs the registry lacks, then the manifest, then moves the tag: a failed push leaves the old tag as it was.',
			'A pull turns the tag into a digest, fetches what is missing, and checks every digest.',
			'Private: a pull needs a login on every machine. Public: anyone can pull, and what was public once is copied for ever.',
		],
	};
}

function explainLog(state: State): Explanation {
	const line = selectLogLines(state)[selectCursorIndex(state, 'log')];
	return {
		title: 'Log',
		lines: [
			...(line ? [line.text, ''] : []),
			'Lines with $ are plain docker commands: each does what regbench did at that point. Press y to copy one.',
			'No password or token is ever written here. s saves the log to a file.',
		],
	};
}
