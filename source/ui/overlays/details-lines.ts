/** An image in full, as lines to scroll through. Pure. */
import type {ImageDetails} from '../../domain/image.ts';
import {formatBytes, formatExact, formatRelative} from '../../domain/size.ts';
import type {Theme} from '../theme.ts';
import {commandLine, createSections, type Sections} from './sections.ts';

/** The sections one below the other, each line exactly `width` columns. */
export function detailsLines(
	theme: Theme,
	details: ImageDetails,
	now: number,
	width: number,
): readonly string[] {
	const sections = createSections(theme, width);
	const {air, heading, pair} = sections;
	air();
	pair('references', details.references.length > 0 ? details.references : ['none (dangling)']);
	pair('image ID', [details.id]);
	if (details.manifestDigest) pair('manifest', [details.manifestDigest]);
	if (details.configDigest && details.configDigest !== details.id) {
		pair('config', [details.configDigest]);
	}
	pair('digests', details.digests);
	pair('created', [timeText(details.createdAt, now)]);
	pair('platform', [
		[details.os, details.architecture, details.variant].filter(Boolean).join('/') || 'not told',
	]);
	pair('size', [`${formatBytes(details.sizeBytes)} (${details.sizeBytes} bytes)`]);
	if (details.author) pair('author', [details.author]);

	configuration(sections, details);
	if (details.history.length > 0) {
		heading(`History, newest first (${details.diffIds.length} layers)`);
		sections.history(details.history);
	}
	air();
	return sections.lines;
}

/** When it was, exactly and in a word. */
export function timeText(iso: string | undefined, now: number): string {
	const age = formatRelative(iso, now);
	const exact = formatExact(iso);
	return exact === age ? exact : `${exact} (${age === 'now' ? age : `${age} ago`})`;
}

export type Configuration = Pick<
	ImageDetails,
	'entrypoint' | 'command' | 'workingDirectory' | 'user' | 'exposedPorts' | 'environment' | 'labels'
>;

/** How a container of the image starts, and its labels. */
export function configuration(
	{heading, pair, named}: Sections,
	{entrypoint, command, workingDirectory, user, exposedPorts, environment, labels}: Configuration,
): void {
	heading('Configuration');
	pair('entrypoint', commandLine(entrypoint));
	pair('command', commandLine(command));
	pair('directory', workingDirectory ? [workingDirectory] : []);
	pair('user', [user || 'root (not set)']);
	pair('ports', exposedPorts.length > 0 ? [exposedPorts.join(', ')] : []);
	pair('environment', environment);
	if (Object.keys(labels).length > 0) {
		heading('Labels');
		named(labels);
	}
}
