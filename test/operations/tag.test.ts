import {expect, test} from 'vitest';
import {tagImage} from '../../source/operations/tag.ts';
import {commandsOf, drain, fail, openWorld} from './operation-world.ts';

test('a new tag points at the image, and the docker command for it is told', async () => {
	await using world = await openWorld();
	const {events, result} = await drain(
		tagImage({source: 'hello:1.0.0', reference: 'ghcr.io/octocat/hello:1.0.0'}, world.context()),
	);
	expect(commandsOf(events)).toEqual(['docker tag hello:1.0.0 ghcr.io/octocat/hello:1.0.0']);
	const references = await world.references();
	expect(references['ghcr.io/octocat/hello:1.0.0']).toBe(references['hello:1.0.0']);
	expect(result).toEqual({
		operation: 'tag',
		source: 'hello:1.0.0',
		reference: 'ghcr.io/octocat/hello:1.0.0',
		imageId: references['hello:1.0.0'],
	});
});

test('moving a tag says which image it pointed at before', async () => {
	await using world = await openWorld();
	const before = await world.references();
	const request = {source: 'hello:1.0.0', reference: 'hello:1.1.0'};
	const {result} = await drain(tagImage(request, world.context()));
	expect(result.movedFrom).toBe(before['hello:1.1.0']);
	expect((await world.references())['hello:1.1.0']).toBe(before['hello:1.0.0']);
	// Done once more it moves nothing.
	expect((await drain(tagImage(request, world.context()))).result).not.toHaveProperty('movedFrom');
});

test.each([
	['ghcr.io/hello:1.0.0', 'NAME_NOT_ALLOWED'],
	['ghcr.io/OctoCat/hello:1', 'INVALID_REFERENCE'],
	['hello:', 'INVALID_REFERENCE'],
	['hello@sha256:' + 'a'.repeat(64), 'INVALID_REFERENCE'],
	['', 'INVALID_REFERENCE'],
] as const)('%j is refused as %s and nothing changes', async (reference, code) => {
	await using world = await openWorld('first');
	const before = await world.references();
	const [source = ''] = Object.keys(before);
	const {error} = await fail(tagImage({source, reference}, world.context()));
	expect(error.code).toBe(code);
	expect(error.hint).not.toBe('');
	expect(await world.references()).toEqual(before);
});

test('upper case is refused with the form that would be taken', async () => {
	await using world = await openWorld('first');
	const {error} = await fail(
		tagImage({source: 'hello:1.0.0', reference: 'ghcr.io/OctoCat/Hello:1'}, world.context()),
	);
	expect(`${error.message} ${error.hint}`).toContain('ghcr.io/octocat/hello:1');
});

test('an image that is not there is named', async () => {
	await using world = await openWorld('first');
	const {error} = await fail(
		tagImage({source: 'nothing:1', reference: 'other:1'}, world.context()),
	);
	expect(error).toMatchObject({code: 'IMAGE_NOT_FOUND'});
	expect(error.message).toContain('nothing:1');
});
