/** Registries, moving images, logins and trust, in plain words with this machine's facts. Pure. */
import {whoAsked, type AuthenticationFacts} from '../domain/authentication.ts';
import {shortDigest} from '../domain/digest.ts';
import {formatBytes, formatDuration} from '../domain/size.ts';
import type {ProviderId} from '../domain/target.ts';
import type {Facts, TargetFacts, TransferFacts} from './facts.ts';
import {counted, fact, next, plain, type Paragraph} from './paragraph.ts';

const mostListed = 4;

export function aboutPush({push, session}: Facts): readonly Paragraph[] {
	return [
		...(push ? pushFacts(push) : none(session, 'Nothing was pushed in this session yet.')),
		plain(
			'A push asks for each blob by digest: "have you got it?" It uploads only what is missing, then the config, then the manifest.',
		),
		plain(
			'The tag moves last. A push that fails half-way leaves the old tag as it was, and what was sent need not be sent again.',
		),
		next('{images.push} pushes; before bytes move it shows what would be sent.'),
	];
}

function pushFacts(push: TransferFacts): readonly Paragraph[] {
	const {reference, digest, moved, present, mounted, bytesMoved, bytesTotal, durationMs} = push;
	const all = moved.length + present.length + mounted.length;
	return [
		fact(
			`The last push, ${reference}${digest ? ` (${shortDigest(digest)})` : ''}, sent ${formatBytes(bytesMoved)}${bytesTotal === undefined ? '' : ` of ${formatBytes(bytesTotal)}`} in ${formatDuration(durationMs)}.`,
		),
		...(present.length > 0
			? [
					fact(
						`Skipped: ${counted(present.length, 'blob')} of ${all} (${listed(present)}), because the registry answered that it has ${present.length === 1 ? 'this digest' : 'these digests'} already.`,
					),
				]
			: []),
		...(mounted.length > 0
			? [
					fact(
						`Mounted: ${counted(mounted.length, 'blob')} of ${all} (${listed(mounted)}). Another repository of the registry has ${mounted.length === 1 ? 'it' : 'them'}, so it was linked instead of sent.`,
					),
				]
			: []),
		...(present.length + mounted.length === 0 && moved.length > 0
			? [
					fact(
						`Nothing was skipped: the registry had none of the ${counted(moved.length, 'blob')}. Push once more, and all of them are skipped.`,
					),
				]
			: []),
	];
}

export function aboutPull({pull, engine, session}: Facts): readonly Paragraph[] {
	return [
		...(pull
			? [
					fact(
						`The last pull, ${pull.reference}${pull.digest ? ` (${shortDigest(pull.digest)})` : ''}, received ${formatBytes(pull.bytesMoved)} in ${formatDuration(pull.durationMs)}.`,
					),
					...(pull.present.length > 0
						? [
								fact(
									`Not fetched: ${counted(pull.present.length, 'layer')} (${listed(pull.present)}) that ${engine?.title ?? 'the engine'} still had, because another image here uses ${pull.present.length === 1 ? 'it' : 'them'}.`,
								),
							]
						: []),
				]
			: none(session, 'Nothing was pulled in this session yet.')),
		plain(
			'A pull turns the tag into a digest, takes the manifest for this platform, fetches the layers that are missing, and checks every digest.',
		),
		plain(
			'A tag that is here already does not follow the registry by itself: pull again for that.',
		),
		next('{images.repull} deletes the local copy, pulls it again and compares the two.'),
	];
}

export function aboutLogin({target, targets, authentications, last}: Facts): readonly Paragraph[] {
	const host = target?.host ?? authentications.at(-1)?.host;
	const told = authentications.filter(entry => entry.host === host).slice(-1);
	const shown = targets.filter(entry => host === undefined || entry.host === host);
	return [
		...shown.slice(0, mostListed).map(entry => fact(loginText(entry))),
		...(told.length > 0
			? told.flatMap(conversation)
			: last
				? [fact('No login conversation was recorded in this session.')]
				: []),
		plain(
			'How it goes: regbench asks without a login. The registry answers 401 and names its token service. That checks the login and gives a token for one repository and a few minutes.',
		),
		plain(
			'The token says what may be done: pull, or pull and push. A password goes only to the token service; the token goes with each request.',
		),
		...(told.length > 0
			? [
					plain(
						'With Docker, docker holds its own conversation when it pushes; what is told here is what regbench itself asked.',
					),
				]
			: []),
		next('{pane-3}, then {registries.login} logs in. The login is tested before it is kept.'),
	];
}

