/** Pages, subnets and lists as a browser without a script uses them. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { addSubnet, openRig, type Rig } from "../helpers/app.ts";
import { signedAs, signIn } from "../helpers/signed.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
});
afterEach(() => rig.close());

const subnet = (cidr: string, more: Record<string, string> = {}) => addSubnet(rig, cidr, more);

describe("every page", () => {
	test.each(["/", "/subnets", "/activity", "/settings", "/doctor"])(
		"%s is a whole document with strict headers",
		async (path) => {
			const page = await rig.get(path);
			expect(page.status).toBe(200);
			expect(page.text).toStartWith("<!doctype html>");
			expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
			expect(page.headers.get("x-content-type-options")).toBe("nosniff");
			expect(page.headers.get("cache-control")).toBe("no-store");
			expect(page.text).not.toMatch(/ style="|<script>|javascript:/);
		},
	);

	test.each(["/", "/subnets", "/activity"])("%s for htmx is its title and main part only", async (path) => {
		const part = await rig.get(path, { "hx-request": "true" });
		expect(part.text).toStartWith("<title>");
		expect(part.text).toContain('<main id="main"');
		expect(part.text).not.toContain("<html");
	});

	test.each([
		"/nowhere",
		"/subnets/1",
		"/subnets/0",
		"/subnets/1e3",
		"/subnets/1%20OR%201",
		"/hosts/9007199254740993",
		"/hosts/-1",
	])("%s is a plain “not found”", async (path) => {
		const page = await rig.get(path);
		expect(page.status).toBe(404);
		expect(page.text).toContain("<main");
		expect(page.text).not.toContain("    at ");
	});

	test("what a page loads is there, packed and cached for ever", async () => {
		const page = await rig.get("/");
		const urls = [...page.text.matchAll(/(?:src|href)="(\/static\/[^"#]+)/g)].map((match) => match[1] ?? "");
		expect(new Set(urls).size).toBeGreaterThanOrEqual(4);
		for (const url of urls) {
			const file = await rig.get(url, { "accept-encoding": "gzip" });
			expect(file.status).toBe(200);
			expect(file.headers.get("cache-control")).toContain("immutable");
			expect(file.headers.get("content-encoding")).toBe("gzip");
		}
	});
});

describe("subnets", () => {
	test("added by the form, shown, swept on a wish, edited, deleted after a question", async () => {
		const added = await subnet("10.0.0.0/24", { name: "Office LAN" });
		expect(added.status).toBe(303);
		const path = added.headers.get("location") ?? "";
		expect((await rig.get(path)).text).toContain("Office LAN");
		expect((await rig.post(`${path}/sweep`)).headers.get("location")).toBe(path);
		expect((await rig.get(path)).text).toContain("Waiting for its turn");
		const again = await rig.post(`${path}/sweep`);
		expect(again.status).toBe(303);
		const runs = rig.app.context.db.query("SELECT count(*) AS n FROM sweep_run").get();
		expect(runs).toEqual({ n: 1 });
		const saved = await rig.post(`${path}/edit`, {
			version: "1",
			name: "Lab",
			sweep_interval_s: "120",
			notes: "a\nb",
		});
		expect(saved.status).toBe(303);
		expect((await rig.get(path)).text).toContain("Lab");
		expect((await rig.get(`${path}/delete`)).text).toContain("Delete");
		expect((await rig.post(`${path}/delete`)).status).toBe(303);
		expect((await rig.get(path)).status).toBe(404);
	});

	test("host bits set: refused with the corrected value one click away, and what was typed is kept", async () => {
		const refused = await subnet("10.0.0.5/24", { name: "Office LAN" });
		expect(refused.status).toBe(422);
		expect(refused.text).toContain("10.0.0.0/24");
		expect(refused.text).toContain('value="Office LAN"');
		expect(refused.text).toMatch(/name="cidr" value="10\.0\.0\.0\/24"/);
	});

	test.each([
		["010.0.0.0/8", "leading zero"],
		["10.1/16", "four numbers"],
		["::ffff:10.0.0.0/120", "IPv4"],
		["10.0.0.0/33", "0 to 32"],
		["192.168.1.0/24 --interface=eth0", "prefix length"],
		["", "Enter"],
	])("%s is refused with the reason (%s)", async (cidr, reason) => {
		const refused = await subnet(cidr);
		expect(refused.status).toBe(422);
		expect(refused.text).toContain(reason);
	});

	test("the same CIDR twice is a conflict that names the first", async () => {
		await subnet("10.0.0.0/24", { name: "Office LAN" });
		const twice = await subnet("10.0.0.0/24");
		expect(twice.status).toBe(409);
		expect(twice.text).toContain("Office LAN");
	});

	test("nested subnets take the hosts inside them, and give them back", async () => {
		await subnet("10.0.0.0/16");
		await rig.post("/subnets/1/reserve", { address: "10.0.5.9", hostname: "nas" });
		await subnet("10.0.5.0/24");
		expect(((await rig.get("/api/v1/hosts/1")).json() as { subnet_id: number }).subnet_id).toBe(2);
		expect((await rig.get("/subnets/2/delete")).text).toContain("10.0.0.0/16");
		await rig.post("/subnets/2/delete");
		expect(((await rig.get("/api/v1/hosts/1")).json() as { subnet_id: number }).subnet_id).toBe(1);
	});

	test("an edit on an old version is a conflict and changes nothing", async () => {
		await subnet("10.0.0.0/24", { name: "First" });
		await rig.post("/subnets/1/edit", { version: "1", name: "Second", sweep_interval_s: "60" });
		const late = await rig.post("/subnets/1/edit", { version: "1", name: "Third", sweep_interval_s: "60" });
		expect(late.status).toBe(409);
		expect(late.text).toContain('value="Third"');
		expect((await rig.get("/subnets/1")).text).toContain("Second");
	});
});

describe("lists", () => {
	test("gaps are computed before filters and hidden while one is on", async () => {
		await subnet("10.0.0.0/24");
		for (const address of ["10.0.0.4", "10.0.0.200"]) await rig.post("/subnets/1/reserve", { address });
		const byAddress = await rig.get("/subnets/1?order=address");
		expect(byAddress.text).toContain("10.0.0.1");
		expect(byAddress.text).toContain("195");
		const filtered = await rig.get("/subnets/1?status=up");
		expect(filtered.text).not.toContain("Reserve first free");
		expect(filtered.text).toContain("252");
	});

	test("windows follow each other without a gap or a double", async () => {
		await subnet("10.0.0.0/22");
		const { db } = rig.app.context;
		for (let i = 1; i <= 250; i++) {
			const key = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, i >> 7, (i & 127) * 2]);
			db.query(
				"INSERT INTO host (ip, ip_key, subnet_id, status, status_order, first_seen_at, last_seen_at, created_at, updated_at) VALUES (?, ?, 1, 'up', 0, 1, 1, 0, 0)",
			).run(`10.0.${i >> 7}.${(i & 127) * 2}`, key);
		}
		for (const order of ["alive", "address"]) {
			const seen: string[] = [];
			let path: string | undefined = `/subnets/1?order=${order}`;
			for (let turn = 0; turn < 12 && path !== undefined; turn++) {
				const { text } = await rig.get(path);
				seen.push(...[...text.matchAll(/<tr id="h(\d+)"/g)].map((match) => match[1] ?? ""));
				const after: string | undefined = /id="more".*?after=([^"&]+)/.exec(text)?.[1];
				path = after === undefined ? undefined : `/subnets/1/rows?order=${order}&after=${after}`;
			}
			expect(seen).toHaveLength(250);
			expect(new Set(seen).size).toBe(250);
		}
	});
});

describe("storage", () => {
	test("sizes, what a day costs, and a prune that is asked for once", async () => {
		await subnet("10.0.0.0/24");
		await rig.post("/subnets/1/reserve", { address: "10.0.0.9", hostname: "a" });
		rig.app.context.db.run("UPDATE host SET first_seen_at = 1");
		const before = await rig.get("/settings");
		expect(before.text).toMatch(/>202 kB<\/output> in all, 28\.8 kB a day with 1 host\./);
		expect(before.text).toContain("Prune now");
		expect(before.text).not.toContain("data-underway");
		const asked = await rig.post("/settings/prune");
		expect([asked.status, asked.headers.get("location")]).toEqual([303, "/settings#storage"]);
		const wish = rig.app.context.db.query("SELECT value FROM setting WHERE key = 'prune_asked_at'").get();
		await rig.post("/settings/prune");
		expect(rig.app.context.db.query("SELECT value FROM setting WHERE key = 'prune_asked_at'").get()).toEqual(
			wish,
		);
		// The open page looks again until it is done.
		expect((await rig.get("/settings")).text).toMatch(
			/data-live="work".*data-underway[^>]*>\s*Asked to prune/s,
		);
	});
});

describe("the newcomer's pages", () => {
	/** Hidden fields of the form that holds this text. */
	function hiddenOf(html: string, within: string): Record<string, string> {
		const form = html.split("<form").find((part) => part.includes(within)) ?? "";
		const fields = [...form.matchAll(/<input[^>]* name="(\w+)"[^>]*>/g)];
		return Object.fromEntries(
			fields.map(([tag, name = ""]) => [name, / value="([^"]*)"/.exec(tag)?.[1] ?? ""] as const),
		);
	}

	test("a subnet added from the first page is swept as often as the settings say", async () => {
		await rig.post("/settings/subnets", { sweep_interval_s: "300" });
		const fields = hiddenOf((await rig.get("/")).text, "Add and sweep");
		const { csrf: _, ...rest } = fields;
		await rig.post("/subnets", { ...rest, cidr: "10.5.0.0/24" });
		expect((await rig.get("/subnets/1")).text).toContain("swept every 5 m");
	});

	test("“What changed” tells what happened in the network, not who signed in or asked for a sweep", async () => {
		await subnet("10.5.0.0/24", { name: "Lab" });
		await rig.post("/subnets/1/sweep");
		await rig.post("/settings/subnets", { sweep_interval_s: "300" });
		const [, changes = ""] = (await rig.get("/")).text.split("What changed");
		expect(changes).toContain("subnet added");
		expect(changes).not.toContain("sweep ask");
		expect(changes).not.toContain("300");
		expect((await rig.get("/activity")).text).toContain("sweep ask");
	});

	test("a viewer is not shown an empty place to add subnets in", async () => {
		signIn(rig.app.context.db, "viewer");
		expect((await rig.get("/subnets", signedAs("viewer"))).text).not.toContain("Add a subnet");
		expect((await rig.get("/subnets")).text).toContain("Add a subnet");
	});
});
