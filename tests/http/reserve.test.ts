/** Several addresses in a row: all of them or none, whoever else is at it. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { parseAddress, toKey } from "../../src/net/address.ts";
import { openRig, type Rig } from "../helpers/app.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
	await rig.post("/subnets", { cidr: "10.0.0.0/24", name: "Office", sweep_interval_s: "60" });
});
afterEach(() => rig.close());

const reserve = (address: string, count: string, more: Record<string, string> = {}) =>
	rig.post("/subnets/1/reserve", { address, count, ...more });
const hosts = async () => {
	const { items } = (await rig.get("/api/v1/hosts?limit=500")).json() as {
		items: { ip: string; hostname: string }[];
	};
	return items.map(({ ip, hostname }) => `${ip} ${hostname}`.trim());
};

describe("several addresses", () => {
	test("are reserved in a row, with counted names, and one change tells of all", async () => {
		const told: unknown[] = [];
		rig.app.context.bus.subscribe(({ news }) => void told.push(news));
		const done = await reserve("10.0.0.15", "3", { hostname: "phone-#.lan", description: "desks" });
		expect(done.headers.get("location")).toBe("/subnets/1?at=10.0.0.15#at");
		expect(await hosts()).toEqual([
			"10.0.0.15 phone-1.lan",
			"10.0.0.16 phone-2.lan",
			"10.0.0.17 phone-3.lan",
		]);
		expect(told).toEqual([{ kind: "change", change: { subnetIds: [1], hostIds: [1, 2, 3], urgent: true } }]);
	});

	test("one of them taken meanwhile: none is reserved, nothing is told, what was typed is kept", async () => {
		await reserve("10.0.0.17", "1", { hostname: "mine" });
		const events = () => rig.app.context.db.query("SELECT count(*) AS n FROM event").get();
		const before = events();
		const late = await reserve("10.0.0.15", "5", { hostname: "theirs-#" });
		expect(late.status).toBe(409);
		expect(late.text).toContain("10.0.0.17 is already taken by mine");
		expect(late.text).toContain('value="theirs-#"');
		expect(late.text).toContain('value="5"');
		expect(await hosts()).toEqual(["10.0.0.17 mine"]);
		expect(events()).toEqual(before);
	});

	test("two who want overlapping rows: one gets all of his, the other nothing", async () => {
		const both = await Promise.all([reserve("10.0.0.20", "10"), reserve("10.0.0.25", "10")]);
		expect(both.map(({ status }) => status).sort()).toEqual([303, 409]);
		expect(await hosts()).toHaveLength(10);
	});

	test.each([
		["10.0.0.250", "6", "network or broadcast"],
		["10.0.0.1", "0", "between 1 and 64"],
		["10.0.0.1", "65", "between 1 and 64"],
		["10.0.0.1", "-2", "between 1 and 64"],
		["10.0.0.1", "2.5", "between 1 and 64"],
		["10.0.0.1", "1e1", "between 1 and 64"],
		["10.0.0.300", "2", "more than 255"],
	])("%s × %s is refused: %s", async (address, count, reason) => {
		const refused = await reserve(address, count);
		expect(refused.status).toBe(422);
		expect(refused.text).toContain(reason);
		expect(await hosts()).toEqual([]);
	});

	test("a row that runs into a nested subnet is refused as a whole", async () => {
		await rig.post("/subnets", { cidr: "10.0.0.64/28", name: "Inner", sweep_interval_s: "60" });
		expect((await reserve("10.0.0.62", "4")).status).toBe(422);
		expect(await hosts()).toEqual([]);
	});

	test("the page of the subnet names the first free address, past hosts, gateway and nested blocks", async () => {
		const first = async (id: number) => {
			const { text } = await rig.get(`/subnets/${id}`);
			return />First free <a[^>]* href="([^"]+)"/.exec(text)?.[1] ?? /No address is free/.exec(text)?.[0];
		};
		expect(await first(1)).toBe("/subnets/1/free/10.0.0.1");
		await reserve("10.0.0.1", "1");
		await rig.send("PATCH", "/api/v1/subnets/1", { gateway: "10.0.0.2" });
		expect(await first(1)).toBe("/subnets/1/free/10.0.0.3");
		await reserve("10.0.0.3", "13");
		await rig.post("/subnets", { cidr: "10.0.0.16/31", name: "Link", sweep_interval_s: "60" });
		expect(await first(1)).toBe("/subnets/1/free/10.0.0.18");
		await rig.post("/subnets/2/reserve", { address: "10.0.0.16", count: "2" });
		expect(await first(2)).toBe("No address is free");
	});

	test("an address whose host was deleted and had answered lately comes last, and a crowd of them is not looked through", async () => {
		const first = async (path: string) =>
			/>First free <a[^>]* href="[^"]+free\/([^"]+)"/.exec((await rig.get(`/subnets/${path}`)).text)?.[1];
		const depart = rig.app.context.db.query("INSERT INTO departed (ip_key, last_seen_at) VALUES (?, ?)");
		const begin = parseAddress("10.0.0.1").value ?? 0n;
		const now = rig.app.context.clock.now();
		for (let n = 0n; n < 3n; n++) depart.run(toKey(begin + n), now);
		expect(await first("1")).toBe("10.0.0.4");
		for (let n = 3n; n < 254n; n++) depart.run(toKey(begin + n), now);
		await rig.post("/subnets", { cidr: "10.1.0.0/16", name: "Large", sweep_interval_s: "60" });
		const large = parseAddress("10.1.0.1").value ?? 0n;
		for (let n = 0n; n < 300n; n++) depart.run(toKey(large + n), now);
		expect(await first("2")).toBe("10.1.0.1");
		expect(await first("1?order=address")).toBe("10.0.0.1");
	});

	test("the form starts with the number its link names", async () => {
		const form = await rig.get("/subnets/1/free/10.0.0.15?count=8");
		expect(form.text).toMatch(/name="count"[^>]*|value="8"[^>]*/);
		expect(form.text).toContain('value="8"');
	});
});
