/**
 * DNS messages as bytes, as far as reverse look-ups need them: one question out, one answer in. Knows no socket and
 * no time; what does not hold is a value here, never an exception.
 *
 * Sources: RFC 1035 4 (messages, compression), RFC 2308 (negative answers), RFC 2317 (aliases in reverse zones),
 * RFC 3596 2.5 (ip6.arpa), RFC 4343 2.1 (writing bytes that are no letters).
 */

import { type Address, familyOf, toV4 } from "../net/address.ts";

export type Answer =
	/** The name, lower case, without the last dot; of several the first in order of letters. */
	| { readonly kind: "name"; readonly name: string; readonly ttlS: number }
	/** There is surely none. */
	| { readonly kind: "none"; readonly ttlS: number }
	/** The server could not say. */
	| { readonly kind: "failed"; readonly code: number };

const HEADER = 12;
const PTR = 12;
const CNAME = 5;
const SOA = 6;
const IN = 1;
const NXDOMAIN = 3;
/** Standard query, recursion desired. */
const ASK = 0x0100;
/** Longest name in bytes, longest label, most pointers in one name, most aliases, most records looked at. */
const NAME_BYTES = 255;
const LABEL_BYTES = 63;
const JUMPS = 16;
const ALIASES = 8;
const RECORDS = 256;
/** A TTL with the highest bit set is none (RFC 2181 8). */
const TTL_MAX = 0x7fffffff;

/** "14.0.0.10.in-addr.arpa" or 32 nibbles under ip6.arpa. */
export function reverseName(address: Address): string {
	if (familyOf(address) === 4) {
		const n = toV4(address);
		return `${n & 255}.${(n >>> 8) & 255}.${(n >>> 16) & 255}.${n >>> 24}.in-addr.arpa`;
	}
	const nibbles = address.toString(16).padStart(32, "0").split("").reverse();
	return `${nibbles.join(".")}.ip6.arpa`;
}

/** The question for the PTR records of `name` (letters, digits and dots only). */
export function encodeQuestion(id: number, name: string): Uint8Array<ArrayBuffer> {
	const labels = name.split(".");
	const bytes = new Uint8Array(HEADER + name.length + 2 + 4);
	const view = new DataView(bytes.buffer);
	view.setUint16(0, id);
	view.setUint16(2, ASK);
	view.setUint16(4, 1);
	let at = HEADER;
	for (const label of labels) {
		bytes[at++] = label.length;
		for (const char of label) bytes[at++] = char.charCodeAt(0);
	}
	view.setUint16(at + 1, PTR);
	view.setUint16(at + 3, IN);
	return bytes;
}

/**
 * Reads the answer to the question `name` with this id. Undefined: it is none (another id or question, no answer at
 * all, cut or damaged); then the right one may still come.
 */
export function readAnswer(bytes: Uint8Array, id: number, name: string): Answer | undefined {
	if (bytes.length < HEADER) return undefined;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const flags = view.getUint16(2);
	const isAnswer = (flags & 0x8000) !== 0 && (flags & 0x7800) === 0;
	if (!isAnswer || view.getUint16(0) !== id || view.getUint16(4) !== 1) return undefined;
	const asked = readName(bytes, HEADER);
	if (asked === undefined || asked.end + 4 > bytes.length || asked.name !== name) return undefined;
	if (view.getUint16(asked.end) !== PTR || view.getUint16(asked.end + 2) !== IN) return undefined;
	const code = flags & 0xf;
	if (code !== 0 && code !== NXDOMAIN) return { kind: "failed", code };
	const counts = [view.getUint16(6), view.getUint16(8)] as const;
	const records = readRecords(bytes, view, asked.end + 4, counts[0] + counts[1]);
	if (records === undefined) return undefined;
	const answers = records.slice(0, counts[0]);
	const found = code === 0 ? follow(answers, name) : undefined;
	if (found !== undefined) return found;
	// Cut off before the record that says it.
	if ((flags & 0x0200) !== 0) return { kind: "failed", code };
	const soa = records.slice(counts[0]).find(({ type }) => type === SOA);
	return { kind: "none", ttlS: Math.min(soa?.ttlS ?? 0, soa?.minimumS ?? 0) };
}

