/**
 * Names from real servers: dnsmasq answers PTR (well, hostile, missing, not at all), snmpd says its name by version 2c
 * and 3, and the real program finds them out while it sweeps.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browserProblem } from "../helpers/browser.ts";
import { configure, FAR, type Lab, labProblem, nft, openLab } from "../helpers/netns.ts";
import { until } from "../helpers/patience.ts";
import { browserNear, PROOF, type Rollcall, startRollcall, URL_NEAR } from "../helpers/rollcall.ts";

const problem = labProblem("nft", "dnsmasq", "snmpd", "curl");
const HOSTILE = "<script>window.__xss=1</script>";
const SECRETS = { community: "s3cret-community", auth: "s3cret-auth-pass", priv: "s3cret-priv-pass" };

type HostJson = {
	id: number;
	ip: string;
	hostname: string;
	hostname_source: string | null;
	ptr_name: string;
	snmp_name: string;
	latency_ms: number | null;
};

let lab: Lab;
let rollcall: Rollcall;
const folder = mkdtempSync(join(tmpdir(), "rollcall-names-"));
const children: Bun.Subprocess[] = [];

/** Starts a server in the far namespace; it ends with the test. */
function serveFar(...command: string[]): void {
	const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
	children.push(Bun.spawn(lab.farCommand(command), quiet));
}

const reverse = (last: number) => `${last}.0.70.10.in-addr.arpa`;

function startNameServer(): void {
	serveFar(
		...[
			"dnsmasq",
			"--keep-in-foreground",
			"--no-resolv",
			"--no-hosts",
			"--conf-file=/dev/null",
			"--pid-file=",
		],
		...["--bind-interfaces", `--listen-address=${FAR}`, "--except-interface=lo", "--user=root"],
		...["--local-ttl=7200", "--local=/70.10.in-addr.arpa/", `--server=/${reverse(6)}/10.99.0.2#5999`],
		`--ptr-record=${reverse(1)},nas.office.example`,
		`--ptr-record=${reverse(2)},${HOSTILE}`,
		`--ptr-record=${reverse(3)},typed-elsewhere.example`,
		...["zulu", "mike", "alpha"].map((name) => `--ptr-record=${reverse(4)},${name}.example`),
	);
}

/** One agent an address: what it calls itself, and who may ask. */
function startAgent(ip: string, name: string, access: string[]): void {
	const file = join(folder, `snmpd-${ip}.conf`);
	writeFileSync(file, [`sysName ${name}`, `agentaddress udp:${ip}:161`, ...access].join("\n").concat("\n"));
	chmodSync(file, 0o600);
	const state = mkdtempSync(join(folder, "state-"));
	const env = ["env", `SNMP_PERSISTENT_DIR=${state}`];
	serveFar(...env, "snmpd", "-f", "-Lo", "-C", "-c", file, "-I", "-smux", "-p", join(state, "pid"));
}

function hosts(): Map<string, HostJson> {
	const { items } = rollcall.get<{ items: HostJson[] }>("/api/v1/hosts?limit=500");
	return new Map(items.map((host) => [host.ip, host]));
}

const eventually = <T>(what: string, look: () => T | undefined | false) =>
	until(look, () => `${what}\n${JSON.stringify([...hosts().values()], null, 1)}\n${rollcall.output()}`);

/** Sweeps the subnet; how long it took, in milliseconds. */
async function sweep(): Promise<number> {
	const { id } = rollcall.send<{ id: number }>("POST", "/api/v1/subnets/1/sweep");
	const run = await eventually("the sweep", () => {
		const found = rollcall.get<{ state: string; started_at: string; finished_at: string }>(
			`/api/v1/runs/${id}`,
		);
		return found.state === "done" && found;
	});
	return Date.parse(run.finished_at) - Date.parse(run.started_at);
}

