/** Images, their layers, names and digests, in plain words with this machine's facts. Pure. */
import {shortDigest} from '../domain/digest.ts';
import {formatBytes} from '../domain/size.ts';
import type {EngineFacts, Facts, ImageFacts, LayerFacts, StandingFacts} from './facts.ts';
import {counted, fact, next, plain, type Paragraph} from './paragraph.ts';

/** As many layers, names or folders as are read with pleasure. */
const mostListed = 4;

export function aboutImage({image, totals}: Facts): readonly Paragraph[] {
	const facts = image
		? [
				fact(
					`The image with the ID ${shortDigest(image.id)} takes ${formatBytes(image.sizeBytes)} here${image.platform ? ` and is for ${image.platform}` : ''}. ${namesOf(image)}`,
				),
				...(image.layers
					? [fact(`It is made of ${counted(image.layers.length, 'layer')} and one config.`)]
					: []),
				fact(
					image.digests.length === 0
						? 'No push or pull has told this engine of a registry that has it: deleting it here could lose it.'
						: `Known on registries: ${listed(image.digests.map(shortenDigest))}.`,
				),
			]
		: totals
			? [
					fact(
						`${counted(totals.count, 'image')} on this machine, ${formatBytes(totals.sizeBytes)} when each is counted by itself.`,
					),
				]
			: [];
	return [
		...facts,
		plain(
			'An image is a read-only package: layers of files, and a config that says what to start, as whom, with which environment.',
		),
		plain(
			'It never changes. A new build is a new image with a new ID, even where one byte differs.',
		),
		image
			? next('{images.layers} shows its layers, {images.open} its config, {images.push} sends it.')
			: next('{images.pull} pulls an image; then ask again with {explain}.'),
	];
}

export function aboutContainer({image, engine}: Facts): readonly Paragraph[] {
	const {containers} = image ?? {};
	return [
		...(engine?.containersUnavailable ? [fact(engine.containersUnavailable)] : []),
		...(containers
			? [
					fact(
						containers.length === 0
							? 'No container on this engine uses the image.'
							: `Used by ${listed(containers)}: while they exist the image cannot go.`,
					),
				]
			: []),
		...(image?.exposedPorts && image.exposedPorts.length > 0
			? [fact(`The image says that it listens on ${listed(image.exposedPorts)}.`)]
			: []),
		plain(
			'A container is one running, or stopped, instance of an image, with a thin layer of its own that can be written.',
		),
		plain(
			'What it writes is lost when the container is removed, unless it went to a volume. The image stays as it was.',
		),
		engine?.containersUnavailable
			? next('With Docker or Podman on this machine, {images.run} runs an image and asks it.')
			: next('{images.run} runs the image and asks it, {runs} lists what runs.'),
	];
}

export function aboutLayer({image, remote, push}: Facts): readonly Paragraph[] {
	const layers = image?.layers ?? remote?.layers ?? [];
	const transfer = push && push.present.length + push.mounted.length > 0 ? push : undefined;
	return [
		...layersOf(layers, image?.layers ? 'here' : 'on the registry'),
		...(transfer
			? [
					fact(
						`Your last push skipped ${counted(transfer.present.length + transfer.mounted.length, 'blob')}, because the registry had the same digest already.`,
					),
				]
			: []),
		plain(
			'A layer is one set of file changes: what one instruction of the Dockerfile added, changed or removed.',
		),
		plain(
			'Layers are stored once, by digest. Images on the same base share them, so sizes in a list do not add up, and a push sends only what is missing.',
		),
		plain(
			'A file that a later layer deletes is only hidden. It still takes room, and can still be read.',
		),
		next('{images.layers} shows which instruction made each layer, and what is hidden in it.'),
	];
}

function layersOf(layers: readonly LayerFacts[], where: string): readonly Paragraph[] {
	if (layers.length === 0) return [];
	const shown = layers.slice(0, mostListed).map(({digest, sizeBytes}) => {
		const size = sizeBytes === undefined ? '' : ` ${formatBytes(sizeBytes)}`;
		return `${shortDigest(digest)}${size}`;
	});
	const more = layers.length > shown.length ? `, and ${layers.length - shown.length} more` : '';
	const exact = layers.every(layer => layer.exact);
	return [
		fact(
			`${counted(layers.length, 'layer')} ${where}, base first: ${shown.join(', ')}${more}. ` +
				(exact
					? 'These are digests and sizes of the compressed bytes, as they travel.'
					: 'These are diff IDs: digests of the unpacked content. On a registry the compressed bytes have other digests.'),
		),
	];
}

