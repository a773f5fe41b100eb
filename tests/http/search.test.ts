/** What a search finds, in which order, and where its answers lead. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readAnswers } from "../../src/http/search.ts";
import type { HostFilter } from "../../src/model/host.ts";
import { listMatchingIds } from "../../src/store/bulk.ts";
import { renderFragment } from "../../views/render.tsx";
import { SearchOptions } from "../../views/search.tsx";
import { openRig, type Rig } from "../helpers/app.ts";
import { putMac, putPort } from "../helpers/live-app.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
	const add = (cidr: string, name: string) =>
		rig.post("/subnets", { cidr, name, sweep_interval_s: "60", sweep_enabled: "on" });
	await add("10.0.0.0/24", "Office LAN");
	await add("10.0.0.192/26", "Büro");
	await add("2001:db8::/64", "Uplink");
	const hosts = [
		["10.0.0.1", "gw", "the nas is behind it"],
		["10.0.0.12", "dnasty", ""],
		["10.0.0.14", "nas.lan", "100%_sure"],
		["10.0.0.15", "nas", ""],
	];
	for (const [ip, hostname, description] of hosts) {
		await rig.send("POST", "/api/v1/hosts", {
			ip,
			hostname,
			description,
			tags: ip === "10.0.0.14" ? ["storage"] : [],
		});
	}
	putMac(rig.app, 3, "00:11:32:8a:4c:01", "Synology");
	putPort(rig.app, 3, 443, "https");
	putPort(rig.app, 3, 8443, "https");
	putPort(rig.app, 4, 443, "");
	putPort(rig.app, 4, 22, "ssh", "OpenSSH");
	putPort(rig.app, 4, 8022, "ssh", "OpenSSH");
	putPort(rig.app, 3, 22, "ssh", "Dropbear sshd");
});
afterEach(() => rig.close());

const ask = (text: string) => {
	const answers = readAnswers(rig.app.context.db, text);
	if (answers === undefined) throw new Error("nothing was asked");
	return answers;
};
const ips = (text: string) => ask(text).hosts.shown.map((host) => host.ip);

describe("hosts", () => {
	test("a whole name comes first, then those that begin with it, then the rest", () => {
		expect(ips("NAS")).toEqual(["10.0.0.15", "10.0.0.14", "10.0.0.1", "10.0.0.12"]);
	});
	test("an address goes before those that merely begin like it", () => {
		expect(ips("10.0.0.1")).toEqual(["10.0.0.1", "10.0.0.12", "10.0.0.14", "10.0.0.15"]);
	});
	test.each([
		"00:11:32",
		"00-11-32-8A",
		"0011.328a",
		"00113 28a".replace(" ", ""),
		"synology",
		"storage",
		"100%_s",
	])("%s finds the one that carries it", (text) => expect(ips(text)).toEqual(["10.0.0.14"]));
	test.each(["%", "_", "100_", "\\", "'", '"', "\0", "(", "*"])("%s is text, not a pattern", async (text) => {
		if (text === "%" || text === "_") expect(ips(text)).toEqual(["10.0.0.14"]);
		expect((await rig.get(`/search?${new URLSearchParams({ q: text })}`)).status).toBe(200);
	});
	test.each<[string, string[]]>([
		["[", ["10.0.0.16"]],
		['"', ["10.0.0.16"]],
		["]", ["10.0.0.16"]],
		[",", ["10.0.0.16"]],
		['"]', []],
		["[]", []],
		['["st', []],
		['e"', []],
		['3"', ["10.0.0.16"]],
		["k [3], ", ["10.0.0.16"]],
		["storage", ["10.0.0.14"]],
		['a"b', ["10.0.0.16"]],
		["e\\f", ["10.0.0.16"]],
		["c,", []],
	])("%s finds who carries it, not how tags are kept", async (text, found) => {
		const tags = ["x", 'a"b', "e\\f"];
		const description = 'rack [3], left 3"';
		await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.16", hostname: "rack", description, tags });
		expect(ips(text)).toEqual(found);
		const list = await rig.get(`/?${new URLSearchParams({ status: "", q: text })}`);
		expect(list.text.match(/<tr id="h\d+"/g)?.length ?? 0).toBe(found.length);
	});
	test.each([
		["müller", "MÜLLER-pc"],
		["MÜLLER", "müller-pc"],
		["Łódź", "łódź"],
		["łó", "ŁÓDŹ"],
		["жлутый", "ЖЛУТЫЙ"],
		["ΟΔΟΣ", "οδος"],
		["οδος", "ΟΔΟΣ"],
		["straße", "STRAẞE"],
		["Ü[x]*?", "ü[X]*?"],
		["ü", "Ü"],
	])("%s finds %s, in every field and by every way", async (text, carried) => {
		const { db } = rig.app.context;
		const fields = ["hostname", "description", "ptr_name", "snmp_name", "vendor"];
		for (const field of [...fields, "tags_json"]) {
			for (const other of fields) db.run(`UPDATE host SET ${other} = '', tags_json = '[]' WHERE id = 1`);
			const value = field === "tags_json" ? JSON.stringify(["a", carried]) : carried;
			db.query(`UPDATE host SET ${field} = ? WHERE id = 1`).run(value);
			const q = new URLSearchParams({ q: text });
			const list = (await rig.get(`/api/v1/hosts?${q}`)).json() as { items: { ip: string }[] };
			const all = listMatchingIds(db, { text } as HostFilter);
			expect([field, ips(text), list.items.map((host) => host.ip), all]).toEqual([
				...[field, ["10.0.0.1"], ["10.0.0.1"], [1]],
			]);
		}
	});
	test("whole names and beginnings come first whatever their case", () => {
		const { db } = rig.app.context;
		for (const [id, name] of [
			[1, "am-ÖSTER"],
			[2, "ÖSTERreich"],
			[3, "öster"],
		])
			db.query("UPDATE host SET hostname = ? WHERE id = ?").run(name as string, id as number);
		expect(ips("Öster")).toEqual(["10.0.0.14", "10.0.0.12", "10.0.0.1"]);
	});
	test("the list that “all” leads to has as many", async () => {
		for (const text of ["nas", "synology", "00-11-32", "10.0", "%"]) {
			const page = await rig.get(`/?${new URLSearchParams({ status: "", q: text })}`);
			expect(page.text.match(/<tr id="h\d+"/g)?.length ?? 0).toBe(ask(text).hosts.count);
		}
	});
});

describe("subnets", () => {
	test.each([
		["office", ["Office LAN"]],
		["10.0.0.0/24", ["Office LAN"]],
		["BÜRO", ["Büro"]],
		["Büro", ["Büro"]],
		["bÜ", ["Büro"]],
		["b?ro", []],
		["*", []],
		["10.0.0.200", ["Büro"]],
		["10.0.0.2", ["Office LAN"]],
		["2001:DB8::5", ["Uplink"]],
	])("%s", (text, names) => {
		expect(ask(text).subnets.shown.map((subnet) => subnet.name)).toEqual(names);
	});
	test("the tree can be narrowed by the same text", async () => {
		const page = await rig.get("/subnets?q=office");
		expect(page.text).toContain("Office LAN");
		expect(page.text).not.toContain("Uplink");
	});
});

describe("ports and services", () => {
	test.each([
		["443", [[443, "https", 2]]],
		[":443", [[443, "https", 2]]],
		["443/tcp", [[443, "https", 2]]],
		["22", [[22, "ssh", 2]]],
		["http", [[undefined, "https", 1]]],
		[
			"SSH",
			[
				[undefined, "ssh", 2],
				[undefined, "OpenSSH", 1],
				[undefined, "Dropbear sshd", 1],
			],
		],
		["openssh", [[undefined, "OpenSSH", 1]]],
		["70000", []],
		["9", []],
	])("%s", (text, expected) => {
		const found = ask(text).services.shown.map(({ port, service, product, hosts }) => [
			port,
			service || product,
			hosts,
		]);
		expect(found).toEqual(expected as (typeof found)[number][]);
	});
	test("all hosts where a product serves are counted, however many, each once", () => {
		rig.app.context.db.run(
			`WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 7000)
			INSERT INTO host_open_port (host_id, ts, port, proto, state, service, product, first_seen_at, last_seen_at)
			SELECT i, 1, port, 'tcp', 'open', 'http', 'nginx', 1, 1 FROM n, (SELECT 80 AS port UNION SELECT 81)`,
		);
		expect(ask("nginx").services.shown).toEqual([
			{ port: undefined, service: "", product: "nginx", hosts: 6_001 },
		]);
	});
	test("a product leads to the hosts where it serves", async () => {
		const { text } = await rig.get("/search/options?q=openssh");
		expect(text).toContain('href="/?status=&amp;q=OpenSSH#hosts"');
		const list = (await rig.get("/api/v1/hosts?q=OpenSSH")).json() as { items: { ip: string }[] };
		expect(list.items.map((host) => host.ip)).toEqual(["10.0.0.15"]);
	});
	test("a port is a filter of every list", async () => {
		const list = (await rig.get("/api/v1/hosts?port=443")).json() as { items: { ip: string }[] };
		expect(list.items.map((host) => host.ip)).toEqual(["10.0.0.14", "10.0.0.15"]);
		expect((await rig.get("/?status=&port=0")).status).toBe(422);
	});
});

describe("an address or block that nobody has", () => {
	test.each([
		["10.0.0.77", "10.0.0.77 is free in Office LAN: reserve it", "/subnets/1/free/10.0.0.77"],
		["10.0.0.200", "10.0.0.200 is free in Büro: reserve it", "/subnets/2/free/10.0.0.200"],
		["10.0.0.0", "10.0.0.0 is the network or broadcast address of Office LAN: see the subnet", "/subnets/1"],
		[
			"198.51.100.7",
			"198.51.100.7 is in no subnet: add 198.51.100.0/24",
			"/subnets?cidr=198.51.100.0%2F24#add",
		],
		[
			"2001:db8:1::9",
			"2001:db8:1::9 is in no subnet: add 2001:db8:1::/64",
			"/subnets?cidr=2001%3Adb8%3A1%3A%3A%2F64#add",
		],
		[
			"10.0.0.0/28",
			"10.0.0.0/28 lies in Office LAN, 4 hosts in it: add it",
			"/subnets?cidr=10.0.0.0%2F28#add",
		],
		[
			"10.0.0.65/28",
			"10.0.0.64/28 lies in Office LAN, no host in it: add it",
			"/subnets?cidr=10.0.0.64%2F28#add",
		],
		["10.9.0.0/24", "10.9.0.0/24 is in no subnet, no host in it: add it", "/subnets?cidr=10.9.0.0%2F24#add"],
	])("%s: %s", async (q, says, href) => {
		const { text } = await rig.get(`/search/options?${new URLSearchParams({ q })}`);
		const line = /<a id="found-hint"[^>]* href="([^"]*)"[^>]*>(.*?)<\/a>/.exec(text) ?? [];
		expect(line[2]?.replace(/<[^>]*>/g, "")).toBe(says);
		expect(line[1]).toBe(href);
	});
	test.each([
		["10.0.0.77", "10.0.0.77 is free in Office LAN", "/subnets/1/free/10.0.0.77"],
		["10.0.0.0", "10.0.0.0 is the network or broadcast address of Office LAN: see the subnet", "/subnets/1"],
		["198.51.100.7", "198.51.100.7 is in no subnet", "/subnets"],
		["10.0.0.0/28", "10.0.0.0/28 lies in Office LAN, 4 hosts in it", "/subnets/1"],
		["10.9.0.0/24", "10.9.0.0/24 is in no subnet, no host in it", "/subnets"],
	])("%s, to a viewer: %s", (q, says, href) => {
		const html = renderFragment({ role: "viewer" }, SearchOptions({ answers: ask(q) }));
		const line = /<a id="found-hint"[^>]* href="([^"]*)"[^>]*>(.*?)<\/a>/.exec(html) ?? [];
		expect([line[2]?.replace(/<[^>]*>/g, ""), line[1]]).toEqual([says, href]);
	});
	test.each(["10.0.0.14", "10.0.0.0/24", "10.0.0.300", "10.0.0", "nas"])("%s needs no hint", (text) => {
		expect(ask(text).hint).toBeUndefined();
	});
});

test("nothing asked, nothing found, too much asked", async () => {
	expect((await rig.get("/search")).text).toContain("Search finds subnets");
	expect((await rig.get("/search/options?q=%20")).text).toBe("");
	expect((await rig.get("/search/options?q=zzz")).text).toContain("Nothing found");
	expect((await rig.get(`/search/options?q=${"x".repeat(300)}`)).status).toBe(422);
});
