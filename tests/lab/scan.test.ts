/** Real nmap against real listeners between namespaces: ports that open and close, hostile banners, printers, limits. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HONEST_SSH, HOSTILE_FTP, HOSTILE_PRINTER, type Listeners, listen } from "../helpers/listeners.ts";
import { configure, FAR, type Lab, labProblem, nft, openLab } from "../helpers/netns.ts";
import { PATIENCE_MS, until } from "../helpers/patience.ts";
import { PROOF, type Rollcall, startRollcall, URL_NEAR } from "../helpers/rollcall.ts";

const problem = labProblem("curl", "nmap", "setpriv", "nft");
const MAIN = join(import.meta.dir, "../../src/main.ts");
const CIDR = "10.128.0.0/25";
const SILENT = "10.128.1.1";

type Ports = {
	items: { port: number; service: string; product: string; version: string; is_current: boolean }[];
	scanned_at: string | null;
	scanned_by: string | null;
	scan_problem: string | null;
};
type Run = { id: number; state: string; problem: string | null };

/** Until the far end answers: a fresh veth pair loses its first packets. */
async function linked(lab: Lab): Promise<void> {
	await until(() => lab.inNear(["ping", "-c1", "-W1", FAR]).code === 0, "the far end answers");
}

describe.skipIf(problem !== undefined)(`in namespaces${problem === undefined ? "" : ` (${problem})`}`, () => {
	let lab: Lab;
	let servers: Listeners[] = [];
	/** Processes called nmap in the namespace. */
	const running = () => {
		const pids = lab.inNear(["ip", "netns", "pids", lab.near]).out.split("\n").filter(Boolean);
		return pids.filter((pid) => nameOf(pid) === "nmap").length;
	};

	beforeAll(async () => {
		lab = openLab(50);
		configure(lab, {
			near: [`route add ${CIDR} via ${FAR}`, `route add ${SILENT} via ${FAR}`],
			far: [`route add blackhole ${CIDR}`, `route add blackhole ${SILENT}`],
		});
		await linked(lab);
	});
	afterAll(async () => {
		await Promise.all(servers.map((server) => server.close()));
		lab?.close();
	});

	describe("the program, told what to scan", () => {
		let rollcall: Rollcall;
		let web: Listeners;
		const ports = () => rollcall.get<Ports>("/api/v1/hosts/1/ports");
		const open = () => ports().items.filter((port) => port.is_current);
		const scan = async () => {
			const { id } = rollcall.send<Run>("POST", "/api/v1/hosts/1/scan");
			return until(() => {
				const run = rollcall.get<Run>(`/api/v1/scans/${id}`);
				return run.state === "queued" || run.state === "running" ? undefined : run;
			}, "the end of the scan");
		};

		beforeAll(async () => {
			configure(lab, { far: ["route add local 10.128.0.9/32 dev lo"] });
			web = await listen(lab, [{ port: 443 }]);
			servers = [
				await listen(lab, [
					{ port: 21, banner: HOSTILE_FTP },
					{ port: 22, banner: HONEST_SSH },
					{ port: 2_121, banner: HOSTILE_PRINTER },
					{ port: 9_100 },
				]),
			];
			const NMAP_ARGS = "-Pn -T4 -p 21,22,443,515,2121,8443,9100 -sS -sV --version-intensity 0";
			rollcall = await startRollcall(lab, { NMAP_ARGS });
			rollcall.send("POST", "/api/v1/subnets", { cidr: CIDR });
		});
		afterAll(async () => {
			await web?.close();
			await rollcall?.close();
			configure(lab, { far: ["route del local 10.128.0.9/32 dev lo"] });
		});

		test("a new host is scanned by itself, soon", async () => {
			const found = () => rollcall.get<{ items: unknown[] }>("/api/v1/hosts").items.length > 0;
			await until(found, "a host");
			await until(() => ports().scanned_at, "its ports");
			expect(ports()).toMatchObject({ scanned_by: "nmap", scan_problem: null });
			expect(open().map(({ port }) => port)).toEqual([21, 22, 443, 2_121, 9_100]);
			expect(open()[1]).toMatchObject({ service: "ssh", product: "OpenSSH" });
			expect(rollcall.get<{ items: unknown[] }>("/api/v1/hosts?service=ssh").items).toHaveLength(1);
		});

		test("nothing was ever written to the printer", () => {
			expect(servers[0]?.received().filter((line) => line.startsWith("got 9100"))).toEqual([]);
		});

		test("hostile banners are text on the page", () => {
			const page = lab.inNear(["curl", "-s", ...PROOF, `${URL_NEAR}/hosts/1`]).out;
			expect(page).toContain("&lt;script>alert(1)&lt;/script>");
			expect(page).toContain("&lt;img src=x onerror=alert(1)>");
			expect(page).not.toMatch(/<script>alert|<img/);
			expect(page).not.toContain("\x1b");
		});

		test("a port that closed and one that opened between two scans are two events", async () => {
			await web.close();
			web = await listen(lab, [{ port: 8_443 }]);
			expect(await scan()).toMatchObject({ state: "done", problem: null });
			const events = rollcall
				.get<{ items: { kind: string; detail: { port?: number } }[] }>("/api/v1/hosts/1/events")
				.items.filter(({ kind }) => kind.startsWith("port_"))
				.map(({ kind, detail }) => `${kind} ${detail.port}`);
			expect(events.sort()).toEqual(["port_closed 443", "port_opened 8443"]);
			expect(open().map(({ port }) => port)).toEqual([21, 22, 2_121, 8_443, 9_100]);
			expect(ports().items.find(({ port }) => port === 443)).toMatchObject({ is_current: false });
		});

		test("one that takes long is cancelled: nmap is ended, the ports stay", async () => {
			const before = open();
			// Connections to these are never answered: nmap waits and asks again.
			nft(
				lab,
				"far",
				"table ip r {\nchain in {\ntype filter hook input priority 0\ntcp dport 1-65535 drop\n}\n}",
			);
			try {
				const { id } = rollcall.send<Run>("POST", "/api/v1/hosts/1/scan");
				await until(() => running() > 0, "nmap runs");
				rollcall.send("POST", `/api/v1/scans/${id}/cancel`);
				await until(() => running() === 0, "nmap is gone");
				// The process is gone a moment before the record says so.
				const run = await until(() => {
					const now = rollcall.get<Run>(`/api/v1/scans/${id}`);
					return now.state === "running" ? undefined : now;
				}, "the record of its end");
				expect(run).toMatchObject({ state: "cancelled", problem: null });
			} finally {
				nft(lab, "far", "");
			}
			expect(open()).toEqual(before);
			expect(ports()).toMatchObject({ scan_problem: null });
		});

		test("a host that goes away keeps its ports", async () => {
			configure(lab, { far: ["route del local 10.128.0.9/32 dev lo"] });
			await scan();
			configure(lab, { far: ["route add local 10.128.0.9/32 dev lo"] });
			expect(open()).toHaveLength(5);
			expect(ports().scan_problem).toMatch(/Not one port answered|went away|no result/);
		});
	});

	test("a hundred hosts at default settings: all scanned, never more than two nmap at a time", async () => {
		const routes = Array.from({ length: 100 }, (_, i) => `route add local 10.128.0.${i + 1}/32 dev lo`);
		configure(lab, { far: routes });
		const rollcall = await startRollcall(lab);
		let most = 0;
		try {
			rollcall.send("POST", "/api/v1/subnets", { cidr: CIDR });
			const page = "/api/v1/hosts?limit=200";
			const ids = await until(() => {
				const { items } = rollcall.get<{ items: { id: number }[] }>(page);
				return items.length === 100 ? items.map(({ id }) => id) : undefined;
			}, "a hundred hosts");
			const waiting = new Set(ids);
			await until(
				() => {
					most = Math.max(most, running());
					for (const id of [...waiting].slice(0, 4)) {
						if (rollcall.get<Ports>(`/api/v1/hosts/${id}/ports`).scanned_at !== null) waiting.delete(id);
					}
					return waiting.size === 0;
				},
				() => `all scanned: ${waiting.size} wait`,
				4 * PATIENCE_MS,
			);
			expect(most).toBe(2);
		} finally {
			await rollcall.close();
			await until(() => running() === 0, "no nmap is left");
			configure(lab, { far: routes.map((route) => route.replace("add", "del")) });
		}
	});

	describe("rollcall scan", () => {
		const scan = (args: string[], as: string[] = []) =>
			lab.inNear([...as, process.execPath, MAIN, "scan", ...args], {
				env: { NMAP_ARGS: "-Pn -T4 -p 21-23,9100 -sS", SCAN_TCP_PORTS: "22,23" },
			});
		const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

		test("by nmap, a table or JSON", () => {
			const { code, out } = scan([FAR]);
			expect(code).toBe(0);
			expect(out).toMatch(
				/^10\.99\.0\.2 {2}21\/tcp +ftp\n10\.99\.0\.2 {2}22\/tcp +ssh\n10\.99\.0\.2 {2}9100\/tcp/,
			);
			const json = JSON.parse(scan([FAR, "--json"]).out);
			expect(json).toMatchObject({
				ip: FAR,
				ports: [{ port: 21 }, { port: 22, service: "ssh" }, { port: 9_100 }],
			});
		});

		test("without nmap: the ports asked for, whoever is silent is not waited for", () => {
			// The kernel itself would wait two minutes for whoever is silent.
			const begun = performance.now();
			const { code, out, err } = scan([FAR, SILENT, "--builtin"]);
			expect({ code, out }).toEqual({ code: 0, out: `${FAR}  22/tcp     ssh\n${SILENT}  no open port\n` });
			expect(err).toContain("built-in TCP scan of ports 22-23 is used");
			expect(performance.now() - begun).toBeLessThan(PATIENCE_MS);
		});

		test("without the right to raw sockets -sS becomes -sT and says so", () => {
			const { code, out, err } = scan([FAR], NOBODY);
			expect(code).toBe(0);
			expect(err).toContain("-sS became -sT");
			expect(out).toContain("22/tcp");
		});

		test("not root, with the ambient capability: --privileged makes -sS work", () => {
			const { code, out, err } = scan([FAR], [...NOBODY, "--inh-caps=+net_raw", "--ambient-caps=+net_raw"]);
			expect(code).toBe(0);
			expect(err).not.toContain("-sS became -sT");
			expect(out).toContain("22/tcp");
		});
	});
});

function nameOf(pid: string): string {
	try {
		return readFileSync(`/proc/${pid}/comm`, "latin1").trim();
	} catch {
		return "";
	}
}
