/** What new subnets start with, and how long the past is kept: set by forms, refused with what was typed kept. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { listEvents } from "../../src/store/events.ts";
import { readSetting } from "../../src/store/settings.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { signedAs, signIn } from "../helpers/signed.ts";

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

describe("how long the past is kept", () => {
	const stored = () => readSetting(rig.app.context.db, "retention");
	const keep = (raw_days: string, hourly_days: string) =>
		rig.post("/settings/retention", { raw_days, hourly_days });

	test("the configuration counts until an admin says otherwise, and again when they agree", async () => {
		expect((await rig.get("/settings")).text).toContain('value="7" id="keep-raw"');
		const saved = await keep("30", "400");
		expect([saved.status, saved.headers.get("location")]).toEqual([303, "/settings#storage"]);
		expect(stored()).toBe('{"rawDays":30}');
		expect((await rig.get("/settings")).text).toContain('value="30" id="keep-raw"');
		const [event] = listEvents(rig.app.context.db, { limit: 1 });
		expect(event).toMatchObject({ kind: "setting_edited", label: "Storage" });
		expect(event?.detail).toEqual({ field: "days of measurements", old: "7", new: "30" });
		await keep("", "");
		expect(stored()).toBeUndefined();
	});

	test.each([
		["0", "400", "Use a whole number of days from 1 to 3650."],
		["7", "3651", "Use a whole number of days from 1 to 3650."],
		["7.5", "400", "Use a whole number of days from 1 to 3650."],
		["30", "29", "Keep hourly sums at least as long as the measurements: 30 days or more."],
	])("%s and %s are refused and kept in the form", async (raw, hourly, says) => {
		const refused = await keep(raw, hourly);
		expect(refused.status).toBe(422);
		expect(refused.text).toContain(says);
		expect(refused.text).toContain(`value="${raw}" id="keep-raw"`);
		expect(refused.text).toContain(`value="${hourly}" id="keep-hourly"`);
		expect(stored()).toBeUndefined();
	});

	test("editors read it, and cannot change it", async () => {
		signIn(rig.app.context.db, "editor");
		const page = await rig.get("/settings", signedAs("editor"));
		expect(page.text).not.toContain('name="raw_days"');
		expect(page.text).toContain("Keep measurements");
		const refused = await rig.post(
			"/settings/retention",
			{ raw_days: "1", hourly_days: "1" },
			signedAs("editor"),
		);
		expect(refused.status).toBe(403);
	});
});
