import {expect, test} from 'vitest';
import {callsOf} from '../operations/operation-world.ts';
import {openWorkbench} from './open-workbench.ts';

test('before a proof it is told which container keeps the image', async () => {
	await using workbench = await openWorkbench({
		samples: 'first',
		settings: {
			targets: [{id: '127.0.0.1:9', provider: 'generic', host: '127.0.0.1:9', namespace: ''}],
		},
		engineOver: engine => ({
			...callsOf(engine),
			containersUsing: async () => [
				{id: 'c0ffee', imageId: 'sha256:1', name: 'holder', running: true},
			],
		}),
	});
	await workbench.until(({images}) => images.phase === 'ready');
	await workbench.until(({targets}) => targets.length > 0);
	workbench.intents.focusPane('images');
	workbench.intents.openProve();
	const {dialog} = await workbench.until(
		state => state.dialog?.kind === 'prove' && state.dialog.usedBy !== undefined,
	);
	expect(dialog).toMatchObject({usedBy: 'holder', source: 'hello:1.0.0'});
});
