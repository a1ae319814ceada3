/** A terminal's input to which a script adds its keys. */
import {Readable} from 'node:stream';

export type PlayedInput = {
	/** In place of the terminal's own. */
	readonly stdin: NodeJS.ReadStream;
	press(bytes: string): void;
	/** Leaves the terminal's input to others. */
	release(): void;
};

/** What the person types comes through while `admits` says so, chunk by chunk. */
export function createPlayedInput(
	real: NodeJS.ReadStream,
	admits: (chunk: Buffer) => boolean,
): PlayedInput {
	const played = new PlayedStream(real);
	const onKeys = () => {
		for (let chunk: unknown = real.read(); chunk !== null; chunk = real.read()) {
			const bytes = Buffer.from(chunk as Buffer | string);
			if (admits(bytes)) played.push(bytes);
		}
	};
	real.on('readable', onKeys);
	return {
		stdin: played as unknown as NodeJS.ReadStream,
		press: bytes => void played.push(bytes),
		release() {
			real.off('readable', onKeys);
			real.unref();
		},
	};
}

/** As far as a screen looks at a terminal's input, it is one. */
class PlayedStream extends Readable {
	readonly isTTY = true;
	readonly #real: NodeJS.ReadStream;

	constructor(real: NodeJS.ReadStream) {
		super({read() {}});
		this.#real = real;
	}

	get isRaw(): boolean {
		return this.#real.isRaw;
	}

	setRawMode(mode: boolean): this {
		this.#real.setRawMode(mode);
		return this;
	}

	ref(): this {
		this.#real.ref();
		return this;
	}

	unref(): this {
		this.#real.unref();
		return this;
	}
}
