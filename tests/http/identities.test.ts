/** News of hardware addresses put away: by the button in the drawer and by the API. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { insertEvent } from "../../src/store/events.ts";
import { openRig, type Rig } from "../helpers/app.ts";

let rig: Rig;
let hostId: number;
beforeAll(async () => {
	rig = await openRig();
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
	hostId = ((await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.7" })).json() as { id: number }).id;
});
afterAll(() => rig.close());

function tellChange(): number {
	const detail = { mac: "02:00:00:00:00:01", old: "00:11:32:8a:00:01", vendor: "<script>x</script>" };
	const event = {
		at: 1,
		kind: "mac_changed" as const,
		subnetId: 1,
		hostId,
		ip: "10.0.0.7",
		label: "nas",
		detail,
	};
	return insertEvent(rig.app.context.db, event).id;
}

test("the drawer offers it, the form does it and leads back", async () => {
	const id = tellChange();
	const before = (await rig.get(`/hosts/${hostId}/drawer`)).text;
	expect(before).toContain(`action="/events/${id}/dismiss"`);
	expect(before).toContain("hardware address changed from 00:11:32:8a:00:01 to 02:00:00:00:00:01");
	expect(before).not.toContain("<script>x");
	const done = await rig.post(`/events/${id}/dismiss`, { back: `/hosts/${hostId}` });
	expect([done.status, done.headers.get("location")]).toEqual([303, `/hosts/${hostId}`]);
	const after = (await rig.get(`/hosts/${hostId}/drawer`)).text;
	expect(after).not.toContain(`action="/events/${id}/dismiss"`);
	expect(after).toContain("not told again");
});

test("in the drawer, by htmx, nothing moves: the live stream brings what came of it", async () => {
	const id = tellChange();
	const done = await rig.post(
		`/events/${id}/dismiss`,
		{ back: `/hosts/${hostId}` },
		{ "hx-request": "true" },
	);
	expect([done.status, done.text]).toEqual([204, ""]);
	expect((await rig.get(`/hosts/${hostId}/drawer`)).text).not.toContain(`action="/events/${id}/dismiss"`);
});

test("a form cannot lead anywhere else", async () => {
	const done = await rig.post(`/events/${tellChange()}/dismiss`, { back: "//elsewhere.example" });
	expect(done.headers.get("location")).toBe("/activity");
});

test("by the API; other events are refused", async () => {
	const id = tellChange();
	const done = await rig.send("POST", `/api/v1/events/${id}/dismiss`);
	expect(done.status).toBe(200);
	expect(done.json()).toMatchObject({ id, dismissed: true });
	expect((await rig.send("POST", "/api/v1/events/1/dismiss")).status).toBe(422);
	expect((await rig.send("POST", "/api/v1/events/99999/dismiss")).status).toBe(404);
});
