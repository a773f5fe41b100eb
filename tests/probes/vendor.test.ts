/** Hardware addresses and who made them: the embedded list, its three lengths of prefixes, and those made up. */

import { describe, expect, test } from "bun:test";
import { vendorLines } from "../../scripts/vendors.ts";
import { formatMac, isLocallyAdministered, isUnicast, parseMac } from "../../src/net/mac.ts";
import { findVendor, openVendors } from "../../src/probes/vendor.ts";

const mac = (text: string) => {
	const value = parseMac(text);
	if (value === undefined) throw new Error(text);
	return value;
};

describe("a hardware address", () => {
	test.each(["00:00:00:00:00:00", "00:11:32:8a:00:01", "ff:ff:ff:ff:ff:ff", "80:00:00:00:00:00"])(
		"%s is written as it was read",
		(text) => expect(formatMac(mac(text))).toBe(text),
	);
	test("capitals are read; everything else is refused", () => {
		expect(parseMac("00:11:32:8A:00:FF")).toBe(0x0011328a00ff);
		const none = [
			"",
			"00:11:32",
			"00-11-32-8a-00-01",
			"00:11:32:8a:00:0g",
			"0:11:32:8a:00:01",
			" 00:11:32:8a:00:01",
		];
		expect(none.filter((text) => parseMac(text) !== undefined)).toEqual([]);
	});
	test("flags", () => {
		expect(isLocallyAdministered(mac("02:00:00:00:00:01"))).toBe(true);
		expect(isLocallyAdministered(mac("fe:54:00:00:00:01"))).toBe(true);
		expect(isLocallyAdministered(mac("00:11:32:00:00:01"))).toBe(false);
		const unicast = [
			"00:11:32:00:00:01",
			"02:00:00:00:00:01",
			"00:00:00:00:00:00",
			"ff:ff:ff:ff:ff:ff",
			"01:00:5e:00:00:01",
		];
		expect(unicast.map((text) => isUnicast(mac(text)))).toEqual([true, true, false, false, false]);
	});
});

describe("the embedded list", () => {
	const vendorOf = openVendors();
	test("knows vendors, and nobody for addresses made up by software", () => {
		expect(vendorOf(mac("00:11:32:8a:00:01"))).toBe("Synology Incorporated");
		expect(vendorOf(mac("b8:27:eb:00:00:01"))).toBe("Raspberry Pi Foundation");
		expect(vendorOf(mac("02:11:32:8a:00:01"))).toBeUndefined();
		expect(vendorOf(mac("00:00:00:00:00:00"))).toBe("XEROX CORPORATION");
	});
	test("the most specific prefix wins; a block dealt out in smaller ones names nobody", () => {
		const lines = vendorLines({
			"001132": "Whole\nStreet\nTown",
			"0011328": "Quarter",
			"001132801": "Few",
			AABBCC: "Upper Case",
			"1C21D1": "IEEE Registration Authority",
			"1C21D10": "One of Sixteen",
			"998877": "Private",
		}).split("\n");
		expect(findVendor(lines, mac("00:11:32:80:1f:ff"))).toBe("Few");
		expect(findVendor(lines, mac("00:11:32:80:2f:ff"))).toBe("Quarter");
		expect(findVendor(lines, mac("00:11:32:70:00:00"))).toBe("Whole");
		expect(findVendor(lines, mac("1c:21:d1:00:00:00"))).toBe("One of Sixteen");
		expect(findVendor(lines, mac("1c:21:d1:10:00:00"))).toBeUndefined();
		expect(findVendor(lines, mac("99:88:77:10:00:00"))).toBeUndefined();
		expect(findVendor([], 1)).toBeUndefined();
	});
});
