/** The list of what happened: filters in the URL, the reader's days, windows that go on where the last one ended. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { EventKind } from "../../src/model/event.ts";
import { insertEvent } from "../../src/store/events.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { SIGNED } from "../helpers/signed.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24", name: "Office" });
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.1.0/24", name: "Lab" });
});
afterEach(() => rig.close());

const put = (kind: EventKind, label: string, at: number, subnetId = 1) =>
	insertEvent(rig.app.context.db, {
		at,
		kind,
		subnetId,
		hostId: undefined,
		ip: undefined,
		label,
		detail: {},
	});
const lines = (html: string) => [...html.matchAll(/<bdi>([^<]+)<\/bdi>/g)].map((match) => match[1]);

test("kind, subnet and text narrow it together; a wrong kind says which there are", async () => {
	const now = Date.now();
	put("host_down", "nas.lan", now);
	put("host_up", "nas.lan", now);
	put("host_down", "printer", now, 2);
	const { text } = await rig.get("/activity?kind=down&subnet=1&q=nas");
	expect(lines(text.slice(text.indexOf("history")))).toEqual(["nas.lan"]);
	expect(text).toContain('<option value="down" selected>');
	expect((await rig.get("/activity?kind=ports")).text).toContain("Nothing like that happened.");
	const wrong = await rig.get("/activity?kind=sideways");
	expect([wrong.status, wrong.text.includes("kind is one of down, up, new")]).toEqual([422, true]);
	expect((await rig.get("/activity?subnet=x")).status).toBe(404);
});

test("days are those of the reader; a day that goes on in the next window is named once", async () => {
	const late = Date.UTC(2026, 0, 5, 23, 30);
	for (let n = 0; n < 130; n++) put("host_up", `h${n}`, late + n);
	const days = (html: string) => [...html.matchAll(/<h2>([^<]+)<\/h2>/g)].map((match) => match[1]);
	expect(days((await rig.get("/activity?kind=up")).text)).toEqual(["Monday 5 January 2026"]);
	const inZone = (zone: string) => ({ cookie: `${SIGNED.cookie}; zone=${zone}` });
	expect(days((await rig.get("/activity?kind=up", inZone("Asia/Tokyo"))).text)).toEqual([
		"Tuesday 6 January 2026",
	]);
	expect(days((await rig.get("/activity?kind=up", inZone("Moon/Base"))).text)).toEqual([
		"Monday 5 January 2026",
	]);
	const first = (await rig.get("/activity?kind=up")).text;
	const more = /hx-get="([^"]*\/lines[^"]*)"/.exec(first)?.[1]?.replaceAll("&amp;", "&") ?? "";
	const next = (await rig.get(more)).text;
	expect(days(next)).toEqual([]);
	const seen = [...lines(first.slice(first.indexOf("history"))), ...lines(next)];
	expect(seen).toEqual(Array.from({ length: 130 }, (_, n) => `h${129 - n}`));
});
