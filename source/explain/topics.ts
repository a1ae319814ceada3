/** The one table of what can be explained: the screen, `regbench explain` and the palette read it. */
import type {Facts} from './facts.ts';
import type {Paragraph} from './paragraph.ts';
import {
	aboutContainer,
	aboutDigest,
	aboutDisk,
	aboutImage,
	aboutIndex,
	aboutLatest,
	aboutLayer,
	aboutManifest,
	aboutTag,
} from './topics-of-images.ts';
import {
	aboutCleanup,
	aboutLogin,
	aboutOperation,
	aboutPull,
	aboutPush,
	aboutRegistries,
	aboutRegistry,
	aboutRepository,
	aboutSecrets,
	aboutSigning,
	aboutVisibility,
} from './topics-of-registries.ts';

export type Topic = {
	/** What one types. */
	readonly id: string;
	/** A word or two, for a row of tabs. */
	readonly tab: string;
	/** What it answers, in a line. */
	readonly title: string;
	readonly about: (facts: Facts) => readonly Paragraph[];
};

export const topics = [
	{id: 'image', tab: 'Image', title: 'What an image is', about: aboutImage},
	{id: 'disk', tab: 'Disk', title: 'Where the bytes are on disk', about: aboutDisk},
	{id: 'layer', tab: 'Layers', title: 'What a layer is, and why it is shared', about: aboutLayer},
	{id: 'tag', tab: 'Tag', title: 'What a tag is, and where it points', about: aboutTag},
	{id: 'digest', tab: 'Digest', title: 'What a digest is, and what it proves', about: aboutDigest},
	{id: 'manifest', tab: 'Manifest', title: 'What a manifest is', about: aboutManifest},
	{id: 'index', tab: 'Index', title: 'One name for several platforms', about: aboutIndex},
	{id: 'latest', tab: 'latest', title: 'Why :latest misleads', about: aboutLatest},
	{id: 'container', tab: 'Container', title: 'Image and container', about: aboutContainer},
	{id: 'push', tab: 'Push', title: 'What a push sends, and what it skips', about: aboutPush},
	{id: 'pull', tab: 'Pull', title: 'What a pull does', about: aboutPull},
	{id: 'login', tab: 'Login', title: 'How a registry knows who asks', about: aboutLogin},
	{id: 'visibility', tab: 'Private', title: 'Private and public', about: aboutVisibility},
	{id: 'registry', tab: 'Registry', title: 'What a registry is', about: aboutRegistry},
	{id: 'registries', tab: 'Several', title: 'Why several registries', about: aboutRegistries},
	{id: 'repository', tab: 'Repository', title: 'What a repository is', about: aboutRepository},
	{id: 'secrets', tab: 'Secrets', title: 'Secrets in images', about: aboutSecrets},
	{id: 'signing', tab: 'Signing', title: 'What signing proves', about: aboutSigning},
	{id: 'cleanup', tab: 'Clean-up', title: 'What piles up, and what may go', about: aboutCleanup},
	{id: 'operation', tab: 'Just now', title: 'What was done last', about: aboutOperation},
] as const satisfies readonly Topic[];

export type TopicId = (typeof topics)[number]['id'];

/** The topic of that name; undefined where there is none. */
export function findTopic(id: string): (Topic & {readonly id: TopicId}) | undefined {
	return topics.find(topic => topic.id === id);
}

/** The topics that belong to a thing, the nearest first. */
export const topicsOf = {
	image: ['image', 'disk', 'layer', 'digest', 'manifest', 'container', 'secrets'],
	tag: ['tag', 'latest', 'digest', 'manifest', 'push', 'index'],
	registry: ['registry', 'login', 'visibility', 'registries', 'push', 'signing'],
	repository: ['repository', 'visibility', 'login', 'tag'],
	remote: ['tag', 'manifest', 'index', 'layer', 'digest', 'signing'],
	layers: ['layer', 'secrets', 'disk', 'image'],
	safety: ['secrets', 'signing', 'latest', 'layer'],
	containers: ['container', 'image'],
	moved: ['operation', 'push', 'login', 'layer', 'manifest'],
	fetched: ['operation', 'pull', 'login', 'digest', 'layer'],
	cleaned: ['operation', 'cleanup', 'disk'],
	log: ['operation', 'push', 'pull', 'login'],
} as const satisfies Readonly<Record<string, readonly TopicId[]>>;
