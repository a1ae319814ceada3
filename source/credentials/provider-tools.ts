/** Logins handed out by a registry's own command-line tool. One file each in tools/. */
import type {FoundCredential} from '../domain/credential.ts';
import {findProgram} from '../process/find-program.ts';
import type {CredentialHints} from './credentials.ts';
import {githubUsername} from './github-hosts.ts';
import type {Source, SourceContext} from './source-context.ts';
import {awsPublicTool, awsTool} from './tools/aws.ts';
import {azureTool} from './tools/azure.ts';
import {githubTool} from './tools/github.ts';
import {googleTool} from './tools/google.ts';
import type {Tool} from './tools/tool.ts';

const tools: Readonly<Record<NonNullable<CredentialHints['tool']>, Tool>> = {
	gh: githubTool,
	az: azureTool,
	aws: awsTool,
	'aws-public': awsPublicTool,
	gcloud: googleTool,
};

/** Registry whose logins gh has. */
const githubRegistry = 'ghcr.io';

/** Asks the tool that the host's hints name, when it is installed. */
export function providerToolSource(context: SourceContext): Source {
	const kept = new Map<string, {readonly found: FoundCredential; readonly until: number}>();
	return {
		async find(query) {
			const name = query.hints.tool;
			if (name === undefined) return undefined;
			const known = kept.get(query.host);
			if (known && known.until > context.now()) return known.found;
			const {ask, program, source, keepMs} = tools[name];
			if ((await findProgram(program, context.environment)) === undefined) return undefined;
			const credential = await ask(query, context);
			if (!credential) return undefined;
			const found = {credential, source};
			kept.set(query.host, {found, until: context.now() + keepMs});
			return found;
		},
		async seen() {
			const username = await githubUsername(context);
			if (username === undefined) return [];
			if ((await findProgram('gh', context.environment)) === undefined) return [];
			return [{host: githubRegistry, source: githubTool.source, username}];
		},
		removal: ({source}) => Object.values(tools).find(tool => tool.source === source)?.removal,
		invalidate: host => kept.delete(host),
	};
}
