/** Ports over time: opened, closed, changed, and what must not be told as news. */

import { beforeEach, describe, expect, test } from "bun:test";
import { listPortHistory } from "../../src/store/ports.ts";
import { enqueueScan } from "../../src/store/scans.ts";
import { openPort, type ScanStage, scanStage } from "../helpers/scanning.ts";

const IP = "10.0.0.1";
let stage: ScanStage;
let id: number;
let lan: number;
beforeEach(() => {
	stage = scanStage({ intervalMs: 0 });
	lan = stage.subnet("10.0.0.0/24");
	id = stage.host(IP, lan);
});

/** Scans the host once, with this open. */
async function scan(...ports: ReturnType<typeof openPort>[]): Promise<void> {
	stage.scanner.ports.set(IP, ports);
	enqueueScan(stage.db, { id, subnetId: lan }, stage.clock.now());
	await stage.run(10_000);
}

const changes = () => stage.news.flatMap((one) => (one.kind === "change" ? [one.change] : []));

describe("news", () => {
	test("a first scan fills the row and tells nothing", async () => {
		await scan(openPort(22, "ssh", "OpenSSH"), openPort(80, "http"));
		expect(stage.ports(IP)).toEqual(["22/ssh/OpenSSH", "80/http"]);
		expect(stage.events()).toEqual([]);
		expect(changes().at(-1)).toEqual({ subnetIds: [lan], hostIds: [id], urgent: true });
	});

	test("opened and closed between two scans are two events; the past stays", async () => {
		await scan(openPort(22), openPort(23));
		const at = stage.clock.now();
		await scan(openPort(22), openPort(443, "https"));
		expect(stage.events()).toEqual(["port_opened 443", "port_closed 23"]);
		expect(stage.ports(IP)).toEqual(["22", "443/https"]);
		const past = listPortHistory(stage.db, id, 10);
		expect(past.map(({ port, state, current }) => [port, state, current])).toEqual([
			[22, "open", true],
			[443, "open", true],
			[23, "closed", false],
		]);
		expect(past[0]?.firstSeenAt).toBeLessThan(at);
		expect(past[0]?.lastSeenAt).toBeGreaterThan(at);
		expect(past[2]?.lastSeenAt).toBeLessThanOrEqual(at);
		await scan(openPort(22), openPort(23), openPort(443, "https"));
		expect(stage.events().at(-1)).toBe("port_opened 23");
		expect(listPortHistory(stage.db, id, 10)).toHaveLength(4);
	});

	test("another version is one event, in words", async () => {
		await scan(openPort(22, "ssh", "OpenSSH", "9.2"));
		await scan(openPort(22, "ssh", "OpenSSH", "9.9"));
		const row = stage.db.query<{ kind: string; detail_json: string }, []>("SELECT * FROM event").get();
		expect(row?.kind).toBe("port_changed");
		expect(JSON.parse(row?.detail_json ?? "{}")).toEqual({
			...{ port: 22, proto: "tcp", service: "ssh", old: "OpenSSH 9.2", new: "OpenSSH 9.9" },
		});
	});

	test("more than eight at once are one event for each kind", async () => {
		const some = Array.from({ length: 12 }, (_, i) => openPort(100 + i));
		await scan(openPort(22));
		await scan(...some);
		expect(stage.events()).toEqual(["port_opened 12 ports", "port_closed 22"]);
	});

	test("nothing changed: nothing told, and nobody hurried", async () => {
		await scan(openPort(22));
		stage.db.run("UPDATE scan_run SET trigger = 'schedule'");
		stage.news.length = 0;
		stage.db.run("UPDATE host SET next_scan_at = 0");
		await scan(openPort(22));
		expect(stage.events()).toEqual([]);
	});
});

