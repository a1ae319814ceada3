/** Another process that works on a layout: what the tests kill. Not a test file itself. */
import {openLayout} from '../../source/oci-layout/open-layout.ts';
import {acquireLock} from '../../source/oci-layout/folder-lock.ts';
import {privatePath} from '../../source/oci-layout/layout-paths.ts';
import type {Digest} from '../../source/domain/digest.ts';

const [task, folder = '', digest = '', size = '0'] = process.argv.slice(2);
const forever = () => new Promise<never>(() => setInterval(() => {}, 1000));

if (task === 'hold-lock') {
	await acquireLock(privatePath(folder, 'lock'));
	console.log('ready');
	await forever();
}

const layout = await openLayout(folder);
const endless = async function* () {
	yield Buffer.alloc(3 * 1024 * 1024, 'x');
	console.log('ready');
	await forever();
};
switch (task) {
	case 'put':
		await layout.blobs.put({digest: digest as Digest, size: Number(size)}, endless());
		break;
	case 'download':
		await layout.blobs.download({digest: digest as Digest, size: Number(size)}, endless);
		break;
	case 'hold':
		await layout.hold([digest as Digest]);
		console.log('ready');
		await forever();
		break;
	case 'tag-many':
		console.log('ready');
		for (let number = 0; ; number++) {
			const descriptor = {mediaType: 'application/x-test', digest: digest as Digest, size: 1};
			await layout.tag(descriptor, `example.com/${size}:${number % 50}`);
		}
	case 'tag-once':
		for (let number = 0; number < 20; number++) {
			const descriptor = {mediaType: 'application/x-test', digest: digest as Digest, size: 1};
			await layout.tag(descriptor, `example.com/${size}:${number}`);
		}
		console.log('ready');
		break;
}
