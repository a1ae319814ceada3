import fc from 'fast-check';
import {beforeAll, describe, expect, test} from 'vitest';
import {anchorsOfRules} from '../../source/safety/anchors.ts';
import {createAnchorSearch} from '../../source/safety/anchor-search.ts';
import {checkTexts} from '../../source/safety/check-texts.ts';
import type {ImageFacts} from '../../source/safety/image-facts.ts';
import {maskValue} from '../../source/safety/mask.ts';
import {createFileScanner} from '../../source/safety/scan-file.ts';
import {loadSecretRules, type SecretRules} from '../../source/safety/secret-rules.ts';

const letters = (count: number) => 'aB3dE6gH9j'.repeat(20).slice(0, count);
const onlyLetters = (count: number) => 'aBcDeFgHiJ'.repeat(20).slice(0, count);
const hex = (count: number) => '0a1b2c3d4e5f6789'.repeat(20).slice(0, count);

/** Made up, one at least for each rule; put together so that no scanner of this repository stumbles. */
const samples: Readonly<Record<string, readonly string[]>> = {
	aws: [`aws_secret_access_key = ${letters(40)} `, `AWS_SECRET_ACCESS_KEY=${letters(40)} `],
	npm: [`//r.example/:_authToken=${letters(20)}`, `npm${'_'}${letters(36)}`],
	slack: [
		`xoxb${'-'}${letters(12)}-${letters(12)}`,
		`xapp${'-'}1-${letters(12)}-${letters(12)}`,
		`https://hooks.slack.com/services/T${letters(9)}/B${letters(9)}/${letters(24)}`,
		`HTTPS://HOOKS.SLACK.COM/SERVICES/T${letters(9)}/B${letters(9)}/${letters(24)}`,
	],
	basicauth: ['https://deploy:Tr0ub4dor@git.example.com/x'],
	openai: [`sk${'-'}${letters(20)}T3BlbkFJ${letters(20)}`],
	anthropic: [`sk${'-'}ant-api03-${letters(93)}AA`],
	groq: [`gsk${'_'}${letters(52)}`],
	huggingface: [`hf${'_'}${onlyLetters(34)}`],
	linear: [`lin_api${'_'}${letters(40)}`],
	notion: [`ntn${'_'}12345678901${letters(35)}`],
	privatekey: [
		`-----BEGIN RSA PRIVATE${' '}KEY-----\nMII${letters(400)}\n-----END RSA PRIVATE KEY-----`,
	],
	sendgrid: [`SG${'.'}${letters(22)}.${letters(43)}`],
	shopify: [`shpat${'_'}${hex(32)}`],
	github: [`ghp${'_'}${letters(36)}`, `github_pat${'_'}${letters(82)}`],
	gitlab: [`glpat${'-'}${letters(20)}`],
	grafana: [`glc${'_'}${letters(60)}`, `glsa${'_'}${letters(32)}_${hex(8)}`],
	'database-connection-string': [
		'postgres://app:s3cr3tW0rd@db.example.com/shop',
		'mongodb+srv://åpp:gëhe1mn1s@db.example.com/shop',
		'jdbc:mysql://app:s3cr3tW0rd@db.example.com/shop',
	],
	'hashicorp-vault': [`hvs${'.'}${letters(95)}`],
	vercel: [`vcp${'_'}${letters(40)}`],
	databricks: [`dapi${hex(32)}`],
	docker: [`dckr_pat${'_'}${letters(27)}`],
	figma: [`figd${'_'}${letters(43)}`],
	// The payload ends in `}` alone in its group of three.
	'1password': [`ops${'_'}${Buffer.from(`{"email":"${letters(91)}"}`).toString('base64')}`],
};

/** One rule looks at .npmrc alone. */
const pathOf = (text: string) => (text.includes('_authToken') ? 'root/.npmrc' : 'app/x.txt');

let rules: SecretRules;
const search = createAnchorSearch();

beforeAll(async () => {
	rules = await loadSecretRules();
});

describe('the rules', () => {
	test('each has its anchors, so that a new one is noticed', () => {
		expect(rules.names.toSorted()).toEqual(Object.keys(anchorsOfRules).toSorted());
	});

	test('whatever a rule finds, the search before it lets through', async () => {
		for (const [rule, texts] of Object.entries(samples)) {
			for (const text of texts) {
				const matches = await rules.match(text, {path: pathOf(text), rules: new Set([rule])});
				expect(matches, `${rule}: ${text}`).not.toEqual([]);
				expect(search(Buffer.from(text)).has(rule), `${rule}: ${text}`).toBe(true);
			}
		}
	});

	test('a secret is seen wherever it stands in a block', async () => {
		const secrets = Object.values(samples).flat();
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom(...secrets),
				fc.string({unit: 'grapheme', maxLength: 40}),
				fc.string({unit: 'binary', maxLength: 40}),
				async (secret, before, after) => {
					const text = `${before}\n${secret}\n${after}`;
					const path = pathOf(secret);
					const all = await rules.match(text, {path});
					const chosen = await rules.match(text, {path, rules: search(Buffer.from(text))});
					expect(chosen).toEqual(all);
				},
			),
			{numRuns: 300},
		);
	});

	test('comments in an image do not switch the search off', async () => {
		const text = `# secretlint-disable\nghp${'_'}${letters(36)}\n`;
		expect(await rules.match(text)).toHaveLength(1);
	});

	test('a .p12 of an image is never looked for on this machine', async () => {
		expect(await rules.match('x', {path: '/etc/hostname.p12'})).toEqual([]);
	});

	test('a service account of Google is found as JSON', async () => {
		const text = JSON.stringify({
			private_key_id: 'x',
			private_key: `-----BEGIN PRIVATE${' '}KEY-----\n${letters(10)}`,
		});
		const [match] = await rules.match(text, {
			path: 'key.json',
			rules: search(Buffer.from(text)),
		});
		expect(match).toMatchObject({rule: 'PrivateKeyJSON', masked: 'The whole file is one'});
	});
});

