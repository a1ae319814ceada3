import {expect, test} from 'vitest';
import {explainForbidden} from '../../source/registry/forbidden.ts';
import type {Deed} from '../../source/registry/providers/provider.ts';
import {providerForHost} from '../../source/registry/providers/table.ts';

function hint(host: string, username: string, namespace: string): string {
	return explainForbidden(providerForHost(host), {username, namespace, source: 'docker config'});
}

test.each([
	['ghcr.io', 'octocat', 'github', 'but the repository belongs to github.'],
	['docker.io', 'ada', 'team', 'but the repository belongs to the namespace team.'],
	['quay.io', 'ada', 'team', 'but the repository belongs to the namespace team.'],
	['quay.io', 'other+ci', 'team', 'but the repository belongs to the namespace team.'],
	['registry.gitlab.com', 'ada', 'group/app', 'but the repository belongs to the group group.'],
	['harbor.example.com', 'ada', 'library', 'but the repository belongs to the project library.'],
])('a 403 on %s for %s in %s says whose it is', (host, username, namespace, words) => {
	expect(hint(host, username, namespace)).toContain(`You are logged in as ${username}, ${words}`);
});

test.each([
	['ghcr.io', 'OctoCat', 'octocat'],
	['quay.io', 'team+ci', 'team'],
	['public.ecr.aws', 'AWS', 'alias'],
	['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'AWS', 'team'],
	['europe-docker.pkg.dev', 'oauth2accesstoken', 'project/repository'],
	['europe-docker.pkg.dev', '_json_key', 'project/repository'],
	['coursereg.azurecr.io', '5f0c7a52-6d3b-4e60-9a53-2f6b1a7c9d10', 'team'],
	['ghcr.io', 'token', 'github'],
])('a 403 on %s for %s in %s is no question of whose it is', (host, username, namespace) => {
	expect(hint(host, username, namespace)).not.toContain('logged in as');
	expect(hint(host, username, namespace)).not.toBe('');
});

test.each([
	['ghcr.io', 'octocat', 'octocat', 'read:packages', 'delete:packages'],
	['ghcr.io', 'octocat', 'github', 'github has given access', 'Admin on the package'],
	['docker.io', 'ada', 'ada', 'a token that may read', 'a token that may delete'],
	['registry.gitlab.com', 'ada', 'group', 'read_registry', 'write_registry'],
	['quay.io', 'ada', 'team', 'read access', 'write access'],
	['harbor.example.com', 'ada', 'team', 'may read below team', 'may delete below team'],
])('a 403 on %s for %s in %s asks for no more than the deed needs', (...facts) => {
	const [host, username, namespace, toRead, toDelete] = facts;
	const hintFor = (deed: Deed) =>
		explainForbidden(providerForHost(host), {username, namespace, deed});
	expect(hintFor('read')).toContain(toRead);
	expect(hintFor('read')).not.toMatch(/\bwrite\b|write:|write_/);
	expect(hintFor('delete')).toContain(toDelete);
});
