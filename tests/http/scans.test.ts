/** Port scans for people and scripts: the wish, the drawer's words, ports with their past, lists and doctor. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { insertEvent } from "../../src/store/events.ts";
import { closePort, doubtPort, insertPort, listOpenPorts, refreshPort } from "../../src/store/ports.ts";
import { writeScanFailure, writeScanned } from "../../src/store/scanned-hosts.ts";
import { openRig, type Rig } from "../helpers/app.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
	await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.1" });
	await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.2" });
});
afterEach(() => rig.close());

const EVIL = '<script>alert(1)</script>"\x1b[31m';
const db = () => rig.app.context.db;
const now = () => rig.app.context.clock.now();

function fill(): void {
	const port = { port: 22, proto: "tcp", service: "ssh", product: "OpenSSH", version: "9.2" } as const;
	insertPort(db(), 1, port, now() - 86_400_000 * 2);
	insertPort(db(), 1, { ...port, port: 5_001, service: EVIL, product: EVIL, version: EVIL }, now());
	insertPort(db(), 1, { ...port, port: 23, service: "telnet", product: "" }, now());
	const telnet = listOpenPorts(db(), 1).find((row) => row.port === 23);
	closePort(db(), telnet?.id ?? 0, now());
	db().run("UPDATE host SET status = 'up', status_order = 0 WHERE id = 1");
	writeScanned(db(), 1, { at: now() - 24 * 60_000, by: "nmap", scope: "x", nextAt: now() + 36.5 * 60_000 });
}

describe("the wish", () => {
	test("by JSON: 202 with a run, the same one when asked again", async () => {
		const made = await rig.send("POST", "/api/v1/hosts/1/scan");
		expect(made.status).toBe(202);
		expect(made.headers.get("location")).toBe("/api/v1/scans/1");
		expect(made.json()).toMatchObject({ id: 1, host_id: 1, state: "queued", trigger: "person", total: 1 });
		expect((await rig.send("POST", "/api/v1/hosts/1/scan")).json()).toMatchObject({ id: 1 });
		expect((await rig.send("POST", "/api/v1/hosts/2/scan")).json()).toMatchObject({ id: 2 });
		expect((await rig.get("/api/v1/scans/1")).json()).toMatchObject({ state: "queued", problem: null });
	});

	test.each(["/api/v1/hosts/99/scan", "/api/v1/hosts/x/scan", "/hosts/99/scan"])("%s: 404", async (path) => {
		const answer = path.startsWith("/api") ? await rig.send("POST", path) : await rig.post(path);
		expect(answer.status).toBe(404);
	});

	test("no such run: 404", async () => expect((await rig.get("/api/v1/scans/7")).status).toBe(404));

	test("by form: back to the host, which says that it waits; by htmx nothing to swap", async () => {
		const answer = await rig.post("/hosts/1/scan");
		expect([answer.status, answer.headers.get("location")]).toEqual([303, "/hosts/1"]);
		expect((await rig.get("/hosts/1")).text).toContain("waiting for its turn");
		expect((await rig.post("/hosts/2/scan", {}, { "hx-request": "true" })).status).toBe(204);
	});

	test("it is taken back by form, by htmx and by JSON; what is not there is told", async () => {
		const { id } = (await rig.send("POST", "/api/v1/hosts/1/scan")).json() as { id: number };
		expect((await rig.get("/hosts/1/drawer")).text).toContain("Cancel the scan<");
		expect((await rig.post("/hosts/1/scan/cancel")).headers.get("location")).toBe("/hosts/1");
		expect((await rig.get(`/api/v1/scans/${id}`)).json()).toMatchObject({ state: "cancelled" });
		expect((await rig.get("/hosts/1/drawer")).text).toContain("Scan ports<");
		const again = (await rig.send("POST", "/api/v1/hosts/1/scan")).json() as { id: number };
		expect(again.id).not.toBe(id);
		expect((await rig.send("POST", `/api/v1/scans/${again.id}/cancel`)).json()).toMatchObject({
			id: again.id,
			state: "cancelled",
		});
		expect((await rig.post("/hosts/2/scan/cancel", {}, { "hx-request": "true" })).status).toBe(204);
		expect((await rig.send("POST", "/api/v1/scans/99/cancel")).status).toBe(404);
		expect((await rig.post("/hosts/99/scan/cancel")).status).toBe(404);
	});

	test("a scan of several hosts says whom its end concerns", async () => {
		db().run(
			"INSERT INTO scan_run (id, subnet_id, trigger, state, requested_at, total) VALUES (5, 1, 'schedule', 'running', 1, 2)",
		);
		db().run("UPDATE host SET scan_run_id = 5");
		expect((await rig.get("/hosts/1/drawer")).text).toContain("Cancel the scan of this and 1 other host<");
		await rig.post("/hosts/1/scan/cancel");
		expect((await rig.get("/hosts/2/drawer")).text).toContain("Ending the scan…");
	});

	test("another site may not wish", async () => {
		const answer = await rig.post("/hosts/1/scan", {}, { origin: "https://evil.example" });
		expect(answer.status).toBe(403);
		expect((await rig.get("/api/v1/scans/1")).status).toBe(404);
	});
});

describe("the switch of a subnet", () => {
	test("by form and by JSON; the page says how often", async () => {
		expect((await rig.get("/subnets/1")).text).toContain("ports every 60 min");
		const answer = await rig.post("/subnets/1/scans", { enabled: "no" });
		expect([answer.status, answer.headers.get("location")]).toEqual([303, "/subnets/1/edit"]);
		expect((await rig.get("/api/v1/subnets/1")).json()).toMatchObject({ scan_enabled: false });
		expect((await rig.get("/subnets/1")).text).not.toContain("ports every");
		expect((await rig.get("/subnets/1/edit")).text).toContain("only when somebody asks");
		const json = await rig.send("PUT", "/api/v1/subnets/1/scans", { enabled: true });
		expect(json.json()).toEqual({ id: 1, scan_enabled: true } as never);
		expect((await rig.send("PUT", "/api/v1/subnets/1/scans", { enabled: 1 })).status).toBe(422);
		expect((await rig.send("PUT", "/api/v1/subnets/9/scans", { enabled: true })).status).toBe(404);
	});
});

describe("what is shown", () => {
	test("who scanned and when, ports, the new ones marked, hostile text as text", async () => {
		fill();
		for (const path of ["/hosts/1", "/hosts/1/drawer"]) {
			const { text } = await rig.get(path);
			expect(text).toMatch(/nmap <time [^>]*>24 m ago<\/time> · next in 36 m/);
			expect(text).toContain("OpenSSH 9.2");
			expect(text.match(/class="pill new"/g)).toHaveLength(1);
			expect(text).not.toContain("<script>alert");
			expect(text).toContain("&lt;script>alert(1)&lt;/script>");
			expect(text).toContain("\\x1b[31m");
			expect(text).toContain("Scan ports");
			expect(text).not.toContain("23/tcp");
		}
	});

	test("what did not answer the last scan is marked, with what comes next, until it answers", async () => {
		fill();
		const ssh = listOpenPorts(db(), 1).find((row) => row.port === 22)?.id ?? 0;
		doubtPort(db(), ssh, now());
		for (const path of ["/hosts/1", "/hosts/1/drawer"]) {
			const { text } = await rig.get(path);
			expect(text.match(/class="pill unheard">no answer</g)).toHaveLength(1);
			expect(text).toContain(
				"22/tcp did not answer when asked last. If it does not answer the next scan either",
			);
		}
		refreshPort(db(), ssh, { service: "ssh", product: "OpenSSH", version: "9.2", at: now() });
		expect((await rig.get("/hosts/1?edit=none")).text).not.toContain("did not answer when asked last");
	});

	test("why the last scan said nothing", async () => {
		fill();
		writeScanFailure(db(), 1, { problem: "nmap hung <b>", failures: 1, nextAt: now() });
		expect((await rig.get("/hosts/1")).text).toContain("nmap hung &lt;b>");
	});

	test("events of ports, one or many", async () => {
		const about = { at: now(), subnetId: 1, hostId: 1, ip: "10.0.0.1", label: "10.0.0.1" };
		const port = { port: 5_001, proto: "tcp", service: "https" };
		insertEvent(db(), { ...about, kind: "port_opened", detail: port });
		insertEvent(db(), {
			...about,
			kind: "port_closed",
			detail: { port: 53, proto: "udp", service: "domain" },
		});
		insertEvent(db(), {
			...about,
			kind: "port_changed",
			detail: { ...port, old: "a", new: `nginx ${EVIL}` },
		});
		insertEvent(db(), { ...about, kind: "port_opened", detail: { ports: 12 } });
		const { text } = await rig.get("/activity");
		const plain = text.replace(/<[^>]*>/g, "");
		for (const words of [
			"opened 5001/https",
			"closed 53/udp",
			"5001/https is now nginx",
			"opened 12 ports",
		]) {
			expect(plain).toContain(words);
		}
	});

	test("ports with their past by JSON", async () => {
		fill();
		const body = (await rig.get("/api/v1/hosts/1/ports")).json() as { items: { port: number }[] };
		expect(body).toMatchObject({ scanned_by: "nmap", scanning: null, scan_problem: null });
		expect(body.items).toMatchObject([
			{ port: 22, is_current: true, state: "open", product: "OpenSSH" },
			{ port: 5_001, is_current: true },
			{ port: 23, is_current: false, state: "closed", service: "telnet" },
		]);
	});
});

describe("lists", () => {
	const ips = async (query: string) =>
		((await rig.get(`/api/v1/hosts?${query}`)).json() as { items: { ip: string }[] }).items.map(
			({ ip }) => ip,
		);

	test("filter by service, search by port, service and product; closed ports find nobody", async () => {
		fill();
		expect(await ips("service=ssh")).toEqual(["10.0.0.1"]);
		expect(await ips("service=telnet")).toEqual([]);
		expect(await ips("q=openssh")).toEqual(["10.0.0.1"]);
		expect(await ips("q=ssh")).toEqual(["10.0.0.1"]);
		expect(await ips("q=5001")).toEqual(["10.0.0.1"]);
		expect(await ips("q=23")).toEqual([]);
		expect(await ips("q=500")).toEqual([]);
		expect(await ips("q=%25")).toEqual([]);
		const { text } = await rig.get("/subnets/1");
		expect(text).toContain("ssh");
	});
});

describe("the doctor", () => {
	const says = async () => (await rig.get("/doctor")).text.replace(/<[^>]*>/g, " ");

	test("nmap with path and version, or the built-in scan", async () => {
		expect(await says()).toMatch(/nmap \d[\d.]* at \/|built-in TCP scan of 100 ports is used/);
	});

	test("a failure with its reason; three in a row on the live light", async () => {
		const insert = () =>
			db()
				.query(
					"INSERT INTO scan_run (subnet_id, trigger, state, requested_at, finished_at, problem) VALUES (1, 'schedule', 'failed', ?, ?, 'it hung')",
				)
				.run(now(), now());
		insert();
		expect(await says()).toContain("The last one failed. it hung");
		expect((await rig.get("/healthz")).json()).toMatchObject({ status: "ok" });
		insert();
		insert();
		expect((await rig.get("/healthz")).json()).toMatchObject({ status: "limited", failing: ["Port scans"] });
		expect((await rig.get("/")).text).toContain("Port scans fail: it hung");
	});
});

test("settings that nmap must not be given stop the start", async () => {
	await expect(openRig({ NMAP_ARGS: "-sV --script x" })).rejects.toMatchObject({ field: "NMAP_ARGS" });
	await expect(openRig({ SCAN_TCP_PORTS: "22,http" })).rejects.toMatchObject({ field: "SCAN_TCP_PORTS" });
	await expect(openRig({ SCAN_NMAP_INTERVAL_MINUTES: "1" })).rejects.toMatchObject({ code: "invalid" });
});
