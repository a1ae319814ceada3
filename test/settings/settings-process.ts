/**
 * A second instance for the tests: `COUNT` changes to the settings in `FOLDER`, then one line of what came
 * of it. With `USER` it works as that user; it drops its rights itself because the user may not be
 * allowed to start this Node.
 */
import {openSettings} from '../../source/settings/settings.ts';

const [folder = '', name = '', count = '0', user] = process.argv.slice(2);

if (user !== undefined) {
	process.setgroups?.([]);
	process.setgid?.(Number(user));
	process.setuid?.(Number(user));
}

async function main(): Promise<void> {
	const store = await openSettings({configFolder: folder});
	process.stdout.write('open\n');
	// Both are let go at the same moment.
	await new Promise(resolve => process.stdin.once('data', resolve));
	process.stdin.pause();
	const outcomes: string[] = [];
	for (let index = 0; index < Number(count); index++) {
		const outcome = await store
			.update(current => ({
				...current,
				deniedProposals: [...current.deniedProposals, `${name}-${index}`],
			}))
			.then(
				() => 'saved',
				(error: unknown) => String((error as {code?: string}).code),
			);
		outcomes.push(outcome);
	}
	process.stdout.write(
		`${JSON.stringify({outcomes, kept: store.get().deniedProposals.length, notice: store.notice})}\n`,
	);
}

void main();
