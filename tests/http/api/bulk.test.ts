/** Many hosts by a filter: read as strictly as the query of a list, because what is not understood would mean everybody. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { openRig, type Rig } from "../../helpers/app.ts";

let rig: Rig;
beforeAll(async () => {
	rig = await openRig();
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
	for (const [ip, tags] of [
		["10.0.0.1", ["dhcp"]],
		["10.0.0.2", []],
		["10.0.0.3", []],
	] as const) {
		await rig.send("POST", "/api/v1/hosts", { ip, tags });
	}
	rig.app.context.db.query("UPDATE host SET first_seen_at = 1 WHERE ip = '10.0.0.3'").run();
});
afterAll(() => rig.close());

const described = (text: string) =>
	rig.app.context.db
		.query<{ ip: string }, [string]>("SELECT ip FROM host WHERE description = ? ORDER BY ip")
		.all(text)
		.map(({ ip }) => ip);
const edit = (filter: string, description: string) =>
	rig.send("POST", "/api/v1/hosts/edit", { filter, set: { description } });

test.each([
	["a parameter that is misspelt", "tga=dhcp"],
	["one of another list", "order=alive"],
	["a place in a list", "limit=5"],
	["one that comes twice", "tag=dhcp&tag=dhcp"],
	["no port", "port=0"],
	["no status", "status=alive"],
	["a tag without a name", "tag="],
	["new, of which only the pages know how long", "seen=new"],
	["two that exclude each other", "seen=never&first_seen_since=2026-01-01T00:00:00Z"],
])("%s changes and deletes nobody: %s", async (_, filter) => {
	for (const refused of [
		await edit(filter, "x"),
		await rig.send("POST", "/api/v1/hosts/delete", { filter }),
	]) {
		expect(refused.status).toBe(422);
		expect(refused.json()).toMatchObject({ field: "filter", code: "invalid" });
	}
	expect(described("")).toHaveLength(3);
});

test.each([
	["tag=dhcp", ["10.0.0.1"]],
	["seen=never", ["10.0.0.1", "10.0.0.2"]],
	["first_seen_since=1970-01-01T00:00:00Z", ["10.0.0.3"]],
	["subnet=1&q=10.0.0.2", ["10.0.0.2"]],
	["", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]],
])("%j means these", async (filter, ips) => {
	const text = `by ${filter || "nothing"}`;
	expect((await edit(filter, text)).json()).toMatchObject({ hosts: ips.length });
	expect(described(text)).toEqual([...ips]);
});
