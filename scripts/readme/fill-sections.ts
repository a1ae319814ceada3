/** Marked sections of a Markdown file: `<!-- generated:NAME -->` … `<!-- end -->`. */

const sectionPattern = /(<!-- generated:([a-z-]+) -->\n)([^]*?)(<!-- end -->)/g;

/**
 * The text with each marked section replaced by what `sections` has for its name. Throws when a
 * marker names no section, has no end, or when a section has no marker: nothing is left out quietly.
 */
export function fillSections(text: string, sections: Readonly<Record<string, string>>): string {
	const opened = [...text.matchAll(/<!-- generated:/g)].length;
	const filled = new Set<string>();
	const result = text.replaceAll(
		sectionPattern,
		(_all, start: string, name: string, old: string, end: string) => {
			if (old.includes('<!-- generated:')) throw new Error(`The section ${name} has no end`);
			const content = sections[name];
			if (content === undefined) throw new Error(`There is no section ${name} to generate`);
			if (filled.has(name)) throw new Error(`The section ${name} is there twice`);
			filled.add(name);
			return `${start}\n${content.trim()}\n\n${end}`;
		},
	);
	if (filled.size !== opened) throw new Error('A marker of a section is not written properly');
	const missing = Object.keys(sections).filter(name => !filled.has(name));
	if (missing.length > 0) throw new Error(`No marker for: ${missing.join(', ')}`);
	return result;
}

/** A Markdown table. Cells may hold Markdown; bars and line breaks in them are taken care of. */
export function table(headings: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	const rule = headings.map(() => '---');
	return [headings, rule, ...rows].map(cells => tableLine(cells)).join('\n');
}

function tableLine(cells: readonly string[]): string {
	return `| ${cells.map(cell => tableCell(cell)).join(' | ')} |`;
}

function tableCell(text: string): string {
	return text
		.replaceAll('|', '\\|')
		.replaceAll(/\s*\n\s*/g, ' ')
		.trim();
}

/** Text as Markdown code. */
export function code(text: string): string {
	return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}
