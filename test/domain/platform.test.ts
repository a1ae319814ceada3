import {describe, expect, test} from 'vitest';
import {
	choosePlatform,
	formatPlatform,
	hostPlatform,
	isAttestation,
	platformMatches,
	type Platform,
} from '../../source/domain/platform.ts';

const amd64 = {os: 'linux', architecture: 'amd64'};
const arm64 = {os: 'linux', architecture: 'arm64'};
const arm = (variant?: string): Platform => ({
	os: 'linux',
	architecture: 'arm',
	...(variant === undefined ? {} : {variant}),
});
const entry = (name: string, platform?: Platform, annotations?: Record<string, string>) => ({
	name,
	...(platform ? {platform} : {}),
	...(annotations ? {annotations} : {}),
});
const attestation = entry(
	'attestation',
	{os: 'unknown', architecture: 'unknown'},
	{'vnd.docker.reference.type': 'attestation-manifest'},
);

test('is written as --platform takes it', () => {
	expect(formatPlatform(amd64)).toBe('linux/amd64');
	expect(formatPlatform({...arm64, variant: 'v8'})).toBe('linux/arm64/v8');
});

describe('two platforms are the same', () => {
	test.each<[string, Platform, Platform, boolean]>([
		['equal', amd64, amd64, true],
		['arm64 is arm64/v8', arm64, {...arm64, variant: 'v8'}, true],
		['arm is arm/v7', arm(), arm('v7'), true],
		['arm/v6 is not arm', arm('v6'), arm(), false],
		['another processor', amd64, arm64, false],
		['another system', amd64, {...amd64, os: 'windows'}, false],
		['other names of the same', {os: 'Linux', architecture: 'x86_64'}, amd64, true],
		['aarch64', {os: 'linux', architecture: 'aarch64'}, arm64, true],
		['a newer amd64 is not the plain one', {...amd64, variant: 'v3'}, amd64, false],
		['amd64/v1 is the plain one', {...amd64, variant: 'v1'}, amd64, true],
	])('%s', (_, a, b, same) => {
		expect(platformMatches(a, b)).toBe(same);
		expect(platformMatches(b, a)).toBe(same);
	});
});

describe('the choice in an index', () => {
	test('is the first exact match', () => {
		const entries = [
			attestation,
			entry('arm64', {...arm64, variant: 'v8'}),
			entry('first', amd64),
			entry('second', amd64),
		];
		expect(choosePlatform(entries, amd64)?.name).toBe('first');
		expect(choosePlatform(entries, arm64)?.name).toBe('arm64');
		expect(choosePlatform(entries, {os: 'linux', architecture: 's390x'})).toBeUndefined();
		expect(choosePlatform([], amd64)).toBeUndefined();
	});

	test('falls back to lower variants of 32-bit arm, nearest first, never to higher ones', () => {
		const entries = [entry('v5', arm('v5')), entry('v6', arm('v6'))];
		expect(choosePlatform(entries, arm())?.name).toBe('v6');
		expect(choosePlatform(entries, arm('v5'))?.name).toBe('v5');
		expect(choosePlatform([entry('v7', arm('v7'))], arm('v6'))).toBeUndefined();
		expect(choosePlatform([...entries, entry('plain', arm())], arm('v7'))?.name).toBe('plain');
	});

	test('takes an entry that names no platform where nothing else fits, but no attestation', () => {
		expect(choosePlatform([entry('plain')], amd64)?.name).toBe('plain');
		expect(choosePlatform([entry('plain'), entry('exact', amd64)], amd64)?.name).toBe('exact');
		const hidden = entry('hidden', undefined, {
			'vnd.docker.reference.type': 'attestation-manifest',
		});
		expect(choosePlatform([hidden, attestation], amd64)).toBeUndefined();
		expect(choosePlatform([attestation], {os: 'unknown', architecture: 'x'})).toBeUndefined();
	});
});

test('attestations are known by their annotation or their platform', () => {
	expect(isAttestation(attestation)).toBe(true);
	expect(isAttestation({platform: {os: 'unknown', architecture: 'unknown'}})).toBe(true);
	expect(isAttestation({platform: amd64})).toBe(false);
	expect(isAttestation({})).toBe(false);
});

test('this machine runs Linux images for its own processor', () => {
	expect(hostPlatform().os).toBe('linux');
	expect(hostPlatform().architecture).toMatch(/^[a-z0-9]+$/);
	expect(hostPlatform().architecture).not.toBe('x64');
});
