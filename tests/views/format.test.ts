/** How values read, as tables. */

import { describe, expect, test } from "bun:test";
import { age as scriptAge } from "../../static/ages.js";
import { bytes as scriptBytes } from "../../static/estimate.js";
import {
	type AgeStyle,
	age,
	bytes,
	count,
	dayNames,
	duration,
	interval,
	latency,
	plural,
	ratio,
	share,
	visible,
	visibleLines,
} from "../../views/format.ts";

const S = 1_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;
const NOW = 2_000_000_000_000;

const AGES: [number, AgeStyle, string][] = [
	[0, "since", "0 s ago"],
	[-5 * M, "since", "0 s ago"],
	[41 * S, "since", "41 s ago"],
	[59_999, "since", "59 s ago"],
	[M, "since", "1 m ago"],
	[12 * M, "since", "12 m ago"],
	[3 * H, "since", "3 h ago"],
	[D - 1, "since", "23 h ago"],
	[40 * D, "since", "40 d ago"],
	[800 * D, "since", "2 y ago"],
	[66 * S, "seen", "now"],
	[119 * S, "seen", "now"],
	[120 * S, "seen", "2 m ago"],
	[3 * H, "seen", "3 h ago"],
	[20 * S, "short", "now"],
	[12 * M, "short", "12 m"],
	[14 * H, "short", "14 h"],
];

describe("age", () => {
	test.each(AGES)("%d ms, %s: %s", (ms, style, text) => {
		expect(age(NOW - ms, NOW, style)).toBe(text);
		expect(scriptAge(NOW - ms, NOW, style)).toBe(text);
	});
});

describe("bytes", () => {
	test.each([
		[0, "0 B"],
		[812, "812 B"],
		[1_000, "1.0 kB"],
		[4_140, "4.1 kB"],
		[99_499, "99.5 kB"],
		[147_280_000, "147 MB"],
		[7_364_000_000, "7.4 GB"],
		[5e15, "5000 TB"],
	])("%d: %s", (n, text) => {
		expect(bytes(n)).toBe(text);
		expect(scriptBytes(n)).toBe(text);
	});
});

describe("duration", () => {
	test.each([
		[-1, "0 s"],
		[45 * S, "45 s"],
		[2 * M, "2 m"],
		[2 * M + 59 * S, "2 m"],
		[9 * H, "9 h"],
		[9 * H + 5 * M, "9 h 5 m"],
		[18 * D + 4 * H + 59 * M, "18 d 4 h"],
		[18 * D + 59 * M, "18 d"],
		[365 * D + 20 * D, "1 y 20 d"],
	])("%d: %s", (ms, text) => expect(duration(ms)).toBe(text));
});

describe("interval", () => {
	test.each([
		[10, "10 s"],
		[60, "60 s"],
		[120, "120 s"],
		[300, "5 m"],
		[3_660, "1 h 1 m"],
		[86_400, "1 d"],
	])("%d: %s", (seconds, text) => expect(interval(seconds)).toBe(text));
});

describe("latency", () => {
	test.each([
		[12, "<0.1 ms"],
		[100, "0.1 ms"],
		[450, "0.5 ms"],
		[38_200, "38.2 ms"],
		[99_949, "99.9 ms"],
		[99_951, "100 ms"],
		[999_600, "1.0 s"],
		[1_240_000, "1.2 s"],
	])("%d µs: %s", (us, text) => expect(latency(us)).toBe(text));
});

describe("count, plural, share, ratio", () => {
	test.each<[number | bigint, string]>([
		[0, "0"],
		[999, "999"],
		[1_826, "1,826"],
		[65_534n, "65,534"],
		[123_456_789_012_345n, "123,456,789,012,345"],
		[18_446_744_073_709_551_615n, "1.8 × 10¹⁹"],
	])("count %p: %s", (n, text) => expect(count(n)).toBe(text));

	test("plural", () => {
		expect([
			plural(1, "host"),
			plural(1n, "address", "addresses"),
			plural(0, "host"),
			plural(2_000n, "host"),
		]).toEqual(["1 host", "1 address", "0 hosts", "2,000 hosts"]);
	});

	test.each<[number | bigint, number | bigint, string]>([
		[0, 254, "0 %"],
		[1, 254, "<1 %"],
		[47, 254, "19 %"],
		[253, 254, ">99 %"],
		[254, 254, "100 %"],
		[5, 0, "0 %"],
		[1n, 1n << 64n, "<1 %"],
	])("share %p of %p: %s", (part, whole, text) => expect(share(part, whole)).toBe(text));

	test.each([
		[1, "100"],
		[0.9999, "99.9"],
		[0.992, "99.2"],
		[0, "0.0"],
	])("ratio %d: %s", (value, text) => expect(ratio(value)).toBe(text));
});

describe("visible", () => {
	test.each([
		["nas.lan", "nas.lan"],
		["Grüße, 服务器 №1", "Grüße, 服务器 №1"],
		["a\0b", "a\\x00b"],
		["\x1b[2J\r\n", "\\x1b[2J\\x0d\\x0a"],
		["\x7f\x85", "\\x7f\\x85"],
		["\u202Egpj.exe", "⟨U+202E⟩gpj.exe"],
		["a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"],
		["x\u200By\uFEFFz", "x⟨U+200B⟩y⟨U+FEFF⟩z"],
		["soft\u00ADhyphen", "soft\\xadhyphen"],
		["\uD800", "⟨U+D800⟩"],
		["line\u2028end", "line⟨U+2028⟩end"],
		["tag\u{E0041}", "tag⟨U+E0041⟩"],
		["👩\u200D💻 server", "👩\u200D💻 server"],
		["👨🏽\u200D🚀", "👨🏽\u200D🚀"],
		["a\u200Db", "a⟨U+200D⟩b"],
		["xn--80ak6aa92e.com", "xn--80ak6aa92e.com"],
	])("%j", (text, shown) => expect(visible(text)).toBe(shown));

	test("lines stay lines, everything else is made visible", () => {
		expect(visibleLines("a\r\nb\n\tc\x1b\rd")).toBe("a\nb\n\tc\\x1b\\x0dd");
	});
});

test.each([
	[
		"an ordinary day",
		"Europe/Berlin",
		"2026-11-25T11:00:00Z",
		"2026-11-24T11:00:00Z",
		"2026-11-23T11:00:00Z",
	],
	[
		"just after a day of 23 hours",
		"Europe/Berlin",
		"2026-03-29T22:10:00Z",
		"2026-03-29T10:00:00Z",
		"2026-03-28T22:30:00Z",
	],
	[
		"the end of a day of 25 hours",
		"Europe/Berlin",
		"2026-10-25T22:30:00Z",
		"2026-10-24T12:00:00Z",
		"2026-10-23T12:00:00Z",
	],
	[
		"the start of a day",
		"Pacific/Auckland",
		"2026-11-24T11:01:00Z",
		"2026-11-24T10:59:00Z",
		"2026-11-23T10:59:00Z",
	],
])("%s has the day before it as yesterday", (_, zone, now, yesterday, before) => {
	const nameOf = dayNames(zone, Date.parse(now));
	expect(nameOf(Date.parse(now))).toBe("Today");
	expect(nameOf(Date.parse(yesterday))).toBe("Yesterday");
	expect(nameOf(Date.parse(before))).toMatch(/2026$/);
});