function conversation(facts: AuthenticationFacts): readonly Paragraph[] {
	const {host, challenge, realm, service, scopes, reused, outcome} = facts;
	if (challenge === 'basic') {
		return [
			fact(
				`${host} asked for user and password with each request (Basic). ${outcome === 'granted' ? `Sent as ${whoAsked(facts)}.` : `It refused ${whoAsked(facts)}.`}`,
			),
		];
	}
	const asked = `1. ${host} answered 401: a Bearer token is to be had from ${realm ?? 'its token service'}${service ? `, service ${service}` : ''}.`;
	const wanted = `2. Asked there as ${whoAsked(facts)} for ${scopes.join(' and ') || 'no scope'}.`;
	const got =
		outcome === 'refused'
			? '3. It gave no token.'
			: reused
				? '3. The token of a moment before was still good, so none was fetched.'
				: '3. It gave a token for that; the request went again, with the token.';
	return [fact(asked), fact(wanted), fact(got)];
}

function loginText({host, login}: TargetFacts): string {
	switch (login.phase) {
		case 'logged-in':
			return `${host}: logged in${login.username ? ` as ${login.username}` : ''}. The login comes from: ${login.source}.`;
		case 'anonymous':
			return login.required
				? `${host}: no login was found. What is public can be pulled; a push needs a login.`
				: `${host} wants no login.`;
		case 'failed':
			return `${host}: ${login.problem}`;
		case 'unknown':
			return `${host} has not answered yet.`;
	}
}

export function aboutVisibility({visibility, target}: Facts): readonly Paragraph[] {
	return [
		...(visibility
			? [
					...(visibility.visibility
						? [fact(`The registry says that ${visibility.repository} is ${visibility.visibility}.`)]
						: []),
					...(visibility.anonymous === undefined
						? []
						: [
								fact(
									visibility.anonymous
										? `Tried as nobody: ${visibility.repository} can be pulled by anyone.`
										: `Tried as nobody: the pull of ${visibility.repository} was refused. Only people with a login get it.`,
								),
							]),
				]
			: []),
		...(target ? [fact(visibilityRule(target.provider, target.host))] : []),
		plain(
			'Private: each machine and each cluster that pulls needs a login. Public: anyone may pull, and cost and abuse are yours to think of.',
		),
		plain('What was public once counts as copied for ever. Look for secrets before, not after.'),
		next(
			'{pane-3}, {registries.browse}, then {remote.visibility} on a repository tries it as nobody.',
		),
	];
}

function visibilityRule(provider: ProviderId, host: string): string {
	switch (provider) {
		case 'ghcr':
			return `${host}: a new package is private. Visibility is changed on its page on GitHub; no API does it, and public cannot be taken back.`;
		case 'acr':
			return `${host}: all of it is private. Anonymous pull is a switch for the whole registry, in the Standard and Premium tiers.`;
		case 'docker-hub':
			return `${host}: a new repository is public, unless your account says otherwise.`;
		default:
			return `${host}: who may pull is decided by the registry's own settings.`;
	}
}

export function aboutRegistry({target, targets}: Facts): readonly Paragraph[] {
	return [
		...(target
			? [fact(`${target.id}: ${character(target.provider)}`), fact(loginText(target))]
			: [fact(`Your targets: ${listed(targets.map(({id}) => id)) || 'none yet'}.`)]),
		plain(
			'A registry keeps images for others to pull. It speaks one HTTP interface, so docker, podman and regbench talk to all of them alike.',
		),
		plain(
			'It is told apart by the first part of an image\'s name: ghcr.io/me/hello lives on ghcr.io, and "hello" alone means Docker Hub.',
		),
		next('{registries.browse} looks into it: repositories, tags, one tag in full.'),
	];
}

export function aboutRegistries({targets}: Facts): readonly Paragraph[] {
	return [
		...(targets.length > 0
			? targets.slice(0, 5).map(target => fact(`${target.id}: ${character(target.provider)}`))
			: [fact('You have no target yet.')]),
		plain(
			'Beside the code (GHCR): the rights of the repository are those of its images. Beside the machines (ACR, ECR, Artifact Registry): fast pulls, rights of the cloud, no token in a file.',
		),
		plain(
			'Two registries also mean that one may fail, or limit you, and the other still serves. Equal digests prove that both have the same.',
		),
		next('{images.push} pushes to several at once; {images.copy} copies from one to another.'),
	];
}

function character(provider: ProviderId): string {
	switch (provider) {
		case 'ghcr':
			return 'GitHub Container Registry, beside your code, with the rights of GitHub.';
		case 'acr':
			return 'Azure Container Registry, beside machines in Azure, with the rights of Entra; paid.';
		case 'docker-hub':
			return 'Docker Hub, the name that is meant where none is given; limits pulls.';
		case 'ecr':
		case 'ecr-public':
			return 'Amazon ECR, beside machines in AWS; a repository is made before the first push.';
		case 'google':
			return 'Google Artifact Registry, beside machines in Google Cloud.';
		case 'quay':
			return 'Quay, by Red Hat.';
		case 'gitlab':
			return 'GitLab, beside your code there.';
		case 'embedded':
			return 'a registry on this very machine, for practice; it needs no account.';
		default:
			return 'a registry that speaks the common interface.';
	}
}

