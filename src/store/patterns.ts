/** Texts as patterns of GLOB that find them in whatever case, also beyond ASCII. Knows no table. */

/**
 * For `lower(column) GLOB +:within` and the like: SQLite's lower() knows ASCII alone, so the pattern has every other
 * letter in all its cases. The plus sign keeps SQLite from looking for an index anew whenever a pattern is bound.
 */
export type Patterns = {
	readonly whole: string;
	readonly begins: string;
	readonly within: string;
};

/** Wildcards of GLOB in the text stand for themselves. */
export function patternsOf(text: string): Patterns {
	const whole = Array.from(text, patternOf).join("");
	return { whole, begins: `${whole}*`, within: `*${whole}*` };
}

/** To SQLite a pattern ends at NUL; no stored text holds one, nor this noncharacter. */
const NEVER = "\u{10ffff}";

function patternOf(letter: string): string {
	if (letter === "\0") return NEVER;
	if (letter < "\x80") return /[*?[]/.test(letter) ? `[${letter}]` : letter.toLowerCase();
	const cases = casesOf(letter);
	return cases.length === 1 ? letter : `[${cases.join("")}]`;
}

/**
 * The same letter where upper and lower case do not lead back to each other (Unicode, CaseFolding.txt): those that people
 * type, the signs for micro, ohm and ångström among them. Others (ϑ, ǅ, ᾈ) find what is plainer, but are not found by it.
 */
const KIN = ["σςΣ", "ßẞ", "\u00b5μΜ", "\u2126ωΩ", "\u212båÅ"];

/** A letter and those that differ from it in case alone; what becomes several letters (ß to SS) or ASCII is none. */
function casesOf(letter: string): string[] {
	const cases = new Set([letter]);
	// A set that grows while it is walked is walked to its new end.
	for (const one of cases) {
		const kin = KIN.find((letters) => letters.includes(one)) ?? "";
		for (const other of [one.toLowerCase(), one.toUpperCase(), ...kin]) {
			if (other > "\x7f" && Array.from(other).length === 1) cases.add(other);
		}
	}
	return [...cases];
}
