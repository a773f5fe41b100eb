/** The head of a subnet: it is named once, and says how much of it is swept how often. */

import { describe, expect, test } from "bun:test";
import type { SubnetSummary } from "../../src/model/subnet.ts";
import { renderFragment } from "../../views/render.tsx";
import { SubnetPage } from "../../views/subnet.tsx";
import { SubnetRow } from "../../views/subnets.tsx";
import { address, listingOf, mapOf, NOW, subnet } from "../helpers/world.ts";

const text = (html: string) =>
	html
		.replace(/<[^>]+>/g, " ")
		.replace(/\s+/g, " ")
		.trim();

function page(one: SubnetSummary, role: "viewer" | "editor" = "viewer", firstFree?: bigint): string {
	return renderFragment(
		{ role },
		<SubnetPage
			subnet={one}
			ancestors={[]}
			children={[]}
			map={mapOf(one, [])}
			firstFree={firstFree}
			listing={listingOf([])}
			run={undefined}
			now={NOW}
		/>,
	);
}

describe("how often", () => {
	test.each([
		["10.0.0.0/24", "swept every 60 s"],
		["10.32.0.0/16", "known hosts swept every 60 s, every address once in 16 m"],
		["10.0.0.0/8", "known hosts swept every 60 s, every address once in 2 d 20 h"],
		["239.1.2.0/24", "not swept: multicast and reserved addresses answer nobody"],
		["2001:db8::/64", "known hosts and neighbours swept every 60 s"],
	])("%s: %s", (cidr, says) => {
		const facts = /<p class="facts">(.*?)<\/p>/s.exec(page(subnet(1, cidr, "", [])))?.[1] ?? "";
		expect(text(facts)).toBe(says);
	});

	test("not at all", () => {
		expect(text(page(subnet(1, "10.0.0.0/8", "", [], { sweepEnabled: false })))).toContain(" not swept ");
	});
});

test("the first free address is told to everybody, and leads to its form for those who may take it", () => {
	const one = subnet(1, "10.0.0.0/24", "", []);
	expect(page(one, "viewer", address("10.0.0.3"))).toContain('First free <span class="mono">10.0.0.3</span>');
	expect(page(one, "editor", address("10.0.0.3"))).toMatch(
		/First free <a [^>]*href="\/subnets\/1\/free\/10.0.0.3"/,
	);
	expect(text(page(one))).toContain("No address is free.");
});

describe("a subnet without a name is called by its network, once", () => {
	test.each([
		["", 1],
		["Office", 1],
	])("named “%s”", (name, times) => {
		const one = subnet(1, "10.9.8.0/24", name, []);
		const title = /<h1>(.*?)<\/h1>/s.exec(page(one))?.[1] ?? "";
		const row = renderFragment({ role: "viewer" }, <SubnetRow subnet={one} depth={0} now={NOW} />);
		expect(title.match(/10\.9\.8\.0\/24/g)).toHaveLength(times);
		expect(row.match(/10\.9\.8\.0\/24/g)).toHaveLength(times);
	});
});
