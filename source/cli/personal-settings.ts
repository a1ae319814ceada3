/** The settings of the person who started regbench. */
import {settingsFolder} from '../settings/folders.ts';
import {openSettings, type SettingsStore} from '../settings/settings.ts';
import type {GlobalOptions} from './command.ts';

/** Opens the settings where `--config-dir`, the environment or the platform has them. Never rejects. */
export async function openPersonalSettings(
	{configDir}: Pick<GlobalOptions, 'configDir'>,
	environment: NodeJS.ProcessEnv = process.env,
): Promise<SettingsStore> {
	return openSettings({configFolder: settingsFolder({flag: configDir, environment})});
}
