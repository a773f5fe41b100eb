/** The past of a host over HTTP: steps, bounds, and the same figures on its page. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { insertSample } from "../../src/store/history.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { quickly } from "../helpers/quick.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let rig: Rig;
let base: number;

beforeEach(async () => {
	rig = await openRig();
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
	await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.1" });
	base = Math.floor(rig.app.context.clock.now() / HOUR) * HOUR - 2 * HOUR;
	for (let minute = 0; minute < 60; minute++) {
		const away = minute >= 30 && minute < 36;
		insertSample(rig.app.context.db, 1, base + minute * 60_000, away ? undefined : 1_000 + minute);
	}
	rig.app.context.db.run(
		"UPDATE host SET status = 'up', status_order = 0, status_since = 1, first_seen_at = 1",
	);
});
afterEach(() => rig.close());

type Past = {
	step_s: number;
	items: { at: string; up: number; down: number; latency_min_ms: number; latency_mean_ms: number }[];
};
const iso = (at: number) => new Date(at).toISOString();
const ask = (query: string) => rig.get(`/api/v1/hosts/1/history${query}`);

describe("steps", () => {
	test.each([
		["by ten minutes", 600, ["10/0", "10/0", "10/0", "4/6", "10/0", "10/0"]],
		["by the hour, from the hourly sums", 3_600, ["54/6"]],
		["by six hours", 21_600, ["54/6"]],
	])("%s", async (_, step, expected) => {
		const past = (await ask(`?from=${iso(base)}&to=${iso(base + HOUR)}&step=${step}`)).json() as Past;
		expect(past.step_s).toBe(step);
		expect(past.items.map(({ up, down }) => `${up}/${down}`)).toEqual(expected);
	});

	test("latencies in milliseconds; a step without a measurement is not there", async () => {
		const past = (await ask(`?from=${iso(base - HOUR)}&to=${iso(base + 180_000)}&step=60`)).json() as Past;
		expect(past.items).toHaveLength(3);
		expect(past.items[1]).toMatchObject({
			at: iso(base + 60_000),
			latency_min_ms: 1.001,
			latency_mean_ms: 1.001,
		});
	});

	test("nothing said is the last day by half hours", async () => {
		const past = (await ask("")).json() as Past;
		expect(past.step_s).toBe(1_800);
		expect(past.items.reduce((sum, { up, down }) => sum + up + down, 0)).toBe(60);
	});
});

describe("bounds", () => {
	const to = iso(Date.UTC(2026, 0, 31));
	test.each([
		["2,000 points", `?from=${iso(Date.UTC(2026, 0, 31) - 2_000_000)}&to=${to}&step=1`, 200],
		["one more", `?from=${iso(Date.UTC(2026, 0, 31) - 2_001_000)}&to=${to}&step=1`, 422],
		["100 years by the second", `?from=1970-01-01T00:00:00Z&to=9999-12-31T23:59:59Z&step=1`, 422],
		["100 years and no step", `?from=1970-01-01T00:00:00Z&to=2070-01-01T00:00:00Z`, 200],
		["from after to", `?from=${to}&to=${iso(0)}`, 422],
		["an empty window", `?from=${to}&to=${to}`, 422],
		["no time", "?from=yesterday", 422],
		["a date alone", "?from=2026-01-01", 422],
		["a time without a zone", "?from=2026-01-01T00:00:00", 422],
		["a day that is none", "?from=2026-13-01T00:00:00Z", 422],
		["step 0", "?step=0", 422],
		["step -1", "?step=-1", 422],
		["step in words", "?step=1e3", 422],
		["more than an hour but no whole hours", "?step=5400", 422],
	])("%s", async (_, query, status) => {
		const answer = await quickly(() => ask(query));
		expect(answer.status).toBe(status);
		if (status === 422) {
			const problem = answer.json() as { field: string; detail: string };
			expect(["from", "to", "step"]).toContain(problem.field);
			expect(problem.detail.length).toBeGreaterThan(15);
		}
	});

	test("no such host", async () => expect((await rig.get("/api/v1/hosts/9/history")).status).toBe(404));
});

test("page and drawer show the shares, the bars and the line", async () => {
	for (const path of ["/hosts/1", "/hosts/1/drawer"]) {
		const { text } = await rig.get(path);
		expect(text).toContain("90.00 %");
		expect(text).toContain('class="uptime-bars"');
		expect(text).toContain('class="latency-line"');
		expect(text.match(/<rect class="down"/g)?.length).toBe(1);
	}
});

test("a host that never answered has no past to show", async () => {
	await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.2" });
	expect((await rig.get("/hosts/2")).text).not.toContain("uptime-bars");
});

test("the drawer's window begins a day ago: what is older does not count", async () => {
	insertSample(rig.app.context.db, 1, base - 2 * DAY, undefined);
	expect((await rig.get("/hosts/1")).text).toContain("90.00 %</b> 24 h");
});
