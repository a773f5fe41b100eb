/** Interfaces and routes as the kernel tells them, and what of a machine is read from the files of /proc. */

import { describe, expect, test } from "bun:test";
import { readNeighbourTable, readPingGroups } from "../../src/probes/machine.ts";
import { openRoutes, readLinks, readRoute, routeQuestion } from "../../src/probes/routes.ts";
import { sampleBytes } from "../helpers/hex.ts";
import { address } from "../helpers/network.ts";

const bytesOf = (text: string) =>
	Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe("the question", () => {
	test("IPv4: family, 32 bits, the address in its attribute", () => {
		expect(Buffer.from(routeQuestion(address("10.0.8.1"))).toString("hex")).toBe(
			"022000000000000000000000" + "08000100" + "0a000801",
		);
	});

	test("IPv6: 128 bits", () => {
		expect(Buffer.from(routeQuestion(address("2001:db8::1"))).toString("hex")).toBe(
			"0a8000000000000000000000" + "14000100" + "20010db8000000000000000000000001",
		);
	});
});

describe("the answer", () => {
	/** rtmsg of a type, then attributes. */
	const answer = (type: number, ...attributes: string[]) => {
		const head = `0220000000000000${"00000000"}`;
		const bytes = bytesOf(head + attributes.join(""));
		bytes[7] = type;
		return { type: 24, body: new DataView(bytes.buffer) };
	};
	const OIF = "0800040007000000";
	test("through a gateway, or attached", () => {
		expect(readRoute(answer(1, OIF, "080005000a000001"))).toEqual({
			kind: "way",
			device: 7,
			gateway: "10.0.0.1",
		});
		expect(readRoute(answer(1, OIF))).toEqual({ kind: "way", device: 7, gateway: undefined });
	});

	test.each([6, 7, 8])("a route of type %d carries nothing", (type) => {
		expect(readRoute(answer(type, OIF))).toEqual({ kind: "forbidden" });
	});

	test.each([
		[101, { kind: "none" }],
		[113, { kind: "forbidden" }],
		[13, { kind: "forbidden" }],
		[22, { kind: "forbidden" }],
	])("error %d", (errno, route) => expect(readRoute(errno)).toEqual(route as never));

	test("nothing, something else, half of it: not known", () => {
		expect(readRoute(undefined)).toBeUndefined();
		expect(readRoute({ ...answer(1, OIF), type: 16 })).toBeUndefined();
		expect(readRoute(answer(1))).toBeUndefined();
		expect(readRoute({ type: 24, body: new DataView(new ArrayBuffer(4)) })).toBeUndefined();
	});
});

test("interfaces of a real dump, loopback and those without a link among them", () => {
	const devices = readLinks([sampleBytes("netlink/links")]);
	expect(devices.length).toBeGreaterThan(1);
	expect(devices.find(({ loopback }) => loopback)).toMatchObject({ name: "lo", index: 1 });
	expect(readLinks([new Uint8Array(7)])).toEqual([]);
});

test.skipIf(process.platform !== "linux")("this machine itself: loopback is a way", () => {
	const routes = openRoutes();
	const lo = routes.devices()?.find(({ loopback }) => loopback);
	expect(lo).toMatchObject({ name: "lo", up: true });
	expect(routes.to(address("127.0.0.1"))).toMatchObject({ kind: "way", device: lo?.index });
});

describe("files of /proc", () => {
	test.each([
		["1\t0\n", [0], { range: "1 0", covers: false }],
		["0\t2147483647\n", [65_534], { range: "0 2147483647", covers: true }],
		["100\t200\n", [5, 150], { range: "100 200", covers: true }],
		["", [0], undefined],
		["nonsense", [0], undefined],
	])("ping_group_range %j", (text, groups, expected) => {
		expect(readPingGroups(text, groups as number[])).toEqual(expected as never);
	});

	const STATISTICS = `entries  allocs   destroys hash_grows lookups  table_fulls
00000003 00000010 00000001 00000000 000000ff 00000002
00000003 00000010 00000001 00000000 000000ff 0000000a
`;
	test("the neighbour table: limit, entries, and how often it was full on all processors", () => {
		expect(readNeighbourTable("1024\n", STATISTICS)).toEqual({ limit: 1_024, held: 3, overflows: 12 });
		expect(readNeighbourTable("1024\n", undefined)).toEqual({
			limit: 1_024,
			held: undefined,
			overflows: undefined,
		});
		expect(readNeighbourTable(undefined, STATISTICS)).toBeUndefined();
		expect(readNeighbourTable("many", "x")).toBeUndefined();
	});
});