export function aboutDisk({engine, image, totals}: Facts): readonly Paragraph[] {
	return [
		...(engine ? placeOf(engine) : []),
		...(engine && image ? filesOf(engine, image) : []),
		...(totals
			? [
					fact(
						`The list shows ${formatBytes(totals.sizeBytes)} for ${counted(totals.count, 'image')}. Shared layers are counted once for each image, so the disk holds less.`,
					),
				]
			: []),
		plain('Never edit these folders by hand: the engine keeps books over them.'),
		plain(
			'Deleting an image frees only the layers that no other image needs, so less room may come back than the list says.',
		),
		next('{images.cleanup} shows what could go, and what would stay.'),
	];
}

function placeOf(engine: EngineFacts): readonly Paragraph[] {
	const {store, rootFolder, driver, place, machine, address, title} = engine;
	if (store === 'layout') {
		return [
			fact(
				`The embedded engine keeps every image in ${address}: an OCI image layout, readable with any tool.`,
			),
		];
	}
	const folder = rootFolder
		? `${title} keeps its data in ${rootFolder}${driver ? `, with the storage driver ${driver}` : ''}.`
		: `${title} did not say where it keeps its data.`;
	const where = {
		here: 'That folder is on this machine; reading it takes root.',
		'virtual-machine':
			'That folder is inside a virtual machine: on this computer you see only the disk image of that machine.',
		elsewhere: `That folder is on the machine ${machine ?? ''} that the engine at ${address} runs on, not on this one.`,
	}[place].replace('  ', ' ');
	const kept =
		store === 'containerd'
			? 'It uses the containerd store: the compressed blobs and an unpacked copy, in a folder of containerd that docker info does not name (usually /var/lib/containerd).'
			: 'Layers lie there unpacked; the compressed form exists only on registries.';
	return [fact(folder), ...(rootFolder ? [fact(where)] : []), fact(kept)];
}

function filesOf(engine: EngineFacts, image: ImageFacts): readonly Paragraph[] {
	if (engine.store === 'layout') {
		const {configDigest, layers = []} = image;
		const largest = layers.toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))[0];
		return [
			fact(`This image begins with its manifest: ${fileOf(image.id)}.`),
			...(configDigest && largest
				? [
						fact(
							`That names the config, ${shortFile(configDigest)}, and ${counted(layers.length, 'layer')}; the largest is ${shortFile(largest.digest)}, ${formatBytes(largest.sizeBytes ?? 0)}. A file's name is the sha256 of what is in it.`,
						),
					]
				: []),
		];
	}
	const folders = image.folders ?? [];
	if (folders.length === 0) return [];
	return [
		fact(
			`The engine names ${counted(folders.length, 'folder')} for this image's layers, topmost first: ${listed(folders, 2)}.`,
		),
	];
}

function fileOf(digest: string): string {
	return `blobs/${digest.replace(':', '/')}`;
}

function shortFile(digest: string): string {
	return `blobs/sha256/${shortDigest(digest)}…`;
}

export function aboutTag({tag, image}: Facts): readonly Paragraph[] {
	return [
		...(tag
			? [
					fact(
						tag.references.length === 0
							? `${tag.key} is on no local image.`
							: `On this machine it is ${listed(tag.references)}${image ? `, and points at the image with the ID ${shortDigest(image.id)}` : ''}.`,
					),
					...tag.standings.map(standing => fact(standingText(standing))),
				]
			: []),
		plain(
			'A tag is a movable name. Whoever may push can point it at another image, and nobody who pulled before is told.',
		),
		plain(
			'For people: tags with a version. For machines: the digest as well, name:1.4.2@sha256:… – readable, and fixed.',
		),
		next('{tags.tag} gives another name, {tags.push} sends it, {tags.pull} brings the other one.'),
	];
}

function standingText({targetId, standing, digest, newer, problem}: StandingFacts): string {
	const short = digest === undefined ? '' : ` (manifest digest ${shortDigest(digest)})`;
	switch (standing) {
		case 'same':
			return `${targetId} has the same image under this tag${short}.`;
		case 'different':
			return `${targetId} has ANOTHER image under this tag${short}${newerText(newer)}.`;
		case 'absent':
			return `${targetId} has no such tag.`;
		case 'unknown':
			return problem ? `${targetId}: ${problem}` : `${targetId} has not answered yet.`;
	}
}

function newerText(newer: 'local' | 'remote' | undefined): string {
	if (newer === undefined) return '';
	return newer === 'local' ? ', built before the one here' : ', built after the one here';
}

