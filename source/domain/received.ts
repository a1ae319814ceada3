/** What a pull brought, in words. */
import {formatBytes} from './size.ts';

/** `168 B received; 2 layers were still here, held by other images`. */
export function receivedText({
	bytes,
	kept = 0,
}: {
	readonly bytes: number;
	readonly kept?: number;
}): string {
	const rest =
		kept === 0
			? ''
			: `; ${kept} ${kept === 1 ? 'layer was' : 'layers were'} still here, held by other images`;
	return `${formatBytes(bytes)} received${rest}`;
}
