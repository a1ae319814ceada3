/** Knows what can be seen on the terminal, from what was written to it. */
import type * as Headless from '@xterm/headless';

export type WatchedScreen = {
	write(chunk: string | Uint8Array): void;
	resize(columns: number, rows: number): void;
	/** The visible rows, without blanks at their ends. */
	text(): string;
	/** When something was drawn last, by the clock that was given. */
	drawnAt(): number;
	close(): void;
};

/** `onDrawn` is called whenever the text may have changed. */
export async function watchScreen(options: {
	readonly columns: number;
	readonly rows: number;
	readonly clock: () => number;
	readonly onDrawn: () => void;
}): Promise<WatchedScreen> {
	const {columns, rows, clock, onDrawn} = options;
	// CommonJS: what is a name of the module in the bundle is one of its default export without it.
	const module = (await import('@xterm/headless')) as typeof Headless & {
		readonly default?: typeof Headless;
	};
	const {Terminal} = module.default ?? module;
	const terminal = new Terminal({
		cols: columns,
		rows,
		scrollback: 0,
		allowProposedApi: true,
		// As the terminal's driver does, also in raw mode.
		convertEol: true,
	});
	let drawnAt = clock();
	return {
		write(chunk) {
			terminal.write(chunk, () => {
				drawnAt = clock();
				onDrawn();
			});
		},
		resize: (newColumns, newRows) => terminal.resize(newColumns, newRows),
		text() {
			const {active} = terminal.buffer;
			const lines = Array.from(
				{length: terminal.rows},
				(_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '',
			);
			return lines.join('\n').trimEnd();
		},
		drawnAt: () => drawnAt,
		close: () => terminal.dispose(),
	};
}
