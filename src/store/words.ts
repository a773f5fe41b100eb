/** Which hosts carry a text in address, name, description, tags, MAC, vendor or found names. Knows no filter or order. */

import { macPart } from "../net/mac.ts";
import type { Db } from "./database.ts";
import { startsOf } from "./octets.ts";
import { patternsOf } from "./patterns.ts";

/** All texts of a host but its address, a line each: what host_word and the index host_words of schema.sql hold. */
const WORDS =
	"lower(hostname || char(10) || description || char(10) || tags_json || char(10) || ifnull(mac, '') || char(10) || ifnull(vendor, '') || char(10) || ptr_name || char(10) || snmp_name)";
/** Most hosts of a large network say nothing but that they answer: these lines, empty but for the tags' "[]". */
const HAS_WORDS = `${WORDS} <> char(10, 10, 91, 93, 10, 10, 10, 10)`;

/** The same as people see it: tags are kept as JSON, whose brackets, quotes and commas nobody wrote. */
const READ = `replace(replace(replace(replace(replace(replace(${WORDS}, char(10) || '[]' || char(10), char(10, 10)),
	char(10) || '["', char(10)), '"]' || char(10), char(10)), '","', char(10)), '\\"', '"'), '\\\\', '\\')`;
/** Where one of these is looked for, the text as it is kept says nothing. */
const MARKS = /["[\],\\]/;

const PICKS = {
	/** By trigrams of the text; they may stand apart, so the words themselves have the last say. */
	grams: `SELECT host.id FROM host_word CROSS JOIN host ON host.id = host_word.rowid
		WHERE host_word MATCH :grams AND ${WORDS} GLOB +:within LIMIT :limit`,
	/** Text shorter than a trigram: the index is read from end to end. */
	words: `SELECT id FROM host WHERE ${HAS_WORDS} AND ${WORDS} GLOB +:within LIMIT :limit`,
	gramsRead: `SELECT host.id FROM host_word CROSS JOIN host ON host.id = host_word.rowid
		WHERE host_word MATCH :grams AND ${READ} GLOB +:within LIMIT :limit`,
	wordsRead: `SELECT id FROM host WHERE ${HAS_WORDS} AND ${READ} GLOB +:within LIMIT :limit`,
	/** A part of an IPv4 address with a dot in it, as 0.1 in 10.0.0.1, 10.0.0.17, 10.0.10.3; each begins with one of :starts. */
	starts: `SELECT host.id FROM json_each(:starts) AS start CROSS JOIN host
		ON host.ip >= start.value AND host.ip < start.value || ':' LIMIT :limit`,
	/** Digits alone: the index of addresses is read from end to end. */
	part: "SELECT id FROM host WHERE instr(ip, lower(:value)) LIMIT :limit",
	/** With a colon or a letter it is a part of an IPv6 address: those lie before and behind all of IPv4. */
	part6: `SELECT id FROM host WHERE ip_key < x'00000000000000000000ffff00000000' AND instr(ip, lower(:value))
		UNION ALL SELECT id FROM host WHERE ip_key > x'00000000000000000000ffffffffffff' AND instr(ip, lower(:value))
		LIMIT :limit`,
} as const;

const GRAM = 3;
/** More trigrams than these make no text rarer. */
const GRAMS_MAX = 8;

/** Ids of hosts with the text in what is known of themselves, in whatever case; at most `limit`. */
export function pickByWords(db: Db, text: string, limit: number): number[] {
	const ids = new Set([...pickByAddress(db, text, limit), ...pickByText(db, text, limit)]);
	// A text that may be part of a MAC, written in another way.
	const mac = macPart(text);
	if (mac !== undefined && mac !== text.toLowerCase())
		for (const id of pickByText(db, mac, limit)) ids.add(id);
	return [...ids].slice(0, limit);
}

function pickByText(db: Db, value: string, limit: number): number[] {
	const { within } = patternsOf(value);
	if (MARKS.test(value)) {
		// Between its marks the text stands as it is; the longest piece has the rarest trigrams.
		const [longest = ""] = value.split(MARKS).sort((a, b) => b.length - a.length);
		const grams = gramsOf(longest);
		if (grams === undefined) return ask(db, PICKS.wordsRead, { within, limit });
		return ask(db, PICKS.gramsRead, { grams, within, limit });
	}
	const grams = gramsOf(value);
	if (grams === undefined) return ask(db, PICKS.words, { within, limit });
	return ask(db, PICKS.grams, { grams, within, limit });
}

function pickByAddress(db: Db, value: string, limit: number): number[] {
	if (!/^[0-9a-f.:]+$/i.test(value)) return [];
	if (/[a-f:]/i.test(value)) return ask(db, PICKS.part6, { value, limit });
	const starts = startsOf(db, value);
	if (starts === undefined) return ask(db, PICKS.part, { value, limit });
	return ask(db, PICKS.starts, { starts: JSON.stringify(starts), limit });
}

/** Letters in two cases that FTS5 takes for two: its tables are of Unicode 6.1. A trigram with one of them finds one case. */
const UNFOLDED =
	/(?![\0-\u019a\u019c-\u024f\u0386-\u03f2\u03f4-\u0527\u0531-\u0587\u1e00-\u1fff])\p{Changes_When_Casemapped}/u;

/** An FTS5 query (sqlite.org/fts5.html, trigram tokenizer) for all of the text; undefined when it has none. */
function gramsOf(text: string): string | undefined {
	const letters = [...text];
	if (letters.length < GRAM || text.includes("\0")) return undefined;
	const last = letters.length - GRAM;
	const places = Array.from({ length: Math.ceil(last / GRAM) }, (_, n) => n * GRAM);
	const grams = [...places.slice(0, GRAMS_MAX - 1), last]
		.map((at) => letters.slice(at, at + GRAM).join(""))
		.filter((gram) => !UNFOLDED.test(gram));
	if (grams.length === 0) return undefined;
	return grams.map((gram) => `"${gram.replaceAll('"', '""')}"`).join(" AND ");
}

type Binds = Record<string, string | number>;

function ask(db: Db, sql: string, binds: Binds): number[] {
	const rows = db.query<unknown, [Binds]>(sql).values(binds) as [number][];
	return rows.map(([id]) => id);
}
