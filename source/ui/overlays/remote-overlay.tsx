/** The view into a registry: its repositories, a repository's tags, one tag in full. */
import {memo, useMemo, type ReactNode} from 'react';
import type {RepositoryFacts} from '../../domain/remote.ts';
import type {Target} from '../../domain/target.ts';
import {
	repositoryRowsOf,
	tagRowsOfLevel,
	type RemoteOverlay,
} from '../../workbench/remote-selectors.ts';
import type {Loadable} from '../../workbench/loadable.ts';
import type {RemoteLevel, State} from '../../workbench/state.ts';
import {loadableLines} from '../components/message.ts';
import {ScrolledText} from '../components/scrolled-text.tsx';
import {keyOf} from '../keymap.ts';
import type {Area} from '../layout.ts';
import {filterCells} from '../panes/pane-title.ts';
import type {Cell} from '../rows/line.ts';
import {
	remoteTagColumns,
	remoteTagHeading,
	remoteTagRow,
	remoteTagWidth,
	repositoryColumns,
	repositoryHeading,
	repositoryRow,
} from '../rows/remote-row.ts';
import {displayWidth} from '../text.ts';
import type {Theme} from '../theme.ts';
import {useUi} from '../ui-context.ts';
import {RemoteList} from './remote-list.tsx';
import {remoteLines} from './remote-lines.ts';

export type RemoteViewProps = {
	readonly area: Area;
	readonly remote: RemoteOverlay;
	/** Digests of the images on this machine. */
	readonly here: ReadonlySet<string>;
	/** Who signed what, by its digest, as far as it was checked. */
	readonly signatures: State['signatures'];
	readonly now: number;
	/** Told how many rows the details were scrolled beyond their end. */
	readonly onBeyondEnd: (rows: number) => void;
};

type LevelProps<At extends RemoteLevel['at']> = RemoteViewProps & {
	readonly level: RemoteLevel & {readonly at: At};
};

/** Shows the innermost of its levels. */
export const RemoteView = memo(function RemoteView(props: RemoteViewProps): ReactNode {
	const level = props.remote.levels.at(-1);
	switch (level?.at) {
		case 'repositories':
			return <Repositories key="repositories" {...props} level={level} />;
		case 'tags':
			return <Tags key={level.path} {...props} level={level} />;
		case 'details':
			return <Details key={`${level.path}:${level.tag}`} {...props} level={level} />;
		case undefined:
			return null;
	}
});

function Repositories({area, remote, level, now}: LevelProps<'repositories'>): ReactNode {
	const {theme, bindings} = useUi();
	const width = area.width - 2;
	const rows = repositoryRowsOf(level);
	return (
		<RemoteList
			area={area}
			title={titleOf(theme, remote, width)}
			filter={level.filter}
			facts={level.rateLimit === undefined ? [] : [{text: level.rateLimit, tone: 'quiet'}]}
			listing={level.listing}
			rows={rows}
			keyOf={({path}) => path}
			cursor={level.cursor}
			draw={shown => {
				const pathWidth = Math.max(...shown.map(({path}) => displayWidth(path)), 0);
				const columns = repositoryColumns(level.listing.entries, pathWidth, width);
				return {
					heading: repositoryHeading(theme, columns, width),
					row: (entry, selected) =>
						repositoryRow(theme, entry, {selected, focused: true, now}, columns, width),
				};
			}}
			empty={[
				{text: 'No repository is listed here.'},
				{
					text: `Push something, or press ${keyOf(bindings, 'remote.name')} to type the name of one.`,
					tone: 'quiet',
				},
			]}
			advice={`${keyOf(bindings, 'remote.name')} opens a repository by its name.`}
		/>
	);
}

