/** Things to undo, the last first; AsyncDisposableStack for Nodes that have none. */
export class CleanUp {
	readonly #steps: (() => Promise<unknown>)[] = [];

	/** Disposes of it in the end. */
	use<Value extends {[Symbol.asyncDispose](): Promise<void>}>(value: Value): Value {
		this.defer(() => value[Symbol.asyncDispose]());
		return value;
	}

	defer(step: () => Promise<unknown>): void {
		this.#steps.push(step);
	}

	/** Runs every step, whether or not others fail; then throws the first failure. */
	async run(): Promise<void> {
		const failures: unknown[] = [];
		for (const step of this.#steps.splice(0).toReversed()) {
			await step().catch((error: unknown) => failures.push(error));
		}
		if (failures.length > 0) throw failures[0];
	}
}
