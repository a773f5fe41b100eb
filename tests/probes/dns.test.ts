/** DNS answers: the questions we write, and what becomes of every answer a server, or somebody else, can send. */

import { describe, expect, test } from "bun:test";
import { encodeQuestion, readAnswer, reverseName } from "../../src/probes/dns.ts";
import { address } from "../helpers/network.ts";
import { seeded } from "../helpers/random.ts";

const ID = 0x1234;
const NAME = "7.0.0.10.in-addr.arpa";
const QUESTION = [...encodeQuestion(ID, NAME).slice(12)];
/** A pointer to the name in the question. */
const ASKED = [0xc0, 12];

const u16 = (n: number) => [n >> 8, n & 255];
const u32 = (n: number) => [...u16(n >>> 16), ...u16(n & 0xffff)];
const label = (text: string | number[]) => {
	const bytes = typeof text === "string" ? [...new TextEncoder().encode(text)] : text;
	return [bytes.length, ...bytes];
};
const name = (...labels: (string | number[])[]) => [...labels.flatMap(label), 0];
const record = (owner: number[], type: number, ttl: number, data: number[], kind = 1) => [
	...owner,
	...u16(type),
	...u16(kind),
	...u32(ttl),
	...u16(data.length),
	...data,
];
const ptr = (target: number[], ttl = 600, owner = ASKED) => record(owner, 12, ttl, target);
const soa = (ttl: number, minimum: number) =>
	record([0], 6, ttl, [
		...name("ns"),
		...name("root"),
		...u32(1),
		...u32(2),
		...u32(3),
		...u32(4),
		...u32(minimum),
	]);

function message(
	answers: number[][],
	more: { authority?: number[][]; flags?: number; id?: number; question?: number[] } = {},
): Uint8Array {
	const { authority = [], flags = 0x8180, id = ID, question = QUESTION } = more;
	return Uint8Array.from([
		...u16(id),
		...u16(flags),
		...u16(1),
		...u16(answers.length),
		...u16(authority.length),
		...u16(0),
		...question,
		...answers.flat(),
		...authority.flat(),
	]);
}

const read = (bytes: Uint8Array) => readAnswer(bytes, ID, NAME);

describe("questions", () => {
	test("names of both families", () => {
		expect(reverseName(address("10.0.0.7"))).toBe(NAME);
		expect(reverseName(address("2001:db8::1:23"))).toBe(
			"3.2.0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
		);
	});
	test("bytes", () => {
		expect(Buffer.from(encodeQuestion(ID, "1.arpa")).toString("hex")).toBe(
			"1234010000010000000000000131046172706100000c0001",
		);
	});
});

describe("a name", () => {
	const cases: [string, number[][], unknown][] = [
		["plain", [ptr(name("nas", "example", "org"))], { kind: "name", name: "nas.example.org", ttlS: 600 }],
		["in capitals", [ptr(name("NAS", "Example"))], { kind: "name", name: "nas.example", ttlS: 600 }],
		["compressed", [ptr([...label("nas"), 0xc0, 12])], { kind: "name", name: `nas.${NAME}`, ttlS: 600 }],
		[
			"the first of many, whatever their order",
			["mike", "alpha", "zulu"].map((one) => ptr(name(one))),
			{ kind: "name", name: "alpha", ttlS: 600 },
		],
		[
			"behind an alias (RFC 2317), the shorter TTL",
			[record(ASKED, 5, 60, name("7", "block")), ptr(name("nas"), 600, name("7", "block"))],
			{ kind: "name", name: "nas", ttlS: 60 },
		],
		[
			"beside records of other names",
			[ptr(name("no"), 1, name("x")), ptr(name("yes"))],
			{ kind: "name", name: "yes", ttlS: 600 },
		],
		[
			"beside records of another class",
			[record(ASKED, 12, 1, name("no"), 3), ptr(name("yes"))],
			{ kind: "name", name: "yes", ttlS: 600 },
		],
		[
			"with a TTL beyond 31 bits: none",
			[ptr(name("nas"), 0x80000000)],
			{ kind: "name", name: "nas", ttlS: 0 },
		],
		[
			"script",
			[ptr(name("<script>alert(1)</script>"))],
			{ kind: "name", name: "<script>alert(1)</script>", ttlS: 600 },
		],
		[
			"control bytes, blanks, dots and bytes that are no ASCII are written out",
			[ptr(name([0x61, 0x0a, 0x1b, 0x00], "a b", "a.b\\", [0xc3, 0xa4]))],
			{ kind: "name", name: "a\\010\\027\\000.a\\032b.a\\.b\\\\.\\195\\164", ttlS: 600 },
		],
	];
	test.each(cases)("%s", (_, answers, expected) => expect(read(message(answers))).toEqual(expected as never));

	test("of 255 bytes is read, one of 256 is damage", () => {
		const long = (last: number) => ["a", "b", "c"].map((c) => c.repeat(63)).concat("d".repeat(last));
		expect(read(message([ptr(name(...long(61)))]))).toMatchObject({ kind: "name" });
		expect(read(message([ptr(name(...long(62)))]))).toBeUndefined();
	});
});

