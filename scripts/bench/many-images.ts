/** Many small images in an engine at once. */
import {createHash} from 'node:crypto';
import {createWriteStream} from 'node:fs';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {pack} from 'tar-stream';
import type {RunningDockerd} from '../../test/support/start-dockerd.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';

const tagsPerImage = 5;

/** Loads `count` images of one common layer with five tags each, as `docker save` would have kept them. */
export async function loadManyImages(dockerd: RunningDockerd, count: number): Promise<void> {
	await using folder = await temporaryFolder();
	const file = path.join(folder.path, 'images.tar');
	const layer = Buffer.alloc(1024);
	const diffId = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
	const archive = pack();
	const written = pipeline(archive, createWriteStream(file));
	archive.entry({name: 'layer.tar'}, layer);
	const manifest = Array.from({length: count}, (_, index) => {
		const config = JSON.stringify({
			architecture: 'amd64',
			os: 'linux',
			created: new Date(Date.UTC(2026, 0, 2) - index * 3_600_000).toISOString(),
			config: {Labels: {number: String(index)}},
			rootfs: {type: 'layers', diff_ids: [diffId]},
		});
		archive.entry({name: `${index}.json`}, config);
		return {
			Config: `${index}.json`,
			RepoTags: Array.from({length: tagsPerImage}, (__, tag) => `team/service-${index}:1.${tag}`),
			Layers: ['layer.tar'],
		};
	});
	archive.entry({name: 'manifest.json'}, JSON.stringify(manifest));
	archive.finalize();
	await written;
	await dockerd.docker('load', '--quiet', '--input', file);
}
