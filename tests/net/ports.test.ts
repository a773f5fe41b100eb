/** Lists of ports: what is read, what is refused, and taking some away. */

import { describe, expect, test } from "bun:test";
import {
	countPorts,
	formatPorts,
	hasPort,
	listPorts,
	parsePorts,
	withoutPorts,
} from "../../src/net/ports.ts";

const read = (text: string) => {
	const { value, problem } = parsePorts(text);
	if (value === undefined) throw new Error(problem);
	return value;
};

test.each([
	["22", "22", 1],
	["80,22", "22,80", 2],
	["1-3,3-5,6", "1-6", 6],
	["-", "1-65535", 65_535],
	["65535", "65535", 1],
])("%s is %s", (text, printed, count) => {
	expect(formatPorts(read(text))).toBe(printed);
	expect(countPorts(read(text))).toBe(count);
});

test.each([
	"",
	"0",
	"65536",
	"22,",
	",22",
	"22-",
	"-22",
	"5-1",
	"022",
	"1e3",
	"0x16",
	"22 80",
	"T:22",
	"1".repeat(70_000),
])("%s is refused", (text) => expect(parsePorts(text).problem).toBeString());

describe("taking away", () => {
	test.each([
		["1-100", "50", "1-49,51-100"],
		["1-100", "1-10,90-200", "11-89"],
		["515,9100", "1-65535", ""],
		["22,80", "443", "22,80"],
	])("%s without %s", (all, some, rest) => {
		const left = withoutPorts(read(all), read(some));
		expect(formatPorts(left)).toBe(rest);
		const gone = listPorts(read(some).filter(({ last }) => last < 1_000));
		expect(gone.filter((port) => hasPort(left, port))).toEqual([]);
	});
});
