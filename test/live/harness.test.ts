import {expect, test} from 'vitest';
import {makeImage, makeOciLayout} from '../support/images.ts';
import {describeLive} from '../support/live.ts';
import {skopeo} from '../support/skopeo.ts';
import {startDockerd} from '../support/start-dockerd.ts';
import {startRegistry} from '../support/start-registry.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';

describeLive('the harness', ['dockerd', 'docker', 'docker-registry', 'skopeo', 'openssl'], () => {
	test('docker pushes to an open registry and skopeo reads it back', async () => {
		await using dockerd = await startDockerd();
		await using registry = await startRegistry();
		const name = `${registry.host}/app:1.0`;
		const id = await makeImage(dockerd, {name, layers: [{sizeBytes: 20_000}, {sizeBytes: 10}]});
		await dockerd.docker('push', name);
		const manifest = JSON.parse(
			await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${name}`),
		);
		expect(manifest.config.digest).toBe(id);
		expect(manifest.layers).toHaveLength(2);
	});

	test('skopeo accepts the layouts that are made here', async () => {
		await using folder = await temporaryFolder();
		await using registry = await startRegistry({tls: true});
		const layout = await makeOciLayout(`${folder.path}/layout`, {layers: [{sizeBytes: 1111}]});
		await skopeo(
			'copy',
			'--dest-tls-verify=false',
			`oci:${layout.folder}:${layout.tag}`,
			`docker://${registry.host}/app:1.0`,
		);
		const read = await skopeo(
			'inspect',
			'--tls-verify=false',
			'--format={{.Digest}}',
			`docker://${registry.host}/app:1.0`,
		);
		expect(read).toBe(layout.manifest.digest);
	});
});