type Found = {
	readonly owner: string;
	readonly type: number;
	readonly ttlS: number;
	/** The name a PTR or CNAME points to. */
	readonly target: string | undefined;
	/** Of a SOA: how long a negative answer holds. */
	readonly minimumS: number | undefined;
};

/** Answer and authority records; undefined when one is damaged. */
function readRecords(bytes: Uint8Array, view: DataView, from: number, count: number): Found[] | undefined {
	const found: Found[] = [];
	for (let at = from; found.length < Math.min(count, RECORDS); ) {
		const owner = readName(bytes, at);
		if (owner === undefined || owner.end + 10 > bytes.length) return undefined;
		const type = view.getUint16(owner.end);
		const ttl = view.getUint32(owner.end + 4);
		const data = owner.end + 10;
		const end = data + view.getUint16(owner.end + 8);
		if (end > bytes.length) return undefined;
		const pointed = type === PTR || type === CNAME ? readName(bytes, data) : undefined;
		if ((type === PTR || type === CNAME) && pointed?.end !== end) return undefined;
		const isIn = view.getUint16(owner.end + 2) === IN;
		found.push({
			owner: owner.name,
			type: isIn ? type : 0,
			ttlS: ttl > TTL_MAX ? 0 : ttl,
			target: pointed?.name,
			minimumS: type === SOA && end - data >= 4 ? Math.min(TTL_MAX, view.getUint32(end - 4)) : undefined,
		});
		at = end;
	}
	return found;
}

/** From the name asked through aliases to its PTR records. */
function follow(answers: readonly Found[], name: string): Answer | undefined {
	let owner = name;
	let ttlS = TTL_MAX;
	for (let aliases = 0; aliases <= ALIASES; aliases++) {
		const own = answers.filter((record) => record.owner === owner);
		const names = own.filter(({ type, target }) => type === PTR && target !== "");
		const [first] = names.toSorted((a, b) => ((a.target ?? "") < (b.target ?? "") ? -1 : 1));
		if (first !== undefined) {
			return { kind: "name", name: first.target ?? "", ttlS: Math.min(ttlS, first.ttlS) };
		}
		const alias = own.find(({ type }) => type === CNAME);
		if (alias === undefined) return undefined;
		owner = alias.target ?? "";
		ttlS = Math.min(ttlS, alias.ttlS);
	}
	return undefined;
}

/**
 * The name at `from` and where it ends there. A pointer only ever leads further back, so there are no loops.
 * Undefined: too long, out of bounds, or an unknown kind of label.
 */
function readName(bytes: Uint8Array, from: number): { name: string; end: number } | undefined {
	const labels: string[] = [];
	let end: number | undefined;
	let start = from;
	let length = 1;
	let jumps = 0;
	for (let at = from; ; ) {
		const size = bytes[at];
		if (size === undefined) return undefined;
		if (size === 0) return { name: labels.join("."), end: end ?? at + 1 };
		if (size >= 0xc0) {
			const low = bytes[at + 1];
			if (low === undefined || ++jumps > JUMPS) return undefined;
			const target = ((size & 0x3f) << 8) | low;
			if (target >= start) return undefined;
			end ??= at + 2;
			start = target;
			at = target;
			continue;
		}
		length += size + 1;
		if (size > LABEL_BYTES || length > NAME_BYTES || at + 1 + size > bytes.length) return undefined;
		labels.push(labelText(bytes.subarray(at + 1, at + 1 + size)));
		at += size + 1;
	}
}

/** Lower case; whatever is no visible ASCII character becomes \DDD, a dot or backslash inside a label \. or \\. */
function labelText(label: Uint8Array): string {
	let text = "";
	for (const byte of label) {
		if (byte === 0x2e || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
		else if (byte > 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
		else text += `\\${byte.toString().padStart(3, "0")}`;
	}
	return text.toLowerCase();
}
