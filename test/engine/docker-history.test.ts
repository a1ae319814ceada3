import {describe, expect, test} from 'vitest';
import {historyFrom} from '../../source/engine/docker-images.ts';

/** Newest first, as the engine answers. */
function paired(rows: ReadonlyArray<readonly [createdBy: string, size: number]>, count: number) {
	const diffIds = Array.from({length: count}, (_, index) => `sha256:${index}`);
	const answer = rows.map(([CreatedBy, Size]) => ({CreatedBy, Size}));
	return historyFrom(answer, diffIds).map(({digest}) => digest);
}

describe('steps of the history and layers', () => {
	test('are paired by their number, by their bytes, or by what instructions do', () => {
		expect(
			paired(
				[
					['COPY b', 0],
					['COPY a', 0],
				],
				2,
			),
		).toEqual(['sha256:1', 'sha256:0']);
		expect(
			paired(
				[
					['CMD ["x"]', 0],
					['COPY a', 5],
				],
				1,
			),
		).toEqual([undefined, 'sha256:0']);
		expect(
			paired(
				[
					['RUN /bin/sh -c true # buildkit', 0],
					['/bin/sh -c #(nop)  ENV A=b', 0],
					['/bin/sh -c #(nop) WORKDIR /srv', 0],
					['LABEL a=b', 0],
					['/bin/sh -c #(nop) COPY dir:1 in / ', 9],
				],
				3,
			),
		).toEqual(['sha256:2', undefined, 'sha256:1', undefined, 'sha256:0']);
	});

	test('are not paired where nothing fits', () => {
		expect(
			paired(
				[
					['RUN a', 0],
					['RUN b', 0],
					['COPY c', 1],
				],
				2,
			),
		).toEqual([undefined, undefined, undefined]);
	});
});
