/** Exports for other programs, letter by letter; where the program is here, it says itself whether it takes them. */

import { describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeExport } from "../../src/formats/write.ts";
import type { ExportFormat, ExportSource } from "../../src/model/export.ts";
import type { Host } from "../../src/model/host.ts";
import { host, subnet } from "../helpers/world.ts";

const hosts = [
	host("10.0.0.1", {
		hostname: "gw.lan",
		mac: "00:11:32:8a:00:01",
		tags: ["infra"],
		notes: "rack 4\nunit 2",
	}),
	host("10.0.0.14", { hostname: "nas.lan", description: 'Storage, "cellar"', mac: "00:11:32:8a:00:02" }),
	host("10.0.0.15", { hostname: "nas.lan", description: "=HYPERLINK(1)", status: "unknown" }),
	host("10.0.0.16", { hostname: "a b; rm -rf", description: "x".repeat(250), mac: "00:11:32:8a:00:03" }),
	host("2001:db8::14", { subnetId: 2, hostname: "nas6", mac: "00:11:32:8a:00:04" }),
];
const subnets = [
	subnet(1, "10.0.0.0/24", "Office LAN", hosts.slice(0, 4)),
	subnet(2, "2001:db8::/64", "", hosts.slice(4), { parentId: 9 }),
	subnet(9, "2001:db8::/32", "All: of\nit", []),
];
async function* slices(list: readonly Host[]) {
	for (let from = 0; from < list.length; from += 2) yield list.slice(from, from + 2);
}
const source: ExportSource = {
	subnets,
	hosts: () => slices(hosts),
	hostsOf: (id) => slices(hosts.filter(({ subnetId }) => subnetId === id)),
	now: Date.UTC(2026, 10, 25),
};
const empty: ExportSource = { subnets: [], hosts: () => slices([]), hostsOf: () => slices([]), now: 0 };

async function written(format: ExportFormat, from = source): Promise<string> {
	let text = "";
	for await (const piece of writeExport(format, from)) {
		text += typeof piece === "string" ? piece : new TextDecoder("latin1").decode(piece);
	}
	return text;
}

test("hosts file: only names that it can hold, each subnet above its hosts", async () => {
	expect(await written("hosts")).toBe(
		"# Office LAN (10.0.0.0/24)\n10.0.0.1\tgw.lan\n" +
			'10.0.0.14\tnas.lan\t# Storage, "cellar"\n10.0.0.15\tnas.lan\t# =HYPERLINK(1)\n' +
			"\n#  (2001:db8::/64)\n2001:db8::14\tnas6\n",
	);
});

describe("dnsmasq", () => {
	test("one line for each hardware address", async () => {
		expect(await written("dnsmasq")).toBe(
			"dhcp-host=00:11:32:8a:00:01,10.0.0.1,gw\ndhcp-host=00:11:32:8a:00:02,10.0.0.14,nas\n" +
				"dhcp-host=00:11:32:8a:00:03,10.0.0.16\ndhcp-host=00:11:32:8a:00:04,[2001:db8::14],nas6\n",
		);
	});

	const dnsmasq = Bun.which("dnsmasq");
	test.skipIf(dnsmasq === null)(
		`it takes them itself${dnsmasq === null ? " (needs dnsmasq)" : ""}`,
		async () => {
			const folder = mkdtempSync(join(tmpdir(), "rollcall-dnsmasq-"));
			const path = join(folder, "hosts.conf");
			writeFileSync(path, await written("dnsmasq"));
			const said = Bun.spawnSync([dnsmasq ?? "", "--test", `--conf-file=${path}`], { stderr: "pipe" });
			rmSync(folder, { recursive: true });
			expect(said.stderr.toString()).toContain("syntax check OK");
		},
	);
});

test("NetBox, IP addresses: within its limits, what does not fit goes to the comments", async () => {
	const [head, ...lines] = (await written("netbox")).split("\r\n");
	expect(head).toBe("address,status,dns_name,description,comments");
	expect(lines[0]).toBe('10.0.0.1/24,active,gw.lan,,"rack 4\nunit 2\nTags: infra\nMAC: 00:11:32:8a:00:01"');
	expect(lines[1]).toBe('10.0.0.14/24,active,nas.lan,"Storage, ""cellar""",MAC: 00:11:32:8a:00:02');
	expect(lines[2]).toBe(`10.0.0.15/24,reserved,nas.lan,"'=HYPERLINK(1)",`);
	expect(lines[3]).toStartWith('10.0.0.16/24,active,,"a b; rm -rf, xxx');
	expect(lines[3]?.split('"')[1]?.length).toBe(200);
	expect(lines[4]).toBe("2001:db8::14/64,active,nas6,,MAC: 00:11:32:8a:00:04");
});

test("NetBox refuses a whole file for one name: one that would be shielded is told in the description", async () => {
	const odd = ["-lead", "*.wild.example", "trail.dot.", "büro"].map((hostname, i) =>
		host(`10.0.0.${i + 1}`, { hostname }),
	);
	const text = await written("netbox", { ...source, hosts: () => slices(odd) });
	expect(text.split("\r\n").slice(1, -1)).toEqual([
		`10.0.0.1/24,active,,"'-lead",`,
		"10.0.0.2/24,active,*.wild.example,,",
		"10.0.0.3/24,active,trail.dot.,,",
		"10.0.0.4/24,active,,büro,",
	]);
});

test("NetBox, prefixes: a block with others inside is a container", async () => {
	expect(await written("netbox-prefixes")).toBe(
		"prefix,status,description,comments\r\n10.0.0.0/24,active,Office LAN,\r\n2001:db8::/64,active,,\r\n" +
			'2001:db8::/32,container,"All: of\nit",\r\n',
	);
});

