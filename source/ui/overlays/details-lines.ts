/** An image in full, as lines to scroll through. Pure. */
import {formatBytes, formatExact, formatRelative} from '../../domain/size.ts';
import type {ImageDetails} from '../../domain/image.ts';
import {composeLine, type Cell} from '../rows/line.ts';
import {wrap} from '../text.ts';
import type {Theme} from '../theme.ts';

const labelWidth = 13;
const indent = 2;

/** The sections one below the other, each line exactly `width` columns. */
export function detailsLines(
	theme: Theme,
	details: ImageDetails,
	now: number,
	width: number,
): readonly string[] {
	const lines: string[] = [];
	const add = (...cells: readonly Cell[]) => lines.push(composeLine(theme, cells, width));
	const air = () => lines.push(' '.repeat(width));
	const heading = (text: string) => {
		air();
		add({text: '', width: indent}, {text, tone: 'strong'});
	};
	const pair = (label: string, values: readonly string[]) => {
		const room = Math.max(8, width - indent - labelWidth - 1);
		const parts = values.flatMap(value => wrap(value, room));
		for (const [index, part] of parts.entries()) {
			add(
				{text: '', width: indent},
				{text: index === 0 ? label : '', width: labelWidth, tone: 'quiet'},
				{text: part},
			);
		}
	};

	air();
	pair('references', details.references.length > 0 ? details.references : ['none (dangling)']);
	pair('image ID', [details.id]);
	if (details.manifestDigest) pair('manifest', [details.manifestDigest]);
	if (details.configDigest && details.configDigest !== details.id) {
		pair('config', [details.configDigest]);
	}
	pair('digests', details.digests);
	const age = formatRelative(details.createdAt, now);
	const exact = formatExact(details.createdAt);
	pair('created', [exact === age ? exact : `${exact} (${age === 'now' ? age : `${age} ago`})`]);
	pair('platform', [
		[details.os, details.architecture, details.variant].filter(Boolean).join('/') || 'not told',
	]);
	pair('size', [`${formatBytes(details.sizeBytes)} (${details.sizeBytes} bytes)`]);
	if (details.author) pair('author', [details.author]);

	heading('Configuration');
	pair('entrypoint', list(details.entrypoint));
	pair('command', list(details.command));
	pair('directory', details.workingDirectory ? [details.workingDirectory] : []);
	pair('user', [details.user || 'root (not set)']);
	pair('ports', details.exposedPorts.length > 0 ? [details.exposedPorts.join(', ')] : []);
	pair('environment', details.environment);

	const labels = Object.entries(details.labels);
	if (labels.length > 0) {
		heading('Labels');
		for (const [name, value] of labels) {
			add({text: '', width: indent}, {text: name, tone: 'quiet'});
			for (const part of wrap(value, width - 2 * indent - 1)) {
				add({text: '', width: 2 * indent}, {text: part});
			}
		}
	}

	if (details.history.length > 0) {
		heading(`History, newest first (${details.diffIds.length} layers)`);
		for (const step of details.history) {
			const size = step.sizeBytes > 0 ? formatBytes(step.sizeBytes) : theme.symbols.dash;
			add(
				{text: '', width: indent},
				{text: size, width: 7, align: 'right', tone: step.sizeBytes > 0 ? undefined : 'quiet'},
				{text: '  '},
				{
					text: instruction(step.createdBy),
					width: width - indent - 10,
					tone: step.sizeBytes > 0 ? undefined : 'quiet',
				},
			);
		}
	}
	air();
	return lines;
}

/** An argument list as it would be typed. */
function list(values: readonly string[]): readonly string[] {
	if (values.length === 0) return [];
	return [
		values.map(value => (/^[\w@%+=:,./-]+$/.test(value) ? value : JSON.stringify(value))).join(' '),
	];
}

/** The instruction as it stood in the Dockerfile, without the shell that the builder put before it. */
function instruction(createdBy: string): string {
	return createdBy
		.replace(/^\/bin\/sh -c #\(nop\)\s*/, '')
		.replace(/^(?:\|\d+ .*? )?\/bin\/sh -c /, 'RUN ')
		.replace(/\s*# buildkit$/, '')
		.replaceAll(/\s+/g, ' ');
}
