/** Names that were found out, on pages and in the API: shown beside the one in use, used with one click. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { findNamed, writeNames } from "../../src/store/names.ts";
import { openRig, type Rig } from "../helpers/app.ts";

let rig: Rig;
let id: number;
beforeEach(async () => {
	rig = await openRig();
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
	const made = await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.7", hostname: "mine" });
	id = (made.json() as { id: number }).id;
});
afterEach(() => rig.close());

function hear(ptrName: string, snmpName = ""): void {
	const { db } = rig.app.context;
	const named = findNamed(db, id);
	if (named === undefined) throw new Error("no host");
	writeNames(db, id, { ...named, ptrName, snmpName }, 1);
}

const host = async () => (await rig.get(`/api/v1/hosts/${id}`)).json() as Record<string, unknown>;

describe("a disagreement", () => {
	test("is shown with a way to end it; hostile names are text", async () => {
		hear("<script>alert(1)</script>", "router");
		const { text } = await rig.get(`/hosts/${id}/drawer`);
		expect(text).toContain("&lt;script>alert(1)");
		expect(text).not.toContain("<script>alert");
		expect(text).toContain("Use the PTR name");
		expect(text).toContain("Use the SNMP name");
	});

	test("by a click: the name is used, follows its source, and is an edit in the history", async () => {
		hear("nas.example");
		const done = await rig.post(`/hosts/${id}/name`, { source: "ptr" });
		expect([done.status, done.headers.get("location")]).toEqual([303, `/hosts/${id}`]);
		expect(await host()).toMatchObject({
			hostname: "nas.example",
			hostname_source: "ptr",
			ptr_name: "nas.example",
		});
		const { text } = await rig.get(`/hosts/${id}/drawer`);
		expect(text).not.toContain("Use the PTR name");
		expect(text).toContain("from PTR");
		const { items } = (await rig.get(`/api/v1/hosts/${id}/events`)).json() as {
			items: { detail: unknown }[];
		};
		expect(items[0]?.detail).toEqual({ field: "hostname", old: "mine", new: "nas.example" });
	});

	test("by the API; an unknown source or a name that is not there is refused", async () => {
		hear("", "router");
		const use = (source: string) => rig.send("POST", `/api/v1/hosts/${id}/name`, { source });
		expect((await use("snmp")).json()).toMatchObject({ hostname: "router", hostname_source: "snmp" });
		expect((await use("ptr")).status).toBe(409);
		expect((await use("dhcp")).status).toBe(422);
		expect((await rig.send("POST", "/api/v1/hosts/999/name", { source: "ptr" })).status).toBe(404);
	});
});

test("a name that was typed and is taken away gives way to the one found out", async () => {
	hear("nas.example");
	await rig.send("PATCH", `/api/v1/hosts/${id}`, { hostname: "" });
	expect(await host()).toMatchObject({ hostname: "nas.example", hostname_source: "ptr" });
	await rig.send("PATCH", `/api/v1/hosts/${id}`, { hostname: "again" });
	expect(await host()).toMatchObject({ hostname: "again", hostname_source: "typed" });
});

test("the search finds names that were found out", async () => {
	hear("nas.example", "router-17");
	for (const q of ["nas.ex", "ROUTER-17", "mine"]) {
		const { items } = (await rig.get(`/api/v1/hosts?q=${q}`)).json() as { items: { id: number }[] };
		expect(items.map((item) => item.id)).toEqual([id]);
	}
});

describe("the switch for SNMP", () => {
	const own = (enabled: boolean | null) => rig.send("PUT", `/api/v1/hosts/${id}/snmp`, { enabled });
	const asked = () => findNamed(rig.app.context.db, id)?.snmp;

	test("a subnet's holds for hosts without their own", async () => {
		expect(asked()).toBe(false);
		const done = await rig.send("PUT", "/api/v1/subnets/1/snmp", { enabled: true });
		expect(done.json()).toEqual({ id: 1, snmp_enabled: true } as never);
		expect(asked()).toBe(true);
		await own(false);
		expect(asked()).toBe(false);
		expect((await own(null)).json()).toMatchObject({ snmp_enabled: null });
		expect(asked()).toBe(true);
	});

	test("by forms, which say how it is", async () => {
		expect((await rig.get(`/hosts/${id}`)).text).toContain(
			"Not asked for its name by SNMP, as its subnet is.",
		);
		await rig.post(`/hosts/${id}/snmp`, { enabled: "yes" });
		expect(asked()).toBe(true);
		expect((await rig.get(`/hosts/${id}`)).text).toContain("As the subnet");
		await rig.post("/subnets/1/snmp", { enabled: "yes" });
		expect((await rig.get("/subnets/1/edit")).text).toContain("Do not ask");
	});
});

test("credentials are on no page and in no answer; a wrong one is not repeated", async () => {
	await rig.close();
	const secrets = {
		SNMP_COMMUNITY: "s3cret-c0mmunity",
		SNMP_V3_AUTH_PASS: "s3cret-auth",
		SNMP_V3_PRIV_PASS: "s3cret-priv",
	};
	rig = await openRig({ ...secrets, SNMP_V3_USER: "u" });
	for (const path of ["/", "/subnets", "/settings", "/doctor", "/api/v1/hosts", "/healthz"]) {
		expect((await rig.get(path)).text).not.toContain("s3cret");
	}
	await expect(openRig({ SNMP_V3_AUTH_PASS: "short" })).rejects.toThrow(
		/^SNMP_V3_AUTH_PASS is not a password of 8/,
	);
});