describe.skipIf(problem !== undefined)(problem ? `lab names (skipped: ${problem})` : "lab names", () => {
	beforeAll(async () => {
		lab = openLab(3);
		configure(lab, {
			near: ["addr add 10.70.0.200/24 dev veth0"],
			far: ["route add local 10.70.0.0/28 dev lo", "route add 10.70.0.0/24 dev veth0"],
		});
		startNameServer();
		startAgent("10.70.0.5", "router-by-v2", [`rocommunity ${SECRETS.community}`]);
		startAgent("10.70.0.7", HOSTILE, [
			`createUser rollcall SHA-256 ${SECRETS.auth} AES ${SECRETS.priv}`,
			"rouser rollcall priv",
		]);
		startAgent("10.70.0.10", "other-auth", [
			"createUser rollcall SHA-256 another-auth-pass AES another-priv-pass",
			"rouser rollcall priv",
		]);
		startAgent("10.70.0.11", "other-priv", [
			`createUser rollcall SHA-256 ${SECRETS.auth} AES another-priv-pass`,
			"rouser rollcall priv",
		]);
		startAgent("10.70.0.12", "other-user", [
			`createUser somebody SHA-256 ${SECRETS.auth} AES ${SECRETS.priv}`,
			"rouser somebody priv",
		]);
		startAgent("10.70.0.13", "no-view", [`createUser rollcall SHA-256 ${SECRETS.auth} AES ${SECRETS.priv}`]);
		startAgent("10.70.0.8", "stranger", ["rocommunity another-community"]);
		rollcall = await startRollcall(lab, {
			PTR_SERVER: FAR,
			PTR_LOOKUPS_PER_SECOND: "100",
			SNMP_COMMUNITY: SECRETS.community,
			SNMP_V3_USER: "rollcall",
			SNMP_V3_AUTH_PASS: SECRETS.auth,
			SNMP_V3_PRIV_PASS: SECRETS.priv,
			LOG_LEVEL: "debug",
		});
		const subnet = rollcall.send<{ id: number }>("POST", "/api/v1/subnets", { cidr: "10.70.0.0/24" });
		rollcall.send("PUT", `/api/v1/subnets/${subnet.id}/snmp`, { enabled: true });
		await eventually("hosts", () => hosts().size >= 16);
	});

	afterAll(async () => {
		await rollcall?.close();
		for (const child of children) child.kill("SIGKILL");
		await Promise.all(children.map((child) => child.exited));
		lab?.close();
		rmSync(folder, { recursive: true, force: true });
	});

	const named = (ip: string, key: "ptr_name" | "snmp_name") =>
		eventually(`${key} of ${ip}`, () => {
			const host = hosts().get(ip);
			return host !== undefined && host[key] !== "" && host;
		});

	test("PTR: plain, and the same one of many each time", async () => {
		expect(await named("10.70.0.1", "ptr_name")).toMatchObject({
			hostname: "nas.office.example",
			hostname_source: "ptr",
		});
		expect((await named("10.70.0.4", "ptr_name")).hostname).toBe("alpha.example");
	});

	test("a hostile name is text wherever it is shown", async () => {
		const host = await named("10.70.0.2", "ptr_name");
		expect(host.ptr_name).toBe(HOSTILE);
		for (const path of [`/hosts/${host.id}`, `/hosts/${host.id}/drawer`, "/", "/subnets/1"]) {
			const { out } = lab.inNear(["curl", "-s", "-m", "10", ...PROOF, `http://127.0.0.1:8080${path}`]);
			expect(out).toContain("&lt;script");
			expect(out).not.toContain("<script>window.__xss");
		}
	});

	test("SNMP: version 2c, version 3, and an agent that knows neither", async () => {
		expect(await named("10.70.0.5", "snmp_name")).toMatchObject({
			hostname: "router-by-v2",
			hostname_source: "snmp",
		});
		expect((await named("10.70.0.7", "snmp_name")).hostname).toBe(HOSTILE);
		expect(hosts().get("10.70.0.8")).toMatchObject({ snmp_name: "", hostname: "" });
		// Wrong password, wrong key, unknown user, a user without rights: no name, and the others wait for none of them.
		for (const last of [10, 11, 12, 13]) {
			expect(hosts().get(`10.70.0.${last}`)).toMatchObject({ snmp_name: "", hostname: "" });
		}
	});

	test("a typed name stays, the other is offered and used with one click", async () => {
		const { id } = await named("10.70.0.3", "ptr_name");
		rollcall.send("PATCH", `/api/v1/hosts/${id}`, { hostname: "mine" });
		expect(hosts().get("10.70.0.3")).toMatchObject({
			hostname: "mine",
			ptr_name: "typed-elsewhere.example",
		});
		rollcall.send("POST", `/api/v1/hosts/${id}/name`, { source: "ptr" });
		expect(hosts().get("10.70.0.3")).toMatchObject({
			hostname: "typed-elsewhere.example",
			hostname_source: "ptr",
		});
	});

	test("an address about which the server keeps silent, or knows nothing, has no name", () => {
		expect(hosts().get("10.70.0.6")).toMatchObject({ ptr_name: "", hostname: "" });
		expect(hosts().get("10.70.0.9")).toMatchObject({ ptr_name: "", hostname: "" });
	});

	test("a silent name server: sweeps take no longer and lose nobody", async () => {
		const before = hosts();
		nft(
			lab,
			"far",
			"table ip r {\nchain in {\ntype filter hook input priority 0\nudp dport { 53, 161 } drop\n}\n}",
		);
		try {
			// New hosts each time, whose names are asked for in vain: one of the sweeps is as quick as ever, if the machine lets it.
			const took: number[] = [];
			for (const block of ["64/27", "96/27", "128/27", "160/27"]) {
				configure(lab, { far: [`route add local 10.70.0.${block} dev lo`] });
				took.push(await sweep());
			}
			expect(Math.min(...took)).toBeLessThan(3_000);
			const after = hosts();
			expect(after.size).toBe(before.size + 4 * 32);
			expect([...after.values()].every(({ latency_ms }) => latency_ms !== null)).toBe(true);
		} finally {
			nft(lab, "far", "");
		}
	});

	test.skipIf(browserProblem() !== undefined)(
		"no hostile name runs in a browser, and one click uses the name of the name service",
		async () => {
			const { id } = await named("10.70.0.2", "ptr_name");
			const chromium = await browserNear(lab);
			try {
				const page = await chromium.browser.newPage();
				const broken: string[] = [];
				page.on("pageerror", (error) => broken.push(String(error)));
				page.on("console", (message) => {
					if (/Content Security Policy/.test(message.text())) broken.push(message.text());
				});
				rollcall.send("PATCH", `/api/v1/hosts/${id}`, { hostname: "mine" });
				for (const path of ["/", "/subnets/1", "/activity", `/hosts/${id}`]) {
					await page.goto(`${URL_NEAR}${path}`);
					expect(await page.evaluate("window.__xss")).toBeUndefined();
				}
				await page.getByRole("button", { name: "Use the PTR name" }).click();
				const row = page.locator("#p-row-hostname");
				await row.getByText("from PTR").waitFor();
				await page.locator("#p-row-hostname", { hasText: HOSTILE }).waitFor();
				// In the drawer it is one click too: the list stays behind it.
				rollcall.send("PATCH", `/api/v1/hosts/${id}`, { hostname: "mine again" });
				await page.goto(`${URL_NEAR}/subnets/1`);
				await page.locator(`tr#h${id} a`).first().click();
				const use = page.locator("#drawer button", { hasText: "Use the PTR name" });
				await use.click();
				await use.waitFor({ state: "detached" });
				expect(rollcall.get<HostJson>(`/api/v1/hosts/${id}`).hostname).toBe(HOSTILE);
				await page.locator("#d-row-hostname", { hasText: HOSTILE }).waitFor();
				expect(broken).toEqual([]);
			} finally {
				await chromium.close();
			}
		},
	);

	test("no secret is in the log, on a page or in the API", () => {
		const pages = ["/", "/settings", "/doctor", "/subnets/1", "/api/v1/hosts", "/api/v1/subnets"].map(
			(path) => lab.inNear(["curl", "-s", "-m", "10", ...PROOF, `http://127.0.0.1:8080${path}`]).out,
		);
		for (const text of [...pages, rollcall.output()]) {
			for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
		}
	});
});