describe("what is no news", () => {
	test("a service that kept silent this time keeps its name", async () => {
		await scan(openPort(22, "ssh", "OpenSSH", "9.2"));
		await scan(openPort(22, "unexpected"));
		await scan({ ...openPort(22, "ssh"), identified: true });
		expect(stage.ports(IP)).toEqual(["22/ssh/OpenSSH"]);
		expect(stage.events()).toEqual([]);
	});

	test("ports that this scan did not look at stay open", async () => {
		await scan(openPort(22), openPort(900));
		stage.scanner.covered = [{ first: 1, last: 100 }];
		await scan(openPort(22));
		expect(stage.ports(IP)).toEqual(["22", "900"]);
	});

	test("ports that earlier scans did not look at have not just opened", async () => {
		stage.scanner.covered = [{ first: 1, last: 100 }];
		await scan(openPort(22));
		stage.scanner.covered = [{ first: 1, last: 1_000 }];
		await scan(openPort(22), openPort(900));
		expect(stage.events()).toEqual([]);
		await scan(openPort(22), openPort(900), openPort(901));
		expect(stage.events()).toEqual(["port_opened 901"]);
	});

	test("silence from every port is believed when it comes twice and the host is up", async () => {
		await scan(openPort(22));
		stage.scanner.silent.add(IP);
		await scan();
		expect(stage.ports(IP)).toEqual(["22"]);
		await scan();
		expect(stage.ports(IP)).toEqual([]);
		expect(stage.events()).toEqual(["port_closed 22"]);
	});

	test("what closed in a scan that none answered is told with it, though the scan itself is made again", async () => {
		await scan(openPort(22), openPort(80));
		stage.scanner.unheard = [{ first: 22, last: 22 }];
		await scan(openPort(80));
		stage.scanner.silent.add(IP);
		await scan();
		expect(stage.ports(IP)).toEqual(["80"]);
		expect(stage.events()).toEqual(["port_closed 22"]);
	});

	test("a port from which nothing came is closed when that comes twice, soon after; one that refused at once", async () => {
		await scan(openPort(22), openPort(80), openPort(443));
		stage.scanner.unheard = [{ first: 22, last: 22 }];
		await scan(openPort(443));
		expect(stage.ports(IP)).toEqual(["22", "443"]);
		expect(stage.events()).toEqual(["port_closed 80"]);
		expect(listPortHistory(stage.db, id, 10)[0]).toMatchObject({ port: 22, state: "unheard", current: true });
		const { at } = stage.db.query("SELECT next_scan_at AS at FROM host").get() as { at: number };
		expect(at - stage.clock.now()).toBeWithin(200_000, 330_000);
		await scan(openPort(443));
		expect(stage.ports(IP)).toEqual(["443"]);
		expect(stage.events()).toEqual(["port_closed 80", "port_closed 22"]);
	});

	test("heard again in between, the doubt begins anew; it costs no event", async () => {
		await scan(openPort(22), openPort(443));
		for (let i = 0; i < 3; i++) {
			stage.scanner.unheard = [{ first: 22, last: 22 }];
			await scan(openPort(443));
			stage.scanner.unheard = [];
			await scan(openPort(22), openPort(443));
		}
		expect(stage.ports(IP)).toEqual(["22", "443"]);
		expect(stage.events()).toEqual([]);
	});

	test("a result that is recorded in two goes, the database being busy, is not two silences", async () => {
		const other = stage.host("10.0.0.2", lan);
		stage.scanner.ports.set("10.0.0.2", [openPort(25)]);
		await scan(openPort(22), openPort(443));
		stage.scanner.unheard = [{ first: 22, last: 22 }];
		stage.scanner.ports.set(IP, [openPort(443)]);
		const wish = enqueueScan(stage.db, { id, subnetId: lan }, stage.clock.now());
		stage.db.query("UPDATE host SET scan_run_id = ? WHERE id = ?").run(wish, other);
		stage.db.run(
			"CREATE TRIGGER busy BEFORE INSERT ON host_open_port WHEN new.host_id = 2 BEGIN SELECT raise(ABORT, 'busy'); END",
		);
		await stage.run(10_000);
		stage.db.run("DROP TRIGGER busy");
		await stage.run(10_000);
		expect(stage.ports("10.0.0.2")).toEqual(["25"]);
		expect(stage.ports(IP)).toEqual(["22", "443"]);
		expect(stage.events()).toEqual([]);
	});

	test("a failed scan before the silence does not count as its first time", async () => {
		await scan(openPort(22));
		stage.scanner.fault = "nmap hung";
		await scan(openPort(22));
		stage.scanner.fault = undefined;
		stage.scanner.silent.add(IP);
		await scan();
		expect(stage.ports(IP)).toEqual(["22"]);
		await scan();
		expect(stage.events()).toEqual(["port_closed 22"]);
	});

	test("silence of a host that went away is never believed", async () => {
		await scan(openPort(22));
		stage.scanner.silent.add(IP);
		stage.db.run("UPDATE host SET status = 'down', status_order = 1");
		for (let i = 0; i < 4; i++) await scan();
		expect(stage.ports(IP)).toEqual(["22"]);
		expect(stage.events()).toEqual([]);
	});
});