export function aboutDigest({image, tag, remote}: Facts): readonly Paragraph[] {
	const known = tag?.standings.find(({digest}) => digest !== undefined);
	return [
		...(remote
			? [
					fact(
						`${remote.reference} is ${remote.digest}: the sha256 of its ${kindOf(remote.mediaType)}.`,
					),
				]
			: []),
		...(image
			? [
					fact(
						image.manifestDigest === image.id
							? `This image's ID, ${shortDigest(image.id)}, is the digest of its manifest: engine and registry call it the same.`
							: `This image's ID, ${shortDigest(image.id)}, is the digest of its config. Registries know it by its manifest's digest, which is another one. ${image.digests.length === 0 ? 'It is not known before the first push, so pane 2 shows the IMAGE ID.' : 'Pane 2 shows that one, under DIGEST.'}`,
					),
				]
			: []),
		...(image && image.digests.length > 0
			? [fact(`On registries: ${listed(image.digests.map(shortenDigest))}.`)]
			: []),
		...(!image && known?.digest ? [fact(`${known.targetId} answers ${known.digest}.`)] : []),
		plain(
			'A digest is a fingerprint of exact bytes. Change one bit and it is another; equal digest, equal bytes, wherever they are.',
		),
		plain(
			'That is how a pull is checked, how layers are shared, and how "the same came back" is proved.',
		),
		plain(
			"Three are easily mixed up. The manifest digest is what registries know an image by, behind the @. The config digest is the image ID in Docker's classic store. A layer has two of its own: of the compressed bytes, and of what is in them, the diff ID.",
		),
		next('{copy} copies what is under the cursor; {images.repull} deletes, pulls and compares.'),
	];
}

export function aboutManifest({image, remote, engine}: Facts): readonly Paragraph[] {
	return [
		...(remote
			? [
					fact(
						`${remote.reference}: ${kindOf(remote.mediaType)} ${shortDigest(remote.digest)}, type ${remote.mediaType}.`,
					),
					fact(
						`It leads to the config ${shortDigest(remote.configDigest)} and ${counted(remote.layers.length, 'layer')}, ${formatBytes(remote.sizeBytes)} compressed.`,
					),
				]
			: image
				? [
						fact(
							image.manifestDigest
								? `This engine holds the manifest: ${shortDigest(image.manifestDigest)}${image.configDigest ? `, which names the config ${shortDigest(image.configDigest)}` : ''}.`
								: engine?.title.startsWith('podman')
									? 'Podman keeps a manifest with the image; a push may send another one, for it compresses the layers anew.'
									: 'This engine keeps no manifest. It makes one when it pushes, from the layers as it compresses them then.',
						),
					]
				: []),
		plain(
			'A manifest is a short JSON text: the digest of the config, and digest and size of each layer. A tag points at a manifest.',
		),
		plain(
			'A push sends layers and config first, the manifest last. So a tag never points at something that is not complete.',
		),
		next(
			'{pane-3}, then {registries.browse} twice shows the manifest of a tag as the registry has it.',
		),
	];
}

export function aboutIndex({remote}: Facts): readonly Paragraph[] {
	return [
		...(remote
			? [
					fact(
						remote.platforms.length === 0
							? `${remote.reference} is a single manifest: it is for one platform.`
							: `${remote.reference} is an index, ${shortDigest(remote.digest)}, of ${counted(remote.platforms.length, 'platform')}: ${listed(remote.platforms)}.`,
					),
				]
			: []),
		plain(
			'An index is a list of manifests, one for each operating system and processor. A pull takes the one that fits the machine.',
		),
		plain(
			'An engine that pulled one platform pushes only that one. A copy from registry to registry keeps all of them.',
		),
		next('{images.copy} copies from registry to registry, without this machine.'),
	];
}

export function aboutLatest({latest}: Facts): readonly Paragraph[] {
	const images = new Set(latest.map(({image}) => image));
	return [
		...latest
			.slice(0, 6)
			.map(({reference, image}) => fact(`${reference} is ${shortDigest(image)}.`)),
		...(latest.length > 1
			? [
					fact(
						images.size === 1
							? 'Today they are one and the same image. Nothing keeps it so.'
							: `The same word, ${images.size} different images.`,
					),
				]
			: []),
		...(latest.length === 0 ? [fact('No :latest is known here at the moment.')] : []),
		plain(
			'"latest" is only the name that is taken when none is given. It is not the newest, and nothing moves it by itself.',
		),
		plain(
			'A local latest stays what it was when it was pulled. Two machines with "the same" latest may run different programs.',
		),
		next('{tags.tag} gives a version instead: 1.0.0 tells people what they get.'),
	];
}

/** `manifest`, `index`. */
export function kindOf(mediaType: string): string {
	return /index|manifest\.list/.test(mediaType) ? 'index' : 'manifest';
}

function namesOf({references}: ImageFacts): string {
	return references.length === 0
		? 'It has no name: it is dangling.'
		: `Its ${references.length === 1 ? 'name is' : 'names are'} ${listed(references)}.`;
}

function listed(values: readonly string[], most = mostListed): string {
	const more = values.length > most ? `, and ${values.length - most} more` : '';
	return values.slice(0, most).join(', ') + more;
}

/** `ghcr.io/me/hello@39f039dca641`. */
function shortenDigest(text: string): string {
	const at = text.indexOf('@');
	return at < 0 ? text : `${text.slice(0, at)}@${shortDigest(text.slice(at + 1))}`;
}
