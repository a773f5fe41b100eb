/** What takes longer than a moment: its page shows how far it is, and it can be cancelled; with and without a script. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import { readImport } from "../../src/ipam/importing.ts";
import { DEFAULT_OPTIONS } from "../../src/model/import.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { openLiveApp } from "../helpers/live-app.ts";
import { SIGNED } from "../helpers/signed.ts";

let rig: Rig;
beforeEach(async () => {
	let ms = 0;
	const clock = {
		now: () => Date.UTC(2026, 10, 25) + ms,
		// Every look is ten milliseconds later: each step is a slice of its own.
		monotonicMs: () => {
			ms += 10;
			return ms;
		},
		sleep(wait: number, signal?: AbortSignal) {
			return systemClock.sleep(wait > 100 ? 5 : 0, signal);
		},
	};
	rig = await openRig({}, { clock });
	await rig.post("/subnets", {
		...{ cidr: "10.0.0.0/16", name: "Office", sweep_interval_s: "60", sweep_enabled: "on" },
	});
});
afterEach(async () => {
	await rig.close();
});

async function bring(text: string): Promise<string> {
	const form = new FormData();
	form.set("file", new File([text], "hosts.csv"));
	form.set("format", "auto");
	const answer = await rig.fetch("/imports", { method: "POST", body: form });
	return answer.headers.get("location") ?? `${answer.status}`;
}
const rows = (count: number) =>
	`ip,hostname\n${Array.from({ length: count }, (_, n) => `10.0.${n >> 7}.${1 + (n & 127)},h${n}`).join("\n")}\n`;
const settled = async (path: string, word: string) => {
	for (let n = 0; n < 500; n++) {
		const { text } = await rig.get(path);
		if (text.includes(word)) return text;
		await systemClock.sleep(5);
	}
	throw new Error(`${path} never said ${word}`);
};
const hosts = () => (rig.app.context.db.query("SELECT count(*) AS n FROM host").get() as { n: number }).n;

describe("a file", () => {
	test("has a page while it is read; cancelled, it is forgotten", async () => {
		const path = await bring(rows(20_000));
		expect(path).toMatch(/^\/imports\/\d+$/);
		const page = (await rig.get(path)).text;
		expect(page).toContain("data-underway");
		expect(page).toContain(`<noscript><meta http-equiv="refresh" content="2; url=${path}"`);
		expect(page).toMatch(/[\d,]+ of 20,000 rows looked at/);
		// The answer to a form stands at the address of the form, where nothing is to be read.
		const refused = await rig.post(`${path}/write`);
		expect([refused.status, refused.text.includes(`content="2; url=${path}"`)]).toEqual([409, true]);
		expect((await rig.post(`${path}/cancel`)).headers.get("location")).toBe("/imports");
		await settled(path, "no such import");
		expect(rig.app.context.db.query("SELECT count(*) AS n FROM import_row").get()).toEqual({ n: 0 });
		expect((await rig.post(`${path}/cancel`)).status).toBe(404);
	});

	test("is read to its end though nobody waits", async () => {
		const path = await bring(rows(5_000));
		expect(await settled(path, "Import: add 5,000")).not.toContain("data-underway");
		// Read by now: "Cancel" comes too late, and its page says so.
		expect((await rig.post(`${path}/cancel`)).headers.get("location")).toBe(path);
		expect((await rig.post(`${path}/write`)).headers.get("location")).toBe(path);
		await settled(path, "Written");
		expect(hosts()).toBe(5_000);
	});

	test("what no subnet is around is shown first, with the subnet that would take it", async () => {
		await rig.post("/subnets/1/delete");
		const leases = [5, 6, 7].map((n) => `1700000000 00:11:32:00:00:0${n} 10.7.7.${n} h${n} *\n`).join("");
		const path = await bring(leases);
		const page = (await rig.get(path)).text;
		expect(page).toContain("Refused");
		expect(page).toContain("Add 10.7.7.0/24 (3 addresses)");
		expect((await rig.post(`${path}/around`, { cidr: "10.7.7.0/24" })).headers.get("location")).toBe(path);
		const then = await settled(path, "Import: add 3");
		expect(then).not.toContain("Some addresses lie in no subnet");
		await rig.post(`${path}/write`);
		await settled(path, "Written");
		const undo = /\/batches\/(\d+)\/undo/.exec((await rig.get(path)).text)?.[1];
		await rig.post(`/batches/${undo}/undo`, { back: path });
		await settled(path, "were added, and taken back");
	});

	test("whose reading was cut off says so, and is read again", async () => {
		const bytes = new TextEncoder().encode(rows(3));
		const id = await readImport(rig.app.context, { name: "a.csv", bytes, options: DEFAULT_OPTIONS });
		rig.app.context.db.query("UPDATE import_batch SET state = 'unread'").run();
		expect((await rig.get(`/imports/${id}`)).text).toContain("was stopped while it read this file");
		await rig.post(`/imports/${id}/look`, { encoding: "" });
		await settled(`/imports/${id}`, "Import: add 3");
	});
});

describe("many hosts at once", () => {
	beforeEach(async () => {
		const path = await bring(rows(6_000));
		await settled(path, "Import: add 6,000");
		await rig.post(`${path}/write`);
		await settled(path, "Written");
		expect(hosts()).toBe(6_000);
	});

	test("a deletion has a page, and cancelled it brings all back", async () => {
		const path = (await rig.post("/subnets/1/delete")).headers.get("location") ?? "";
		expect(path).toMatch(/^\/batches\/\d+$/);
		const page = (await rig.get(path)).text;
		expect(page).toMatch(/[\d,]+ of 6,001 things done/);
		expect(page).toContain('<noscript><meta http-equiv="refresh"');
		expect((await rig.get(path, { "hx-request": "true" })).text).not.toContain("http-equiv");
		const body = JSON.parse((await rig.get(`/api/v1${path}`)).text) as { state: string; progress: object };
		expect(body).toMatchObject({ state: "open", progress: { total: 6_001 } });
		await rig.post(`${path}/cancel`);
		const end = await settled(path, "Taken back");
		expect(end).toContain("because it was cancelled");
		expect(hosts()).toBe(6_000);
		// Pressed a moment too late: what became of it is no error.
		expect((await rig.post(`${path}/cancel`)).headers.get("location")).toBe(path);
		expect(JSON.parse((await rig.get(`/api/v1${path}`)).text)).toMatchObject({ state: "undone" });
	});

	test("undoing has a page; stopped, it can go on", async () => {
		const first = (await rig.post("/subnets/1/delete")).headers.get("location") ?? "";
		await settled(first, "Undo brings back");
		expect(hosts()).toBe(0);
		const path = (await rig.post(`${first}/undo`, { back: "/" })).headers.get("location") ?? "";
		expect(path).toBe(first);
		expect((await rig.get(path)).text).toMatch(/[\d,]+ of 6,001 things taken back/);
		expect((await rig.post(`${path}/undo`, { back: "/" })).status).toBe(409);
		await rig.post(`${path}/cancel`);
		expect(await settled(path, "undone already")).toContain("Undo brings back");
		const half = hosts();
		expect(half).toBeLessThan(6_000);
		await rig.post(`${path}/undo`, { back: "/" });
		await settled(path, "Everything is as it was before");
		expect(hosts()).toBe(6_000);
	});
});

test("a file that is much too large is refused in words, before it has come", async () => {
	const live = await openLiveApp();
	try {
		const form = new FormData();
		form.set("file", new File([new Uint8Array(40 * 1_048_576).fill(65)], "large.csv"));
		const page = await fetch(`${live.url}/imports`, { method: "POST", headers: SIGNED, body: form });
		expect(page.status).toBe(422);
		expect(await page.text()).toContain("at most 16 MB are taken at once");
	} finally {
		await live.close();
	}
});
