/** What new subnets start with: set by a form, used by the pages and the API, refused with what was typed kept. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { openRig, type Rig } from "../helpers/app.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig({ SCAN_ICMP_INTERVAL_SECONDS: "90" });
});
afterEach(() => rig.close());

const made = async (cidr: string, more: object = {}) =>
	(await rig.send("POST", "/api/v1/subnets", { cidr, ...more })).json() as {
		sweep_interval_s: number;
		scan_enabled: boolean;
		snmp_enabled: boolean;
	};
const of = ({ sweep_interval_s, scan_enabled, snmp_enabled }: Awaited<ReturnType<typeof made>>) => [
	sweep_interval_s,
	scan_enabled,
	snmp_enabled,
];

test("the configuration counts until somebody says otherwise; old subnets stay as they are", async () => {
	expect(of(await made("10.0.0.0/24"))).toEqual([90, true, false]);
	const saved = await rig.post("/settings/subnets", { sweep_interval_s: "300", snmp_enabled: "on" });
	expect([saved.status, saved.headers.get("location")]).toEqual([303, "/settings#new-subnets"]);
	expect(of(await made("10.0.1.0/24"))).toEqual([300, false, true]);
	expect(of(await made("10.0.2.0/24", { sweep_interval_s: 60, scan_enabled: true }))).toEqual([
		60,
		true,
		true,
	]);
	await rig.post("/subnets", { cidr: "10.0.3.0/24", sweep_enabled: "on" });
	const all = (await rig.send("GET", "/api/v1/subnets")).json() as { items: { sweep_interval_s: number }[] };
	expect(all.items.map((subnet) => subnet.sweep_interval_s)).toEqual([90, 300, 60, 300]);
	expect((await rig.get("/settings")).text).toContain('value="300"');
});

test.each(["9", "86401", "1e3", "sixty"])(
	"an interval of “%s” is refused and kept in the form",
	async (text) => {
		const refused = await rig.post("/settings/subnets", { sweep_interval_s: text, scan_enabled: "on" });
		expect(refused.status).toBe(422);
		expect(refused.text).toContain("Use a whole number of seconds from 10 to 86400.");
		expect(refused.text).toContain(`value="${text}"`);
		expect(of(await made("10.0.0.0/24"))).toEqual([90, true, false]);
	},
);
