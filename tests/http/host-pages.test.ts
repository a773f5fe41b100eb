/** A host by its pages and forms, as a browser without a script uses them. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { addSubnet, openRig, type Rig } from "../helpers/app.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
});
afterEach(() => rig.close());

const subnet = (cidr: string, more: Record<string, string> = {}) => addSubnet(rig, cidr, more);

describe("hosts", () => {
	test("a free address is reserved by its form, edited, and its drawer is the same panel", async () => {
		await subnet("10.0.0.0/24");
		expect((await rig.get("/subnets/1/free/10.0.0.9")).text).toContain("Reserve");
		const taken = await rig.post("/subnets/1/reserve", {
			address: "10.0.0.9",
			hostname: "fw2",
			description: "new firewall",
		});
		expect(taken.headers.get("location")).toBe("/hosts/1");
		const saved = await rig.post("/hosts/1/fields/notes", { was: "", value: "rack 3" });
		expect(saved.headers.get("location")).toBe("/hosts/1");
		await rig.post("/hosts/1/fields/tags", { add: "core, Core, dmz, old" });
		const fewer = await rig.post("/hosts/1/fields/tags", { untag: "old" });
		expect(fewer.headers.get("location")).toBe("/hosts/1?edit=tags");
		const drawer = await rig.get("/hosts/1/drawer");
		expect(drawer.text).toContain("rack 3");
		expect(drawer.text).not.toContain("<html");
		const host = (await rig.get("/api/v1/hosts/1")).json() as { tags: string[]; status: string };
		expect(host.tags).toEqual(["core", "dmz"]);
		expect(host.status).toBe("unknown");
		expect((await rig.get("/subnets/1/free/10.0.0.9")).headers.get("location")).toBe("/hosts/1");
	});

	test("the first free address of a range is the lowest that is free", async () => {
		await subnet("10.0.0.0/29");
		await rig.post("/subnets/1/reserve", { address: "10.0.0.1" });
		await rig.post("/subnets/1/reserve", { address: "10.0.0.1", first: "1" });
		const hosts = (await rig.get("/api/v1/hosts")).json() as { items: { ip: string }[] };
		expect(hosts.items.map((host) => host.ip)).toEqual(["10.0.0.1", "10.0.0.2"]);
	});

	test.each([
		["10.0.0.0", "network or broadcast"],
		["10.0.0.255", "network or broadcast"],
		["192.0.2.1", "lies in no subnet"],
		["10.0.0.300", "more than 255"],
	])("%s cannot be reserved: %s", async (address, reason) => {
		await subnet("10.0.0.0/24");
		const refused = await rig.post("/subnets/1/reserve", { address, hostname: "kept" });
		expect(refused.status).toBe(422);
		expect(refused.text).toContain(reason);
		expect(refused.text).toContain('value="kept"');
	});

	test("two who write the same field: the later one sees both, and nothing is stored until they decide", async () => {
		await subnet("10.0.0.0/24");
		await rig.post("/subnets/1/reserve", { address: "10.0.0.9", hostname: "a" });
		await rig.post("/hosts/1/fields/hostname", { was: "a", value: "b" });
		const late = await rig.post("/hosts/1/fields/hostname", { was: "a", value: "c" });
		expect(late.status).toBe(409);
		expect(late.text).toContain('value="c"');
		expect(late.text).toContain("changed this while you were typing");
		expect(late.text).toContain('name="was" value="b"');
		expect((await rig.get("/api/v1/hosts/1")).json() as { hostname: string }).toMatchObject({
			hostname: "b",
		});
		expect((await rig.post("/hosts/1/fields/hostname", { was: "b", value: "c" })).status).toBe(303);
	});

	test("two who write different fields, or add tags, are in nobody's way; the same words are no conflict", async () => {
		await subnet("10.0.0.0/24");
		await rig.post("/subnets/1/reserve", { address: "10.0.0.9", hostname: "a" });
		for (const [field, form] of [
			["hostname", { was: "a", value: "b" }],
			["notes", { was: "", value: "one\r\ntwo" }],
			["notes", { was: "", value: "one\ntwo" }],
			["tags", { add: "x" }],
			["tags", { add: "y" }],
			["description", { was: "", value: "d" }],
		] as const) {
			expect((await rig.post(`/hosts/1/fields/${field}`, form)).status).toBe(303);
		}
		expect((await rig.get("/api/v1/hosts/1")).json() as object).toMatchObject({
			hostname: "b",
			notes: "one\ntwo",
			tags: ["x", "y"],
			description: "d",
		});
	});

	test("a value that cannot be used comes back with the reason; fields that are none are not found", async () => {
		await subnet("10.0.0.0/24");
		await rig.post("/subnets/1/reserve", { address: "10.0.0.9" });
		const refused = await rig.post("/hosts/1/fields/description", { was: "", value: "x".repeat(256) });
		expect(refused.status).toBe(422);
		expect(refused.text).toContain("at most 255");
		expect(refused.text).toContain("x".repeat(256));
		expect((await rig.get("/hosts/1/fields/color/edit")).status).toBe(404);
		expect((await rig.get("/hosts/1?edit=notes")).text).toContain('<textarea rows="3" id="p-notes"');
	});

	test("hostile names are shown as typed", async () => {
		await subnet("10.0.0.0/24");
		const name = '"><img src=x onerror=alert(1)>';
		await rig.post("/subnets/1/reserve", { address: "10.0.0.9", hostname: name });
		for (const path of ["/", "/?status=", "/subnets/1", "/hosts/1", "/hosts/1/drawer", "/activity"]) {
			expect((await rig.get(path)).text).not.toContain("<img src=x");
		}
	});
});
