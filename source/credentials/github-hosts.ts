/** The account name that gh is logged in as, read from its hosts.yml without touching the token in it. */
import {join} from 'node:path';
import {sanitise} from '../domain/sanitise.ts';
import {readBounded} from './auth-file.ts';
import type {SourceContext} from './source-context.ts';

type Places = Pick<SourceContext, 'environment' | 'homeFolder' | 'platform'>;

/** The active user name for github.com; undefined when gh is not logged in or the file is not readable. */
export async function githubUsername(places: Places): Promise<string | undefined> {
	const text = await readBounded(join(configFolder(places), 'hosts.yml')).catch(() => undefined);
	return text === undefined ? undefined : usernameInHosts(text);
}

function configFolder({environment, homeFolder, platform}: Places): string {
	const {GH_CONFIG_DIR, XDG_CONFIG_HOME, AppData, APPDATA} = environment;
	const roaming = AppData ?? APPDATA;
	if (GH_CONFIG_DIR) return GH_CONFIG_DIR;
	if (XDG_CONFIG_HOME) return join(XDG_CONFIG_HOME, 'gh');
	if (platform === 'win32' && roaming) return join(roaming, 'GitHub CLI');
	return join(homeFolder, '.config', 'gh');
}

/** `user:` directly below `github.com:`; deeper lines (the accounts' tokens) are passed over. */
export function usernameInHosts(text: string): string | undefined {
	let inside = false;
	let indent: string | undefined;
	for (const line of text.split(/\r?\n/)) {
		const [, space = '', key = '', value = ''] =
			/^(\s*)["']?([^\s"':#]+)["']?:\s*(.*?)\s*$/.exec(line) ?? [];
		if (key === '') continue;
		if (space === '') {
			inside = key === 'github.com';
			indent = undefined;
		} else if (inside) {
			indent ??= space;
			const name = value.replaceAll(/^["']|["']$/g, '');
			if (space === indent && key === 'user' && name !== '') return sanitise(name);
		}
	}
	return undefined;
}