export function aboutRepository({repository, target, visibility}: Facts): readonly Paragraph[] {
	return [
		...(repository && target ? [fact(`${repository} is a repository on ${target.host}.`)] : []),
		...(visibility?.visibility
			? [fact(`The registry says that it is ${visibility.visibility}.`)]
			: []),
		plain(
			'A repository is a named box on a registry: manifests, the blobs that they need, and tags that point at manifests. Usually one program, in many versions.',
		),
		plain('Rights and visibility are given for a repository, not for a tag.'),
		next('{remote.enter} opens it, {remote.visibility} tells who can pull from it.'),
	];
}

export function aboutSigning({remote}: Facts): readonly Paragraph[] {
	return [
		...(remote
			? [
					fact(
						remote.signatures === 0
							? `${remote.reference} has no signature on its registry.`
							: `${remote.reference} has ${counted(remote.signatures, 'signature')} on its registry. That one is there does not mean that it is good: it has to be checked with a key.`,
					),
					...(remote.otherReferrers > 0
						? [
								fact(
									`Besides, ${counted(remote.otherReferrers, 'SBOM or attestation')} refer to it.`,
								),
							]
						: []),
				]
			: []),
		plain(
			'A signature proves one thing: whoever holds the key signed this exact digest. It does not prove that the image is safe, nor when it was signed, nor who holds the key today.',
		),
		plain(
			'A tag is not signed, a digest is. So the tag is turned into a digest first, then that is checked, then that is pulled.',
		),
		plain(
			'Docker Content Trust, the old way, is being closed. cosign and Notation are what is used today.',
		),
		next(
			'{pane-3}, {registries.browse} to a tag, then {remote.signatures} shows its signatures, and checks them with your keys.',
		),
	];
}

export function aboutSecrets({image}: Facts): readonly Paragraph[] {
	return [
		...(image?.user === undefined
			? []
			: [
					fact(
						image.user === ''
							? 'This image names no user: what it starts runs as root in the container.'
							: `This image starts as the user ${image.user}.`,
					),
				]),
		plain(
			'COPY .env in one instruction and rm .env in the next: the file is still in the earlier layer, for everyone who pulls.',
		),
		plain('Values of ARG and ENV stand in history and config, readable by all.'),
		plain(
			'If a secret got in: make it worthless first (revoke it), then build anew, then delete the image. Deleting alone helps nobody: it may have been copied.',
		),
		next(
			'{images.safety} looks for secrets in every layer; {images.layers}, then {layers.hidden} shows files that later layers only hide.',
		),
	];
}

export function aboutCleanup({totals}: Facts): readonly Paragraph[] {
	return [
		...(totals
			? [fact(`${counted(totals.count, 'image')} here, ${formatBytes(totals.sizeBytes)}.`)]
			: []),
		plain(
			'Dangling images are what a newer build took the name from. They, and versions that nobody runs, are what fills disks and bills.',
		),
		plain(
			'Untagged on a registry is not the same as unused: platforms of an index and signatures have no tag either.',
		),
		plain('A registry gives the room back later, when it collects what nothing points at.'),
		next(
			'{images.cleanup} shows what rules would take, what stays, and why. Only {cleanup.confirm} there begins.',
		),
	];
}

export function aboutOperation({last, line, session}: Facts): readonly Paragraph[] {
	return [
		...(line === undefined || line === '' || last?.outcome.includes(line) ? [] : [fact(line)]),
		...(last
			? [
					fact(`Last: ${last.operation} of ${last.subject}, ${last.phase}.`),
					...last.outcome.slice(0, mostListed).map(text => fact(text)),
				]
			: none(session, 'Nothing was done in this session yet.')),
		plain(
			'Lines with $ are plain docker commands that do what regbench did just then. They can be pasted into a shell.',
		),
		plain('No password and no token is ever written to the log.'),
		next('{copy} copies a line, {log.save} saves the log, {jobs} shows each layer of a job.'),
	];
}

/** A command has no session: it has nothing to say of one. */
function none(session: boolean | undefined, text: string): readonly Paragraph[] {
	return session === true ? [fact(text)] : [];
}

function listed(values: readonly string[]): string {
	const more = values.length > mostListed ? `, and ${values.length - mostListed} more` : '';
	return values.slice(0, mostListed).join(', ') + more;
}