describe("no name", () => {
	const cases: [string, Uint8Array, unknown][] = [
		[
			"NXDOMAIN, the shorter of both times (RFC 2308)",
			message([], { flags: 0x8183, authority: [soa(900, 300)] }),
			{ kind: "none", ttlS: 300 },
		],
		["NODATA", message([], { authority: [soa(100, 300)] }), { kind: "none", ttlS: 100 }],
		["NXDOMAIN without a reason", message([], { flags: 0x8183 }), { kind: "none", ttlS: 0 }],
		["the empty name", message([ptr([0])]), { kind: "none", ttlS: 0 }],
		["an alias to nowhere", message([record(ASKED, 5, 60, name("x"))]), { kind: "none", ttlS: 0 }],
		[
			"a circle of aliases",
			message([record(ASKED, 5, 60, name("x")), record(name("x"), 5, 60, ASKED)]),
			{ kind: "none", ttlS: 0 },
		],
		["SERVFAIL", message([], { flags: 0x8182 }), { kind: "failed", code: 2 }],
		["REFUSED", message([], { flags: 0x8185 }), { kind: "failed", code: 5 }],
		["cut off before the answer", message([], { flags: 0x8380 }), { kind: "failed", code: 0 }],
	];
	test.each(cases)("%s", (_, bytes, expected) => expect(read(bytes)).toEqual(expected as never));
});

describe("not the answer: the right one may still come", () => {
	const good = message([ptr(name("nas"))]);
	const pointer = (at: number) => message([ptr([0xc0, at])]);
	const dataAt = 12 + QUESTION.length + 2 + 10;
	const cases: [string, Uint8Array][] = [
		["nothing", new Uint8Array(0)],
		["half a header", good.slice(0, 11)],
		["another id", message([ptr(name("nas"))], { id: ID + 1 })],
		["our own question back", encodeQuestion(ID, NAME)],
		["another operation", message([ptr(name("nas"))], { flags: 0x8980 })],
		[
			"another name asked",
			message([ptr(name("nas"))], { question: [...encodeQuestion(ID, "8.0.0.10.in-addr.arpa").slice(12)] }),
		],
		["another type asked", message([ptr(name("nas"))], { question: QUESTION.with(-3, 1) })],
		["a pointer to itself", pointer(dataAt)],
		["a pointer ahead", pointer(dataAt + 2)],
		["a pointer beyond the end", message([ptr([0xff, 0xff])])],
		["a label of an unknown kind", message([ptr([0x40, 0x61, 0])])],
		["a label beyond the end", message([ptr([0x3f, 0x61])])],
		["data longer than its name", message([record(ASKED, 12, 1, [...name("nas"), 0])])],
		["data shorter than its name", message([record(ASKED, 12, 1, [3, 0x6e, 0x61])])],
		["fewer records than promised", good.slice(0, good.length - 8)],
	];
	test.each(cases)("%s", (_, bytes) => expect(read(bytes)).toBeUndefined());

	test("two pointers in a circle: neither leads back for ever", () => {
		const first = 12 + QUESTION.length;
		const bytes = message([[0xc0, first + 2, 0xc0, first, ...u16(12), ...u16(1), ...u32(1), ...u16(1), 0]]);
		expect(read(bytes)).toBeUndefined();
	});

	test("every cut and 20,000 damaged messages end without an exception", () => {
		const whole = message([ptr([...label("nas"), 0xc0, 12])], { authority: [soa(1, 1)] });
		for (let length = 0; length < whole.length; length++) read(whole.slice(0, length));
		const chance = seeded(11);
		for (let i = 0; i < 20_000; i++) {
			const bytes = whole.slice();
			for (let k = 0; k < 4; k++) bytes[4 + chance.int(bytes.length - 4)] = chance.int(256);
			const answer = read(bytes);
			if (answer?.kind === "name") expect(answer.name.length).toBeLessThanOrEqual(1_020);
		}
	});
});
