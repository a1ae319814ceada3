/**
 * What a host name or address tells before anything is sent to it. Names are those of a URL, which
 * has brought every spelling of an address (`0x7f.1`) into its one form.
 */

/** The host name of a URL without the brackets of IPv6. */
export function bareHostname(url: URL): string {
	return url.hostname.replace(/^\[|\]$/g, '');
}

/** Whether a host name is this machine: `localhost` and names below it (RFC 6761), 127.0.0.0/8 or ::1. */
export function isLoopback(hostname: string): boolean {
	if (hostname === 'localhost' || hostname === '::1' || isBelowLocalhost(hostname)) return true;
	const address = ipv4Of(hostname);
	return address !== undefined && address.startsWith('127.');
}

/** Whether a name stands under `.localhost`: it leads to this machine and is never looked up elsewhere. */
export function isBelowLocalhost(hostname: string): boolean {
	return hostname.endsWith('.localhost');
}

/** Whether a host name is a literal address that no public registry may send a login to. */
export function isPrivate(hostname: string): boolean {
	if (isLoopback(hostname)) return true;
	const address = ipv4Of(hostname);
	if (address !== undefined) {
		return /^(?:0\.|10\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(
			address,
		);
	}
	return hostname.includes(':') && /^(?:::$|f[cd]|fe[89ab])/i.test(hostname);
}

/** Whether two URLs have scheme, host and port in common: the border that no credential crosses. */
export function sameOrigin(one: URL, other: URL): boolean {
	return one.origin === other.origin;
}

/** The dotted IPv4 address of a host name, also when it is mapped into IPv6 (`::ffff:7f00:1`). */
function ipv4Of(hostname: string): string | undefined {
	if (/^\d+(?:\.\d+){3}$/.test(hostname)) return hostname;
	const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(hostname);
	if (!mapped) return undefined;
	const high = Number.parseInt(mapped[1]!, 16);
	const low = Number.parseInt(mapped[2]!, 16);
	return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
