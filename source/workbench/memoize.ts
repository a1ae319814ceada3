/** Remembers the last answer of a pure function, compared by the identity of its arguments. */
export function memoizeLast<Arguments extends readonly unknown[], Result>(
	compute: (...inputs: Arguments) => Result,
): (...inputs: Arguments) => Result {
	let last: {readonly inputs: Arguments; readonly result: Result} | undefined;
	return (...inputs) => {
		const same = last?.inputs.every((input, index) => Object.is(input, inputs[index]));
		if (!last || !same) last = {inputs, result: compute(...inputs)};
		return last.result;
	};
}
