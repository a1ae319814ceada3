import {expect, test} from 'vitest';
import {parseEngineAddress, routeTitle} from '../../source/engine/engine-address.ts';
import {sshArguments} from '../../source/engine/ssh-socket.ts';

test.each([
	['unix:///var/run/docker.sock', {kind: 'socket', path: '/var/run/docker.sock'}],
	['/run/podman/podman.sock', {kind: 'socket', path: '/run/podman/podman.sock'}],
	['npipe:////./pipe/docker_engine', {kind: 'socket', path: '//./pipe/docker_engine'}],
	['tcp://lab-7', {kind: 'tcp', host: 'lab-7', port: 2375, secure: false}],
	['lab-7:2375', {kind: 'tcp', host: 'lab-7', port: 2375, secure: false}],
	['tcp://[::1]:80', {kind: 'tcp', host: '::1', port: 80, secure: false}],
	['https://lab-7', {kind: 'tcp', host: 'lab-7', port: 2376, secure: true}],
	['ssh://lab-7', {kind: 'ssh', host: 'lab-7'}],
	[
		'ssh://ann@lab-7:2222/run/user/1000/docker.sock',
		{kind: 'ssh', user: 'ann', host: 'lab-7', port: 2222, socket: '/run/user/1000/docker.sock'},
	],
])('%s is understood', (url, transport) => {
	expect(parseEngineAddress(url)).toEqual(transport);
});

test.each([
	'',
	'unix://',
	'fd://',
	'ftp://lab-7',
	'tcp://',
	'tcp://a b',
	'ssh://',
	'ssh://-oProxyCommand=evil',
	'ssh://-lroot@lab-7',
	'ssh://ann:secret@lab-7',
])('%j is refused with a hint', url => {
	expect(() => parseEngineAddress(url)).toThrowError(
		expect.objectContaining({code: 'USAGE', hint: expect.stringContaining('unix://')}),
	);
});

function route(url: string, tls?: {skipVerify: boolean}): string {
	return routeTitle({url, origin: 'test', ...(tls === undefined ? {} : {tls})});
}

test('the header tells how the engine is reached', () => {
	expect(route('unix:///x')).toBe('unix');
	expect(route('npipe:////./pipe/x')).toBe('npipe');
	expect(route('tcp://h:1')).toBe('tcp');
	expect(route('tcp://h:1', {skipVerify: false})).toBe('tls');
	expect(route('ssh://ann@lab-7')).toBe('ssh lab-7');
});

test('a socket on the far side goes through the far shell unharmed', () => {
	expect(sshArguments({kind: 'ssh', host: 'lab-7', socket: "/a b/it's"}).slice(-5)).toEqual([
		'docker',
		'--host',
		String.raw`'unix:///a b/it'\''s'`,
		'system',
		'dial-stdio',
	]);
});
