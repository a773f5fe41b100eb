/** A text is found in whatever case: by the pattern, and by the index of trigrams that is asked first. */

import { expect, test } from "bun:test";
import { openDatabase } from "../../src/store/database.ts";
import { patternsOf } from "../../src/store/patterns.ts";
import { pickByWords } from "../../src/store/words.ts";

const db = openDatabase(":memory:", { busyMs: 0 });
const ask = db.query<{ ok: number }, [string, string]>("SELECT lower(?) GLOB ? AS ok");
const fits = (text: string, pattern: string) => ask.get(text, pattern)?.ok === 1;

test.each([
	["MÜLLER", "müller", true],
	["Müller", "muller", false],
	["NAS", "nas", true],
	["nas", "na?", false],
	["na?", "NA?", true],
	["nas", "n*s", false],
	["n*S", "N*s", true],
	["nas", "n[a]s", false],
	["n[a]s", "N[A]S", true],
	["n]s", "n]S", true],
	["n\\s", "n\\s", true],
	["n^-s", "N^-s", true],
	["ΟΔΟΣ", "οδος", true],
	["οδος", "ΟΔΟΣ", true],
	["οδοσ", "ΟΔΟΣ", true],
	["STRAẞE", "straße", true],
	["straße", "STRAẞE", true],
	["strasse", "straße", false],
	["ı", "i", false],
	["I", "ı", false],
	["İ", "i", false],
	["漢字", "漢字", true],
	["𐐀𐐁", "𐐨𐐩", true],
	["a", "a\0", false],
	["a", "\0", false],
])("%s is %s: %p", (text, asked, is) => {
	const { whole, begins, within } = patternsOf(asked);
	expect([text, `${text} x`, `x ${text} x`].map((one) => fits(one, whole))).toEqual([is, false, false]);
	expect([text, `${text} x`, `x ${text} x`].map((one) => fits(one, begins))).toEqual([is, is, false]);
	expect([text, `${text} x`, `x ${text} x`].map((one) => fits(one, within))).toEqual([is, is, is]);
});

const casesOf = (letter: string) => [...patternsOf(letter).whole.slice(1, -1)];

test("every letter whose cases lead back to it, in all of them, also where FTS5 does not know them", () => {
	const letters: string[] = [];
	for (let code = 0x80; code < 0x20_000; code++) {
		const letter = code < 0xd800 || code > 0xdfff ? String.fromCodePoint(code) : "";
		if (patternsOf(letter).whole === letter) continue;
		if (casesOf(letter).every((other) => casesOf(other).includes(letter))) letters.push(letter);
	}
	expect(letters.length).toBeGreaterThan(2_800);
	expect([..."µμΜΩωΩÅåÅσςΣßẞ"].filter((letter) => !letters.includes(letter))).toEqual([]);
	db.run(
		"INSERT INTO subnet (id, cidr, first_key, last_key, prefix, created_at, updated_at) VALUES (1, '', x'', x'', 0, 0, 0)",
	);
	const insert = db.query(
		"INSERT INTO host (id, ip, ip_key, subnet_id, hostname, created_at, updated_at) VALUES (?1, ?1, CAST(?1 AS BLOB), 1, ?2, 0, 0)",
	);
	db.transaction(() => {
		for (const [i, letter] of letters.entries()) insert.run(i + 1, `x${letter}q`);
	})();
	const lost: string[] = [];
	for (const [i, letter] of letters.entries()) {
		for (const other of casesOf(letter)) {
			if (!pickByWords(db, `X${other}Q`, 10).includes(i + 1)) lost.push(`${letter} by ${other}`);
		}
	}
	expect(lost).toEqual([]);
});
