/** Opens the workbench on a terminal: its screen first, and all else behind that. */
import {defaultSettings} from '../settings/schema.ts';
import type {GlobalOptions} from './command.ts';
import {openScreen} from './open-screen.ts';
import {openPersonalSettings} from './personal-settings.ts';
import type {StageOptions} from './stage/stage-options.ts';

/** Resolves with the exit code when the person has left. Rejects with `NOT_A_TERMINAL` before anything is drawn. */
export async function openWorkbench(
	globals: GlobalOptions,
	staging?: StageOptions,
): Promise<number> {
	const {demo, readOnly} = globals;
	const settings = demo ? undefined : await openPersonalSettings(globals);
	const stage = staging && (await (await import('./stage/open-stage.tsx')).openStage(staging));
	try {
		const screen = await openScreen(settings?.get() ?? defaultSettings, {demo, readOnly, stage});
		try {
			const {runSession} = await import('./workbench-session.ts');
			return await runSession({globals, settings, screen, stage});
		} finally {
			screen.terminal.release();
		}
	} finally {
		stage?.close();
	}
}