describe('masks', () => {
	test('show the start of what is long, nothing of what is short', () => {
		expect(maskValue(`ghp${'_'}${letters(36)}`)).toBe('ghp_a**** (40 characters)');
		expect(maskValue('hunter2')).toBe('**** (7 characters)');
		expect(maskValue('postgres://app:pass@db/x')).toBe('postgres://app:****@db');
	});

	test('never show a whole value', () => {
		fc.assert(
			fc.property(fc.string({minLength: 6, maxLength: 80}), value => {
				expect(maskValue(value).includes(value)).toBe(false);
			}),
		);
	});
});

const facts: ImageFacts = {
	reference: 'web:1.0',
	tag: '1.0',
	environment: [],
	labels: {},
	history: [],
	user: 'app',
	sizeBytes: 1,
};

describe('environment, labels and history', () => {
	test('tell secrets by their shape and by their names, each once', async () => {
		const findings = await checkTexts(
			{
				...facts,
				environment: [
					'PATH=/bin',
					`GH=ghp${'_'}${letters(36)}`,
					'DB_PASSWORD=correct-horse',
					'TOKEN_FILE=/run/secrets/token',
					'API_KEY=$API_KEY',
					'GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568',
				],
				labels: {'com.example.token': 'abcdefgh12345'},
				history: [
					'ENV DB_PASSWORD=correct-horse',
					'|1 NPM_TOKEN=qwertz12345 /bin/sh -c npm ci',
					'COPY . /app',
				],
			},
			rules,
		);
		expect(findings.map(({where, severity}) => [where.at, severity])).toEqual([
			['environment', 'critical'],
			['environment', 'high'],
			['label', 'high'],
			['history', 'high'],
		]);
		const text = JSON.stringify(findings);
		for (const secret of [letters(36), 'correct-horse', 'abcdefgh12345', 'qwertz12345']) {
			expect(text).not.toContain(secret);
		}
	});
});

describe('a file', () => {
	const scan = (path: string, ...chunks: readonly (string | Buffer)[]) =>
		createFileScanner(search, rules)(
			path,
			(async function* () {
				for (const chunk of chunks) yield Buffer.from(chunk as string);
			})(),
		);

	test('is looked through over the borders of its blocks', async () => {
		const secret = `ghp${'_'}${letters(36)}`;
		for (const at of [0, 1024 * 1024 - 20, 1024 * 1024 + 5, 3 * 1024 * 1024 - 1]) {
			const content = `${'x '.repeat(at / 2)}\n${secret}\n${'y '.repeat(1000)}`;
			const pieces = content.match(/[\s\S]{1,65536}/g) ?? [];
			const {matches, outcome} = await scan('app/notes.txt', ...pieces);
			expect(outcome).toBe('scanned');
			expect(matches.map(match => match.rule)).toEqual(['GITHUB_TOKEN']);
		}
	});

	test('that is binary is passed over', async () => {
		const {outcome, matches} = await scan('bin/x', Buffer.from(`\0ghp${'_'}${letters(36)}`));
		expect({outcome, matches}).toEqual({outcome: 'binary', matches: []});
	});

	test.each([
		['root/.docker/config.json', '{"auths":{"ghcr.io":{"auth":"bWU6c2VjcmV0"}}}', 'docker-login'],
		['root/.npmrc', '//r.example/:_password=c2VjcmV0', 'npm-login'],
		['root/.aws/credentials', '[default]\naws_session_token = abc', 'aws-login'],
		['root/.netrc', 'machine x login me password abc', 'netrc-login'],
		['root/.pypirc', '[pypi]\nusername = me\npassword = abc', 'pypi-login'],
		['root/.kube/config', 'users:\n- user:\n    token: abc', 'kube-login'],
	])('%s is known by its name', async (path, content, rule) => {
		expect((await scan(path, content)).matches.map(match => match.rule)).toEqual([rule]);
	});

	test('of that name without a login is none', async () => {
		expect((await scan('root/.docker/config.json', '{"credsStore":"pass"}')).matches).toEqual([]);
		expect((await scan('root/.npmrc', 'registry=https://r.example/')).matches).toEqual([]);
	});
});