test("Ansible: YAML with a group for each subnet, every host once by a name of its own", async () => {
	const text = await written("ansible");
	const inventory = Bun.YAML.parse(text) as {
		all: { children: Record<string, { hosts: Record<string, object> }> };
	};
	const { office_lan: office, net_2001_db8_64: other } = inventory.all.children;
	expect(Object.keys(office?.hosts ?? {})).toEqual(["gw.lan", "nas.lan", "10.0.0.15", "10.0.0.16"]);
	expect(office?.hosts["gw.lan"]).toEqual({
		...{
			ansible_host: "10.0.0.1",
			rollcall_status: "up",
			rollcall_tags: ["infra"],
			rollcall_description: "",
		},
	});
	expect(other?.hosts.nas6).toMatchObject({ ansible_host: "2001:db8::14" });
	expect(Bun.YAML.parse(await written("ansible", empty))).toEqual({ all: { children: { ungrouped: {} } } });
});

describe("Ansible and what people wrote", () => {
	const named = [
		host("10.0.0.1", { hostname: "all" }),
		host("10.0.0.2", { hostname: "office_lan" }),
		host("10.0.0.3", { hostname: "yes", description: "no", tags: ["null", "1e3"] }),
		host("10.0.0.4", { description: "{{ lookup('pipe', 'touch MARK') }} # \"é\" '", tags: ["{{ 7*7 }}"] }),
		host("2001:db8::9", { subnetId: 2 }),
	];
	const from: ExportSource = {
		subnets: [
			subnet(1, "10.0.0.0/24", "Office LAN", named.slice(0, 4)),
			subnet(2, "2001:db8::/64", "net_10_1_0_0_24", named.slice(4)),
			subnet(3, "10.1.0.0/24", "", []),
		],
		hosts: () => slices(named),
		hostsOf: (id) => slices(named.filter(({ subnetId }) => subnetId === id)),
		now: 0,
	};

	test("a host called like a group goes by its address; templates are marked as mere text", async () => {
		const text = await written("ansible", from);
		const { all } = Bun.YAML.parse(text) as { all: { children: Record<string, { hosts: object }> } };
		expect(Object.keys(all.children.office_lan?.hosts ?? {})).toEqual([
			"10.0.0.1",
			"10.0.0.2",
			"yes",
			"10.0.0.4",
		]);
		for (const line of text.split("\n")) if (line.includes("{{")) expect(line).toContain("!unsafe");
	});

	const ansible = Bun.which("ansible-playbook");
	test.skipIf(ansible === null)(
		`it takes them itself, and runs none${ansible === null ? " (needs ansible-playbook)" : ""}`,
		async () => {
			const folder = mkdtempSync(join(tmpdir(), "rollcall-ansible-"));
			const at = (name: string) => join(folder, name);
			writeFileSync(at("inventory.yml"), (await written("ansible", from)).replace("MARK", at("mark")));
			const says = "{{ inventory_hostname }}|{{ rollcall_description }}|{{ rollcall_tags | join(',') }}";
			const play = [
				{ hosts: "all", gather_facts: false, connection: "local", tasks: [{ debug: { msg: says } }] },
			];
			writeFileSync(at("play.yml"), JSON.stringify(play));
			const done = Bun.spawnSync([ansible ?? "", "-i", at("inventory.yml"), at("play.yml")], {
				...{ cwd: folder, stderr: "pipe", env: { ...process.env, HOME: folder, ANSIBLE_NOCOLOR: "1" } },
			});
			const out = done.stdout.toString();
			expect(done.stderr.toString()).not.toContain("same name");
			expect([done.exitCode, existsSync(at("mark"))]).toEqual([0, false]);
			for (const line of ["yes|no|null,1e3", "2001:db8::9||", "{{ 7*7 }}", "{{ lookup('pipe', 'touch "]) {
				expect(out).toContain(line);
			}
			rmSync(folder, { recursive: true });
		},
	);
});

test("Prometheus: targets with labels, IPv6 in brackets", async () => {
	const list = JSON.parse(await written("prometheus")) as {
		targets: string[];
		labels: Record<string, string>;
	}[];
	expect(list.map(({ targets }) => targets[0])).toEqual([
		"10.0.0.1",
		"10.0.0.14",
		"10.0.0.15",
		"10.0.0.16",
		"[2001:db8::14]",
	]);
	expect(list[0]?.labels).toMatchObject({
		__meta_rollcall_hostname: "gw.lan",
		__meta_rollcall_tags: ",infra,",
		__meta_rollcall_subnet: "10.0.0.0/24",
		__meta_rollcall_status: "up",
	});
	expect(JSON.parse(await written("prometheus", empty))).toEqual([]);
});

test("nothing at all: every format is still whole", async () => {
	expect(JSON.parse(await written("json", empty))).toMatchObject({ subnets: [], hosts: [] });
	expect((await written("csv", empty)).split("\r\n")).toHaveLength(2);
	expect(await written("xlsx", empty)).toStartWith("PK");
	for (const format of ["hosts", "dnsmasq"] as const) expect(await written(format, empty)).toBe("");
});

test("an inventory holds only what every reader of YAML takes, whatever people wrote", async () => {
	const odd = host("10.0.0.20", { description: "a\uffff\ufffe\u2028\u0085\u007fb 🖨", tags: ["\ufffe"] });
	const list = await written("ansible", { ...source, hostsOf: () => slices([odd]) });
	// Printable, as YAML 1.2 5.1 has it.
	expect(list).toMatch(/^[\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u);
	expect(list).toContain('"a\\uffff\\ufffe\\u2028\\u0085\\u007fb 🖨"');
});
