/**
 * Which hosts have a text in their IPv4 address, by the index of addresses: the text may begin inside one number and
 * end inside another. Knows nothing but addresses.
 */

import { fromKey, fromV4, toKey, toV4 } from "../net/address.ts";
import type { Db } from "./database.ts";

/** More beginnings than these cost more than reading all addresses. */
const STARTS_MAX = 500;
/** So many numbers may stand before the text: to know three of them is to know nearly every address. */
const UNKNOWN_MAX = 2;

const LAST_V4 = toKey(fromV4(0xff_ff_ff_ff));
const NEXT = "SELECT ip_key FROM host WHERE ip_key BETWEEN ? AND ? ORDER BY ip_key LIMIT 1";

/** An address that has the text in it begins with this, behind as many numbers as are unknown. */
type Place = { readonly unknown: number; readonly start: string };

/**
 * What the addresses that have this text in them begin with, each beginning a range of the index of addresses;
 * undefined when these are too many, or the text is not made of numbers and at least one dot.
 */
export function startsOf(db: Db, text: string): string[] | undefined {
	if (!/^[0-9]{0,3}(?:\.[0-9]{0,3}){1,3}$/.test(text)) return undefined;
	const places = placesOf(text.split("."));
	const deepest = Math.max(0, ...places.map((place) => place.unknown));
	if (deepest > UNKNOWN_MAX) return undefined;
	const starts = new Set<string>();
	const heads = [[""], ...Array.from({ length: deepest }, (_, n) => headsOf(db, n + 1))];
	for (const { unknown, start } of places) {
		for (const head of heads[unknown] ?? []) starts.add(head + start);
		if (starts.size > STARTS_MAX) return undefined;
	}
	return [...starts];
}

/** Every place at which these numbers can stand: the first of them is the end of a number, the last the beginning. */
function placesOf([first = "", ...rest]: readonly string[]): Place[] {
	const inner = rest.slice(0, -1);
	if (!inner.every(isOctet)) return [];
	const known = rest.join(".");
	const ends = OCTETS.filter((octet) => octet.endsWith(first));
	const deepest = 3 - rest.length;
	return Array.from({ length: deepest + 1 }, (_, before) =>
		// A text that begins with a dot says nothing of the number before it.
		first === ""
			? [{ unknown: before + 1, start: known }]
			: ends.map((octet) => ({ unknown: before, start: `${octet}.${known}` })),
	).flat();
}

const OCTETS = Array.from({ length: 256 }, (_, n) => String(n));

function isOctet(text: string): boolean {
	return OCTETS[Number(text)] === text;
}

/** The first `count` numbers of the addresses there are, each with a dot behind; a step along the index for each. */
function headsOf(db: Db, count: number): string[] {
	const size = 2 ** (32 - 8 * count);
	const heads: string[] = [];
	for (let from = 0; from <= 0xff_ff_ff_ff && heads.length <= STARTS_MAX; ) {
		const row = db
			.query<{ ip_key: Uint8Array }, [Uint8Array, Uint8Array]>(NEXT)
			.get(toKey(fromV4(from)), LAST_V4);
		if (row === null) break;
		const block = Math.floor(toV4(fromKey(row.ip_key)) / size);
		const numbers = Array.from({ length: count }, (_, n) => Math.floor(block / 256 ** (count - 1 - n)) % 256);
		heads.push(`${numbers.join(".")}.`);
		from = (block + 1) * size;
	}
	return heads;
}
