/** The base score of a CVSS 3.0 or 3.1 vector (first.org/cvss/v3.1/specification-document, 7.1). */

const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
	AV: {N: 0.85, A: 0.62, L: 0.55, P: 0.2},
	AC: {L: 0.77, H: 0.44},
	UI: {N: 0.85, R: 0.62},
	C: {H: 0.56, L: 0.22, N: 0},
	I: {H: 0.56, L: 0.22, N: 0},
	A: {H: 0.56, L: 0.22, N: 0},
};
const privileges: Readonly<Record<string, readonly [unchanged: number, changed: number]>> = {
	N: [0.85, 0.85],
	L: [0.62, 0.68],
	H: [0.27, 0.5],
};

/** 0 to 10; undefined for what is no such vector. */
export function baseScore(vector: string): number | undefined {
	if (!/^CVSS:3\.[01]\//.test(vector)) return undefined;
	const fields = new Map(vector.split('/').map(part => part.split(':', 2) as [string, string]));
	const weight = (name: string) => weights[name]?.[fields.get(name) ?? ''];
	const changed = fields.get('S') === 'C';
	const pr = privileges[fields.get('PR') ?? '']?.[changed ? 1 : 0];
	const [av, ac, ui, c, i, a] = ['AV', 'AC', 'UI', 'C', 'I', 'A'].map(weight);
	if (
		av === undefined ||
		ac === undefined ||
		ui === undefined ||
		pr === undefined ||
		c === undefined ||
		i === undefined ||
		a === undefined
	) {
		return undefined;
	}
	const base = 1 - (1 - c) * (1 - i) * (1 - a);
	const impact = changed ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base;
	if (impact <= 0) return 0;
	const exploitability = 8.22 * av * ac * pr * ui;
	return roundUp(Math.min(10, (changed ? 1.08 : 1) * (impact + exploitability)));
}

/** To one decimal, upwards, without the errors of binary fractions. */
function roundUp(value: number): number {
	const whole = Math.round(value * 100_000);
	return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
