/** Where regbench keeps its files on this machine. */
import {homedir} from 'node:os';
import path from 'node:path';

export type FolderRequest = {
	/** What the option says, where it was given; relative to the current folder. */
	readonly flag?: string | undefined;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly platform?: NodeJS.Platform;
	readonly home?: string;
};

/** The folder of settings.json: `--config-dir`, REGBENCH_CONFIG_DIR, else the system's place for settings. */
export function settingsFolder({flag, environment, platform, home}: FolderRequest): string {
	const chosen = flag || environment['REGBENCH_CONFIG_DIR'];
	if (chosen) return path.resolve(chosen);
	return systemFolder(
		{environment, platform, home},
		{
			xdg: 'XDG_CONFIG_HOME',
			unix: ['.config'],
			mac: ['Library', 'Preferences'],
			windowsVariable: 'APPDATA',
			windows: ['AppData', 'Roaming'],
			windowsLeaf: 'Config',
		},
	);
}

/** The folder of the embedded engine's images: `--data-dir`, REGBENCH_DATA_DIR, else the system's place for data. */
export function dataFolder({flag, environment, platform, home}: FolderRequest): string {
	const chosen = flag || environment['REGBENCH_DATA_DIR'];
	if (chosen) return path.resolve(chosen);
	return systemFolder(
		{environment, platform, home},
		{
			xdg: 'XDG_DATA_HOME',
			unix: ['.local', 'share'],
			mac: ['Library', 'Application Support'],
			windowsVariable: 'LOCALAPPDATA',
			windows: ['AppData', 'Local'],
			windowsLeaf: 'Data',
		},
	);
}

type Places = {
	readonly xdg: string;
	readonly unix: readonly string[];
	readonly mac: readonly string[];
	readonly windowsVariable: string;
	readonly windows: readonly string[];
	readonly windowsLeaf: string;
};

function systemFolder(
	{
		environment,
		platform = process.platform,
		home = homedir(),
	}: {
		readonly environment: FolderRequest['environment'];
		readonly platform: NodeJS.Platform | undefined;
		readonly home: string | undefined;
	},
	places: Places,
): string {
	if (platform === 'win32') {
		const base = environment[places.windowsVariable] || path.win32.join(home, ...places.windows);
		return path.win32.join(base, 'regbench', places.windowsLeaf);
	}
	if (platform === 'darwin') return path.posix.join(home, ...places.mac, 'regbench');
	// A relative path there is to be ignored (XDG Base Directory Specification).
	const xdg = environment[places.xdg];
	const base = xdg && path.posix.isAbsolute(xdg) ? xdg : path.posix.join(home, ...places.unix);
	return path.posix.join(base, 'regbench');
}
