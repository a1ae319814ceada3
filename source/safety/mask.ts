/** Secrets as they may be shown: enough to know which one it is, not enough to use it. */
import {redact} from '../domain/redact.ts';
import {sanitise} from '../domain/sanitise.ts';

/** The start of a token tells its kind; of what is short nothing is shown. */
export function maskSecret(value: string): string {
	const characters = Array.from(value);
	const shown = characters.length < 16 ? 0 : Math.min(5, Math.floor(characters.length / 5));
	const start = sanitise(characters.slice(0, shown).join(''));
	return `${start}**** (${characters.length} characters)`;
}

/** Of a password not even its start is shown: people choose words. */
export function maskPassword(value: string): string {
	return `**** (${Array.from(value).length} characters)`;
}

/** An address with its password masked; anything else as {@link maskSecret}. */
export function maskValue(value: string): string {
	if (value.startsWith('-----BEGIN')) return '-----BEGIN … PRIVATE KEY----- ****';
	const login =
		/^([a-z][a-z0-9+.:-]{0,30}:\/\/)([^:/@\s]{0,256}):[^@\s]{1,1024}@([^\s/?#]{0,300})/i.exec(
			value,
		);
	if (!login) return maskSecret(value);
	const [, scheme = '', user = '', host = ''] = login;
	return sanitise(`${scheme}${user}:****@${host}`);
}

/** An instruction of the build in one short line, with what looks like a secret masked. */
export function maskInstruction(instruction: string, secrets: readonly string[] = []): string {
	let text = instruction;
	for (const secret of secrets) text = text.replaceAll(secret, '****');
	return sanitise(redact(text).replace(/\s+/g, ' '), 120);
}
