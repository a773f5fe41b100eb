/** Own networks and gateways, read from samples of what the system says. */

import { describe, expect, test } from "bun:test";
import { formatAddress, parseAddress } from "../../src/net/address.ts";
import { formatCidr, parseCidr } from "../../src/net/cidr.ts";
import {
	type InterfaceTable,
	isOnLink,
	localNetworks,
	parseRoutes4,
	parseRoutes6,
	parseTemporary,
	readInterfaces,
} from "../../src/probes/links.ts";

function entry(cidr: string, internal = false) {
	const address = cidr.split("/")[0] ?? "";
	const common = { address, netmask: "", mac: "00:00:00:00:00:00", internal, cidr };
	return cidr.includes(":")
		? { ...common, family: "IPv6" as const, scopeid: 0 }
		: { ...common, family: "IPv4" as const };
}

const TABLE: InterfaceTable = {
	lo: [entry("127.0.0.1/8", true), entry("::1/128", true)],
	eth0: [entry("192.168.1.20/24"), entry("2001:db8:1::20/64"), entry("fe80::1%eth0/64")],
	down: undefined,
	odd: [{ ...entry("10.0.0.1/8"), cidr: null }, entry("not an address/24")],
};

test("interfaces become networks; what cannot be read is left out", () => {
	const networks = readInterfaces(TABLE).map(
		({ name, cidr, address, loopback }) =>
			`${name} ${formatCidr(cidr)} ${formatAddress(address)}${loopback ? " loopback" : ""}`,
	);
	expect(networks).toEqual([
		"lo 127.0.0.0/8 127.0.0.1 loopback",
		"lo ::1/128 ::1 loopback",
		"eth0 192.168.1.0/24 192.168.1.20",
		"eth0 2001:db8:1::/64 2001:db8:1::20",
		"eth0 fe80::/64 fe80::1",
	]);
});

test("temporary addresses are marked (RFC 8981; as /proc/net/if_inet6 tells them)", () => {
	const text = [
		"20010db8000100000000000000000020 02 40 00 80     eth0",
		"20010db800010000a1b2c3d4e5f60718 02 40 00 01     eth0",
		"20010db8000100000000000000000021 02 40 00 21     eth0",
		"fe800000000000000000000000000001 02 40 20 80     eth0",
		"nonsense",
		"",
	].join("\n");
	const temporary = parseTemporary(text);
	expect([...temporary].map(formatAddress)).toEqual(["2001:db8:1:0:a1b2:c3d4:e5f6:718", "2001:db8:1::21"]);
	const table = { eth0: [entry("2001:db8:1::20/64"), entry("2001:db8:1::21/64")] };
	expect(readInterfaces(table, temporary).map((network) => network.temporary === true)).toEqual([
		false,
		true,
	]);
});

test("this machine has a loopback network", () => {
	expect(localNetworks().some(({ loopback }) => loopback)).toBe(true);
});

describe("on link", () => {
	const networks = readInterfaces(TABLE);
	const cases: [string, boolean][] = [
		["192.168.1.0/24", true],
		["192.168.1.64/26", true],
		["192.168.0.0/16", true],
		["192.168.2.0/24", false],
		["127.0.0.0/24", false],
		["2001:db8:1::/120", true],
		["2001:db8:2::/120", false],
	];
	test.each(cases)("%s: %p", (text, expected) => {
		const { value } = parseCidr(text);
		expect(value && isOnLink(value, networks)).toBe(expected);
	});

	test("addresses", () => {
		const onLink = (text: string) => isOnLink(parseAddress(text).value as bigint, networks);
		expect(["192.168.1.7", "fe80::9"].map(onLink)).toEqual([true, true]);
		expect(["192.168.2.7", "127.0.0.1", "::1"].map(onLink)).toEqual([false, false, false]);
	});
});

describe("gateways", () => {
	test("/proc/net/route: default routes by metric; on-link, rejected and other routes are none", () => {
		const text = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wlan0	00000000	FE01A8C0	0003	0	0	600	00000000	0	0	0
eth0	00000000	0101A8C0	0003	0	0	100	00000000	0	0	0
eth0	0001A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
eth0	0000000A	0201A8C0	0003	0	0	0	000000FF	0	0	0
ppp0	00000000	00000000	0001	0	0	50	00000000	0	0	0
*	00000000	0101A8C0	0203	0	0	9	00000000	0	0	0
eth0	00000000	XYZ	0003	0	0	0	00000000	0	0	0

`;
		expect(parseRoutes4(text).map(formatAddress)).toEqual(["192.168.1.1", "192.168.1.254"]);
		expect(parseRoutes4("")).toEqual([]);
	});

	test("/proc/net/ipv6_route", () => {
		const zero = "0".repeat(32);
		const text = `fd000000000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth0
${zero} 00 ${zero} 00 fd000000000000000000000000000001 00000400 00000002 00000000 00000003     eth0
${zero} 00 ${zero} 00 fe800000000000000000000000000001 00000200 00000002 00000000 00000003     eth0
${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo
`;
		expect(parseRoutes6(text).map(formatAddress)).toEqual(["fe80::1", "fd00::1"]);
	});
});
