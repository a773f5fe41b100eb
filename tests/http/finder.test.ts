/** "Where is a free /27 in this supernet?", as a page without a script answers it. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { openRig, type Rig } from "../helpers/app.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
	for (const cidr of ["10.0.0.0/16", "10.0.0.0/18", "10.0.128.0/17", "10.0.64.0/24"]) {
		await rig.post("/subnets", { cidr, name: "", sweep_interval_s: "60" });
	}
	await rig.post("/subnets/1/reserve", { address: "10.0.96.9" });
});
afterEach(() => rig.close());

const ask = async (within: string, length: string) => {
	const { status, text } = await rig.get(`/subnets?${new URLSearchParams({ within, length })}`);
	const panel = text.slice(text.indexOf('id="finder"'), text.indexOf('id="subnet-add"'));
	const blocks = [...panel.matchAll(/<b class="mono">([^<]+)<\/b>/g)].map(([, cidr]) => cidr);
	return { status, text, blocks };
};

describe("the finder", () => {
	test("names blocks that no subnet touches, and hosts in them; each leads to the filled form", async () => {
		const { text, blocks } = await ask("10.0.0.0/16", "19");
		expect(blocks).toEqual(["10.0.96.0/19"]);
		expect(text).toContain("1 host in it");
		const link = /href="(\/subnets\?cidr=10\.0\.96\.0%2F19)#add"/.exec(text)?.[1] ?? "";
		expect((await rig.get(link)).text).toMatch(/value="10\.0\.96\.0\/19"/);
	});

	test("says how many more there are than it shows", async () => {
		const { text, blocks } = await ask("10.0.0.0/16", "/27");
		expect(blocks).toHaveLength(16);
		expect(blocks[0]).toBe("10.0.65.0/27");
		expect(text).toContain("504 free blocks");
		expect(text).toContain("and 488 more");
	});

	test("a supernet that is no subnet, and one in which nothing is left", async () => {
		expect((await ask("10.0.0.0/15", "16")).blocks).toEqual(["10.1.0.0/16"]);
		expect((await ask("10.0.0.0/16", "17")).text).toContain("No such block is free");
		expect((await ask("10.0.128.0/17", "18")).blocks).toEqual(["10.0.128.0/18", "10.0.192.0/18"]);
	});

	test.each([
		["10.0.0.1/16", "24", "10.0.0.0/16"],
		["10.0.0.0/16", "8", "16 to 32"],
		["10.0.0.0/16", "33", "16 to 32"],
		["10.0.0.0/16", "", "16 to 32"],
		["2001:db8::/32", "129", "32 to 128"],
		["here", "24", "not an IP address"],
	])("%s and %s: %s", async (within, length, says) => {
		const { status, text } = await ask(within, length);
		expect(status).toBe(200);
		expect(text).toContain(says);
	});

	test("without a subnet there is no finder", async () => {
		const empty = await openRig();
		expect((await empty.get("/subnets")).text).not.toContain("Find a free block");
		await empty.close();
	});
});
