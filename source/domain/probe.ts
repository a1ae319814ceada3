/** What a running container answered when it was asked whether it works, and whether two answers are the same. */

export type ProbeAnswer =
	| {
			readonly kind: 'http';
			/** What was asked: path and port of the container, `/ on 8080`. */
			readonly asked: string;
			readonly status: number;
			/** Those that tell what is served, lower-case names. */
			readonly headers: Readonly<Record<string, string>>;
			/** SHA-256 of the body as far as it was read. */
			readonly bodyDigest: string;
			readonly bodyBytes: number;
			/** Whether two answers right after each other had different bodies; then bodies are not compared. */
			readonly bodyVaries: boolean;
			/** Whether there was more than was read. */
			readonly truncated: boolean;
			/** How the body begins, one safe line. */
			readonly excerpt: string;
			/** ms until it answered for the first time, from when the container was started. */
			readonly readyAfterMs: number;
	  }
	| {readonly kind: 'tcp'; readonly asked: string; readonly readyAfterMs: number}
	| {
			readonly kind: 'health';
			readonly asked: string;
			readonly status: 'healthy' | 'unhealthy';
			readonly output: string;
			readonly readyAfterMs: number;
	  }
	/** It ended by itself: what is compared is how. */
	| {readonly kind: 'exit'; readonly asked: string; readonly exitCode: number}
	/** Nothing answered in time. */
	| {readonly kind: 'silent'; readonly asked: string; readonly reason: string};

/** Whether the answer says that the program does its work. */
export function isWorking(answer: ProbeAnswer): boolean {
	switch (answer.kind) {
		case 'http':
			return answer.status < 500;
		case 'tcp':
			return true;
		case 'health':
			return answer.status === 'healthy';
		case 'exit':
			return answer.exitCode === 0;
		case 'silent':
			return false;
	}
}

/** One line each for what is not as it was; empty when the program works as before. Times do not count. */
export function compareAnswers(before: ProbeAnswer, after: ProbeAnswer): readonly string[] {
	if (before.kind !== after.kind) {
		return [`Before: ${describeAnswer(before)}. Now: ${describeAnswer(after)}.`];
	}
	const differences: string[] = [];
	const differ = (what: string, one: string | number, other: string | number) => {
		if (one !== other) differences.push(`${what} was ${one} and is ${other}.`);
	};
	differ('What was asked', before.asked, after.asked);
	if (before.kind === 'http' && after.kind === 'http') {
		differ('The status', before.status, after.status);
		for (const name of new Set([...Object.keys(before.headers), ...Object.keys(after.headers)])) {
			differ(
				`The header ${name}`,
				before.headers[name] ?? 'absent',
				after.headers[name] ?? 'absent',
			);
		}
		const isFixed = !before.bodyVaries && !after.bodyVaries;
		if (isFixed && before.bodyDigest !== after.bodyDigest) {
			differences.push(
				before.excerpt === after.excerpt
					? `The body is another one (${before.bodyBytes} and ${after.bodyBytes} bytes).`
					: `The body began with "${before.excerpt}" and begins with "${after.excerpt}".`,
			);
		}
	}
	if (before.kind === 'health' && after.kind === 'health') {
		differ('Its health', before.status, after.status);
	}
	if (before.kind === 'exit' && after.kind === 'exit') {
		differ('The exit code', before.exitCode, after.exitCode);
	}
	return differences;
}

/** The answer in a few words: `HTTP 200 text/html, 12 bytes "hello"`. */
export function describeAnswer(answer: ProbeAnswer): string {
	switch (answer.kind) {
		case 'http': {
			const type = answer.headers['content-type'];
			const size = `${answer.truncated ? 'more than ' : ''}${answer.bodyBytes} bytes`;
			const begins = answer.excerpt === '' ? '' : ` "${answer.excerpt}"`;
			return `HTTP ${answer.status} for ${answer.asked}${type === undefined ? '' : `, ${type}`}, ${size}${begins}`;
		}
		case 'tcp':
			return `port ${answer.asked} takes connections`;
		case 'health':
			return `HEALTHCHECK says ${answer.status}${answer.output === '' ? '' : ` ("${answer.output}")`}`;
		case 'exit':
			return `it ended by itself with exit code ${answer.exitCode}`;
		case 'silent':
			return `no answer: ${answer.reason}`;
	}
}

/** The same, where there is room for a few words only: without what was in the answer. */
export function briefAnswer(answer: ProbeAnswer): string {
	return answer.kind === 'http'
		? `HTTP ${answer.status} for ${answer.asked}`
		: describeAnswer({...answer, ...(answer.kind === 'health' ? {output: ''} : {})});
}
