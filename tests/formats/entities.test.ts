/** Letters that PHP's htmlentities() named, as PHP 8.2 wrote them, back to what they were. */

import { expect, test } from "bun:test";
import { isEscaped, unescapeHtml } from "../../src/formats/entities.ts";

const WRITTEN: readonly (readonly [string, string])[] = [
	[
		"M&uuml;ller &quot;GmbH&quot; &lt;intern&gt; &amp; it&#039;s &ndash; Kroměř&iacute;ž &euro;",
		'Müller "GmbH" <intern> & it\'s – Kroměříž €',
	],
	["&amp;lt; literal", "&lt; literal"],
	["&Alpha;&Omega; &sigmaf;&sigma; &larr; &hArr; &forall; &hearts;", "ΑΩ ςσ ← ⇔ ∀ ♥"],
	["&Yuml;&fnof;&thinsp;&diams;&yuml;&nbsp;", "ŸƒU\u2009♦ÿ\u00a0".replace("U", "")],
	["no name at all", "no name at all"],
	["&unknown; &; & co", "&unknown; &; & co"],
	["&toString; &constructor;", "&toString; &constructor;"],
];

test.each(WRITTEN)("%s", (escaped, text) => {
	expect(unescapeHtml(escaped)).toBe(text);
});

test.each<[string[], boolean]>([
	[["R&amp;D", "plain"], true],
	[["plain"], false],
	[["R&amp;D", "R&D"], false],
	[["R&amp;D", 'say "no"'], false],
	[["R&amp;D", "a < b"], false],
	// What phpIPAM's writer put in the place of a formula was never escaped.
	[["R&amp;D", "Syntax error: &, lookahead: q, current char: 11"], true],
])("%j are escaped: %p", (texts, escaped) => {
	expect(isEscaped(texts)).toBe(escaped);
});
