import {describe, expect, test} from 'vitest';
import {proxyFor} from '../../source/registry/proxy-rules.ts';

const proxy = 'http://proxy.example:3128';

describe('the proxy of an address', () => {
	test.each([
		['https://ghcr.io/v2/', {HTTPS_PROXY: proxy}, proxy],
		['https://ghcr.io/v2/', {https_proxy: 'proxy.example:3128'}, proxy],
		['http://ghcr.io/v2/', {HTTPS_PROXY: proxy}, undefined],
		['http://ghcr.io/v2/', {http_proxy: proxy}, proxy],
		['https://localhost:5000/v2/', {HTTPS_PROXY: proxy}, undefined],
		['https://127.0.0.1:5000/v2/', {HTTPS_PROXY: proxy}, undefined],
		['https://ghcr.io/', {HTTPS_PROXY: ''}, undefined],
	])('%s with %o', (url, environment, expected) => {
		const found = proxyFor(new URL(url), environment);
		expect(found?.origin).toBe(expected);
	});

	test.each([
		['*', true],
		['ghcr.io', true],
		['other.example, ghcr.io', true],
		['io', true],
		['.io', true],
		['*.io', true],
		['hcr.io', false],
		['.ghcr.io', false],
		['ghcr.io:443', true],
		['ghcr.io:8443', false],
		['10.0.0.0/8', false],
	])('NO_PROXY=%s excepts ghcr.io: %s', (list, excepted) => {
		const found = proxyFor(new URL('https://ghcr.io/'), {HTTPS_PROXY: proxy, NO_PROXY: list});
		expect(found === undefined).toBe(excepted);
	});

	test.each([
		['https://10.1.2.3/', '10.0.0.0/8', true],
		['https://11.1.2.3/', '10.0.0.0/8', false],
		['https://10.1.2.3:5000/', '10.1.2.3:5000', true],
		['https://10.1.2.3/', '.3', false],
		['https://[fd00::1]/', 'fd00::/8', true],
		['https://[fd00::1]/', 'fd00::1', true],
		['https://[fd00::1]:5000/', '[fd00::1]:5000', true],
		['https://10.1.2.3/', '10.0.0.0/99', false],
	])('%s with NO_PROXY=%s: %s', (url, list, excepted) => {
		const found = proxyFor(new URL(url), {HTTPS_PROXY: proxy, no_proxy: list});
		expect(found === undefined).toBe(excepted);
	});

	test('what is no proxy is refused without its text, which may hold a password', () => {
		for (const address of ['socks5://me:hunter2@x:1', 'http://me:hunter2@[', 'ftp://x']) {
			expect(() => proxyFor(new URL('https://ghcr.io'), {HTTPS_PROXY: address})).toThrow(
				/^HTTPS_PROXY is no address of an HTTP proxy$/,
			);
		}
	});
});