function Tags({area, remote, level, here, now}: LevelProps<'tags'>): ReactNode {
	const {theme} = useUi();
	const width = area.width - 2;
	const rows = tagRowsOfLevel(level);
	return (
		<RemoteList
			area={area}
			title={titleOf(theme, remote, width)}
			filter={level.filter}
			facts={factCells(theme, level.facts)}
			listing={level.listing}
			rows={rows}
			keyOf={({tag}) => tag}
			cursor={level.cursor}
			draw={shown => {
				const tagWidth = Math.max(
					...shown.map(entry => remoteTagWidth(entry, theme.symbols.ellipsis)),
					0,
				);
				const columns = remoteTagColumns(level.listing.entries, tagWidth, width);
				const order = level.filter === '' ? level.sort : 'match';
				return {
					heading: remoteTagHeading(theme, columns, order, width),
					row(entry, selected) {
						const digest = entry.digest ?? level.digests[entry.tag];
						const isHere = digest !== undefined && here.has(digest);
						const facts = {selected, focused: true, digest, isHere, now};
						return remoteTagRow(theme, entry, facts, columns, width);
					},
				};
			}}
			empty={[{text: 'This repository has no tag.'}]}
		/>
	);
}

function Details(props: LevelProps<'details'>): ReactNode {
	const {area, remote, level, here, now, signatures} = props;
	const {theme, bindings} = useUi();
	const width = area.width - 2;
	const {details} = level;
	const lines = useMemo(
		() =>
			loadableLines(theme, details, keyOf(bindings, 'refresh'), width, value =>
				remoteLines(theme, value, {now, here, signatures: signatures[value.digest]}, width),
			),
		[theme, bindings, details, now, here, signatures, width],
	);
	return (
		<ScrolledText
			area={area}
			title={titleOf(theme, remote, width)}
			lines={lines}
			offset={level.offset}
			onBeyondEnd={props.onBeyondEnd}
		/>
	);
}

/** `ghcr.io/octocat › hello › 1.0.0`; where there is little room the way in gives way to where one is. */
function titleOf(theme: Theme, {target, levels, filtering}: RemoteOverlay, width: number) {
	const level = levels.at(-1);
	const filter = level && level.at !== 'details' ? filterCells(theme, level.filter, filtering) : [];
	const parts = [target.id, ...stepsOf(target, level)];
	const step = ` ${theme.symbols.into} `;
	const room = width - 6 - filter.reduce((sum, cell) => sum + displayWidth(cell.text), 0);
	let from = 0;
	const isTooLong = () => displayWidth(parts.slice(from).join(step)) + (from > 0 ? 4 : 0) > room;
	while (from < parts.length - 1 && isTooLong()) from++;
	const way = parts
		.slice(from, -1)
		.flatMap((text): Cell[] => [{text}, {text: step, tone: 'quiet'}]);
	const before: readonly Cell[] =
		from > 0 ? [{text: `${theme.symbols.ellipsis}${step}`, tone: 'quiet'}] : [];
	const here: Cell = {text: parts.at(-1) ?? '', tone: 'selected'};
	return [...before, ...way, here, ...filter];
}

function stepsOf(target: Target, level: RemoteLevel | undefined): readonly string[] {
	if (!level || level.at === 'repositories') return [];
	const prefix = target.namespace === '' ? '' : `${target.namespace}/`;
	const path = level.path.startsWith(prefix) ? level.path.slice(prefix.length) : level.path;
	return level.at === 'tags' ? [path] : [path, level.tag];
}

/** `public · octocat/hello · 12 versions`, as far as the registry's own API tells. */
function factCells(
	theme: Theme,
	facts: Loadable<RepositoryFacts | undefined>,
): readonly Cell[] | undefined {
	if (facts.phase !== 'ready' || !facts.value) return undefined;
	const {visibility, linkedTo, versionCount} = facts.value;
	const rest = [
		linkedTo === undefined ? '' : `source ${linkedTo}`,
		versionCount === undefined
			? ''
			: `${versionCount} ${versionCount === 1 ? 'version' : 'versions'}`,
	].filter(Boolean);
	const separator = ` ${theme.symbols.separator} `;
	const cells: readonly Cell[] = [
		{text: visibility ?? '', tone: visibility === 'public' ? 'caution' : undefined},
		{
			text: `${visibility && rest.length > 0 ? separator : ''}${rest.join(separator)}`,
			tone: 'quiet',
		},
	];
	return cells.filter(({text}) => text !== '');
}
