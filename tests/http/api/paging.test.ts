/** Pages of lists while rows come and go: what is there all the time is told once, whatever happens between. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { HOST_SORTS } from "../../../src/http/api/host-pages.ts";
import { openRig, type Rig } from "../../helpers/app.ts";
import { random } from "../../helpers/world.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/16" });
});
afterEach(() => rig.close());

type Page = { items: { id: number; ip: string }[]; next_cursor: string | null };
const SEEDS = [1, 2, 3, 4, 5];

async function add(ip: string, dice: () => number): Promise<number | undefined> {
	const names = ["nas", "Nas", "printer", "ärger", "İstanbul", ""];
	const hostname = names[Math.floor(dice() * names.length)] ?? "";
	const made = await rig.send("POST", "/api/v1/hosts", { ip, hostname });
	if (made.status !== 201) return undefined;
	const { id } = made.json() as { id: number };
	const status = Math.floor(dice() * 3);
	rig.app.context.db
		.query("UPDATE host SET status = ?, status_order = ?, first_seen_at = ?, last_seen_at = ? WHERE id = ?")
		.run(
			["up", "down", "unknown"][status] ?? "up",
			status,
			Math.floor(dice() * 5) || null,
			Math.floor(dice() * 5) || null,
			id,
		);
	return id;
}

const anyIp = (dice: () => number) => `10.0.${Math.floor(dice() * 3)}.${1 + Math.floor(dice() * 250)}`;

describe.each(HOST_SORTS.map((sort) => ({ sort })))("sorted by $sort", ({ sort }) => {
	test.each(SEEDS)("rows inserted and deleted between pages (seed %i)", async (seed) => {
		const dice = random(seed * 7_919);
		const kept = new Set<number>();
		const passing: number[] = [];
		for (let n = 0; n < 60; n++) {
			const id = await add(anyIp(dice), dice);
			if (id === undefined) continue;
			if (dice() < 0.5) kept.add(id);
			else passing.push(id);
		}
		const told: number[] = [];
		for (let cursor: string | null = ""; cursor !== null; ) {
			const limit = 1 + Math.floor(dice() * 12);
			const path = `/api/v1/hosts?sort=${sort}&limit=${limit}${cursor === "" ? "" : `&cursor=${cursor}`}`;
			const page = (await rig.get(path)).json() as Page;
			expect(page.items.length).toBeLessThanOrEqual(limit);
			told.push(...page.items.map(({ id }) => id));
			cursor = page.next_cursor;
			for (let n = 0; n < 4; n++) {
				const gone = passing.splice(Math.floor(dice() * passing.length), 1)[0];
				if (gone !== undefined) await rig.send("DELETE", `/api/v1/hosts/${gone}`);
				await add(anyIp(dice), dice);
			}
			expect(told.length).toBeLessThan(500);
		}
		expect(new Set(told).size).toBe(told.length);
		expect([...kept].filter((id) => !told.includes(id))).toEqual([]);
	});
});

test("the order is that of the sorting, forwards and backwards", async () => {
	const dice = random(42);
	for (let n = 0; n < 40; n++) await add(anyIp(dice), dice);
	const ids = async (sort: string) =>
		((await rig.get(`/api/v1/hosts?sort=${sort}&limit=500`)).json() as Page).items.map(({ id }) => id);
	for (const sort of ["address", "hostname", "first_seen_at", "last_seen_at"]) {
		expect(await ids(`-${sort}`)).toEqual((await ids(sort)).reverse());
	}
	const pages: number[] = [];
	for (let cursor: string | null = ""; cursor !== null; ) {
		const at = cursor === "" ? "" : `&cursor=${cursor}`;
		const page = (await rig.get(`/api/v1/hosts?sort=hostname&status=up&limit=3${at}`)).json() as Page;
		pages.push(...page.items.map(({ id }) => id));
		cursor = page.next_cursor;
	}
	const all = (await rig.get("/api/v1/hosts?sort=hostname&status=up&limit=500")).json() as Page;
	expect(pages).toEqual(all.items.map(({ id }) => id));
});

test.each(["/subnets", "/subnets/1/gaps", "/events", "/hosts/1/events", "/subnets/1/hosts"])(
	"%s: pages of one are the whole",
	async (path) => {
		for (let n = 0; n < 6; n++) await rig.send("POST", "/api/v1/hosts", { ip: `10.0.0.${n * 2 + 5}` });
		await rig.send("PATCH", "/api/v1/hosts/1", { notes: "a" });
		for (const cidr of ["10.0.0.0/8", "10.0.4.0/24", "2001:db8::/64"])
			await rig.send("POST", "/api/v1/subnets", { cidr });
		const whole = (await rig.get(`/api/v1${path}`)).json() as Page;
		expect(whole.next_cursor).toBeNull();
		const parts: object[] = [];
		for (let cursor: string | null = ""; cursor !== null; ) {
			const page = (
				await rig.get(`/api/v1${path}?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`)
			).json() as Page;
			parts.push(...page.items);
			cursor = page.next_cursor;
		}
		expect(whole.items.length).toBeGreaterThan(1);
		expect(parts).toEqual(whole.items);
	},
);
