/** QR codes for addresses, drawn with half blocks: two modules on top of each other in one character. */
import {useEffect, useState} from 'react';

/** Columns of light around the code; without it cameras do not find the edges. */
const border = 2;

export type QrCode = {
	/** The text it was made from. */
	readonly text: string;
	/** Dark is drawn, light is blank; to be painted dark on light. */
	readonly rows: readonly string[];
	readonly width: number;
};

/** The code for a text once its maker is loaded; undefined until then, and without a text. */
export function useQrCode(text: string | undefined): QrCode | undefined {
	const [code, setCode] = useState<QrCode>();
	useEffect(() => {
		if (text === undefined) return undefined;
		let isWanted = true;
		void makeQrCode(text).then(made => {
			if (isWanted) setCode(made);
		});
		return () => {
			isWanted = false;
		};
	}, [text]);
	return code?.text === text ? code : undefined;
}

/** Undefined for a text that is too long for any code. */
export async function makeQrCode(text: string): Promise<QrCode | undefined> {
	const {encode} = await import('uqr');
	try {
		const {data, size} = encode(text, {border, ecc: 'L'});
		return {text, rows: halfBlocks(data), width: size};
	} catch {
		return undefined;
	}
}

function halfBlocks(modules: ReadonlyArray<readonly boolean[]>): readonly string[] {
	const rows: string[] = [];
	for (let y = 0; y < modules.length; y += 2) {
		const upper = modules[y] ?? [];
		const lower = modules[y + 1] ?? [];
		rows.push(
			upper.map((dark, x) => (dark ? (lower[x] ? '█' : '▀') : lower[x] ? '▄' : ' ')).join(''),
		);
	}
	return rows;
}
