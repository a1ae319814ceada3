/**
 * What a text must contain for a rule to find anything in it. Looking for these few letters is much
 * faster than the rules are; a rule is run only where one of its anchors is. An anchor must hold for
 * everything that its rule finds: too wide costs time, too narrow loses secrets.
 */

export type Anchor = {
	/** At least three ASCII characters, compared byte by byte. */
	readonly text: string;
	/** What must follow, sticky, on the bytes as Latin-1; at most {@link longestTail} of them. */
	readonly next?: RegExp;
};

/** Bytes behind an anchor that its `next` may look at. */
export const longestTail = 1400;

/** Of the bytes of names and passwords in UTF-8; the rules bound their characters to 256. */
const login = /[^:/ \t\r\n]{1,1024}:[^@/ \t\r\n]{1,1024}@/y;

/** By the rule's id, without `@secretlint/secretlint-rule-`. A rule that is not here is always run. */
export const anchorsOfRules: Readonly<Record<string, readonly Anchor[]>> = {
	aws: [
		{text: 'ccess', next: /_?(?:KEY|key|Key)/y},
		{text: 'CCESS', next: /_?(?:KEY|key|Key)/y},
	],
	gcp: [{text: 'private_key_id'}],
	npm: [
		{text: ':x-oauth-basic@'},
		{text: '_authToken='},
		{text: 'npm_', next: /[A-Za-z0-9_]{36}/y},
	],
	slack: [
		{text: 'xox', next: /[bpaor]-/y},
		{text: 'xapp-'},
		{text: '://', next: /hooks\.slack\.com\/services\//iy},
	],
	basicauth: [{text: '://', next: login}],
	openai: [{text: 'T3BlbkFJ'}],
	anthropic: [{text: 'sk-ant-api0'}],
	groq: [{text: 'gsk_', next: /[a-zA-Z0-9]{52}/y}],
	huggingface: [{text: 'hf_', next: /[a-zA-Z]{34}/y}],
	linear: [{text: 'lin_api_'}],
	notion: [{text: 'ntn_', next: /\d{11}/y}],
	privatekey: [{text: 'PRIVATE KEY', next: /(?: BLOCK)?-----/y}],
	sendgrid: [{text: 'SG.', next: /\w{1,128}\.\w/y}],
	shopify: [
		{text: 'shppa_', next: /[a-zA-Z0-9]{32}/y},
		{text: 'shpca_', next: /[a-zA-Z0-9]{32}/y},
		{text: 'shpat_', next: /[a-zA-Z0-9]{32}/y},
		{text: 'shpss_', next: /[a-zA-Z0-9]{32}/y},
	],
	github: [
		...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map(text => ({text, next: /[A-Za-z0-9_]{36}/y})),
		{text: 'github_pat_'},
	],
	gitlab: [{text: 'glpat-'}],
	grafana: [{text: 'glc_', next: /[A-Za-z0-9+/]{32}/y}, {text: 'glsa_'}],
	'1password': [{text: 'ops_ey'}],
	'database-connection-string': [{text: '://', next: login}],
	'hashicorp-vault': ['hvs.', 'hvb.', 'hvr.'].map(text => ({text, next: /[A-Za-z0-9_-]{90}/y})),
	vercel: ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'].map(text => ({
		text,
		next: /[A-Za-z0-9]{20}/y,
	})),
	databricks: [{text: 'dapi', next: /[A-Fa-f0-9]{32}/y}],
	docker: [{text: 'dckr_pat_'}],
	figma: [{text: 'figd_'}],
};
