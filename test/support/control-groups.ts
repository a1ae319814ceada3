import {readdir, rmdir} from 'node:fs/promises';
import path from 'node:path';

/** Takes away what containers leave in the kernel, in every hierarchy; groups in use stay. */
export async function removeControlGroups(name: string): Promise<void> {
	const root = '/sys/fs/cgroup';
	for (const hierarchy of ['', ...(await readdir(root).catch(() => []))]) {
		await removeEmpty(path.join(root, hierarchy, name));
	}
}

async function removeEmpty(group: string): Promise<void> {
	for (const child of await readdir(group, {withFileTypes: true}).catch(() => [])) {
		if (child.isDirectory()) await removeEmpty(path.join(group, child.name));
	}
	await rmdir(group).catch(() => {});
}
