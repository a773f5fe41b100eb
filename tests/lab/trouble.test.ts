/**
 * Trouble of our own, injected while the real program serves: each is a line of the doctor with its command and the
 * sentence of the light, /healthz says so, it goes when the cause goes, and no host is ever called down for it.
 */

import { Database } from "bun:sqlite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	configure,
	FAR,
	knowsFar,
	knowsNear,
	type Lab,
	labProblem,
	NEAR,
	nft,
	openLab,
} from "../helpers/netns.ts";
import { elapse, PATIENCE_MS, soon, until } from "../helpers/patience.ts";
import { PROOF, type Rollcall, startRollcall, URL_NEAR } from "../helpers/rollcall.ts";

const problem = labProblem("curl", "nmap", "nft");
const CIDR = "10.128.0.0/28";
const HOSTS = 12;
/** The program looks at its own network once a minute. */
const LONG_MS = 2 * PATIENCE_MS;

type Line = { name: string; state: string; says: string; mend: string | null };

let lab: Lab;
let rollcall: Rollcall;
const folder = mkdtempSync(join(tmpdir(), "rollcall-trouble-"));
const path = join(folder, "ipam.db");
const broken = join(folder, "broken");

const lines = () => rollcall.get<{ checks: Line[] }>("/api/v1/doctor").checks;
const line = (name: string) => lines().find((check) => check.name === name);
const health = () => rollcall.get<{ status: string; failing: string[] }>("/healthz");
const statuses = () => {
	const { items } = rollcall.get<{ items: { ip: string; status: string }[] }>("/api/v1/hosts?limit=100");
	return items.map(({ status }) => status);
};
const downs = () => {
	const { items } = rollcall.get<{ items: { kind: string }[] }>("/api/v1/events?limit=500");
	return items.filter(({ kind }) => /^(host|subnet)_down$/.test(kind));
};

const comes = <T>(what: string, look: () => T | undefined | false) =>
	until(look, () => `${what}\n${JSON.stringify(lines(), null, 1)}`, LONG_MS);

/** Waits until the line fails, and looks at everything that shows it. `aside`: sweeps go on, the light is amber. */
async function told(
	name: string,
	says: RegExp,
	mend: string | RegExp,
	light: RegExp,
	aside = false,
): Promise<void> {
	const found = await comes(`${name} ${says}`, () => {
		const now = line(name);
		return now?.state === "bad" && says.test(now.says) && now;
	});
	expect(found.mend ?? "").toMatch(mend);
	const page = (at: string) => lab.inNear(["curl", "-s", "-m", "60", ...PROOF, `${URL_NEAR}${at}`]).out;
	await soon(() => {
		expect(health().status).toBe(aside ? "limited" : "degraded");
		expect(health().failing).toContain(name);
		const shown = aside ? /data-limited="([^"]*)"/ : /data-problem="([^"]*)"/;
		expect(shown.exec(page("/"))?.[1] ?? "").toMatch(light);
		expect(page("/doctor")).toContain(">Fails<");
	});
}

const well = (name: string) => comes(`${name} well again`, () => line(name)?.state === "ok");
const ROUTE = `route replace ${CIDR} via ${FAR}`;

describe.skipIf(problem !== undefined)(`own trouble${problem === undefined ? "" : ` (${problem})`}`, () => {
	beforeAll(async () => {
		lab = openLab(60);
		configure(lab, {
			near: [ROUTE],
			far: [
				`route add blackhole ${CIDR}`,
				...Array.from({ length: HOSTS }, (_, i) => `route add local 10.128.0.${i + 1}/32 dev lo`),
			],
		});
		const nmap = join(folder, "nmap");
		writeFileSync(
			nmap,
			`#!/bin/sh\n[ -e ${broken} ] && { echo "cannot open shared object file" >&2; exit 127; }\nexec /usr/bin/nmap "$@"\n`,
		);
		chmodSync(nmap, 0o755);
		rollcall = await startRollcall(lab, {
			DATABASE_URL: path,
			PATH: `${folder}:${process.env.PATH}`,
			SCAN_ICMP_INTERVAL_SECONDS: "10",
			SCAN_NMAP_INTERVAL_MINUTES: "0",
			NMAP_ARGS: "-Pn -T4 -p 22 -sT",
			PTR_SERVER: FAR,
		});
		rollcall.send("POST", "/api/v1/subnets", { cidr: CIDR });
		await comes("hosts", () => statuses().filter((status) => status === "up").length === HOSTS);
	});
	afterAll(async () => {
		await rollcall?.close();
		lab?.close();
		rmSync(folder, { recursive: true, force: true });
	});
	afterEach(() => {
		expect(statuses()).not.toContain("down");
		expect(downs()).toEqual([]);
	});

	test("a name server that does not answer", async () => {
		await told(
			"Name server",
			/10\.99\.0\.2, from PTR_SERVER/,
			`dig -x 127.0.0.1 @${FAR}`,
			/name server does not answer/,
			true,
		);
	});

	test("the interface is switched off, then its far end: our own network, with the command; back when it is back", async () => {
		configure(lab, { near: ["link set veth0 down"] });
		await told(
			"Own network",
			/Lost|both a link and an address/,
			"sudo ip link set dev veth0 up",
			/network|interface/i,
		);
		await soon(() =>
			expect(line("Routes")).toMatchObject({
				state: "bad",
				says: expect.stringContaining(`${CIDR}: no route`),
			}),
		);
		await comes("a sweep that fails", () => line("Sweeps")?.state === "bad");
		configure(lab, { near: ["link set veth0 up", knowsFar(), ROUTE] });
		await well("Own network");
		await well("Sweeps");
		configure(lab, { far: ["link set veth0 down"] });
		await told("Routes", /veth0 has no link/, "ip -br link show veth0", /network|interface|link/i);
		// Long enough for a sweep and its confirmations: those who fell silent are unknown.
		await comes("the outage", () => /^Lost/.test(line("Own network")?.says ?? ""));
		await soon(() => expect(new Set(statuses())).toEqual(new Set(["unknown"])));
		configure(lab, { far: ["link set veth0 up"] });
		await well("Own network");
		await comes("all up again", () => statuses().every((status) => status === "up"));
	});

	test("the link is gone for a second, in the middle of a sweep and between two: nobody is down, nothing stays wrong", async () => {
		for (const during of [true, false]) {
			if (during) rollcall.send("POST", "/api/v1/subnets/1/sweep");
			configure(lab, { far: ["link set veth0 down"] });
			await elapse(1_000);
			configure(lab, { far: ["link set veth0 up", knowsNear(NEAR)] });
			rollcall.send("POST", "/api/v1/subnets/1/sweep");
			await comes("all up", () => statuses().every((status) => status === "up"));
		}
		await well("Sweeps");
		await well("Own network");
	});

	test("killed while the router is dead, the link up: whoever starts then calls nobody down, sweep after sweep; and back", async () => {
		configure(lab, { near: [`route replace default via ${FAR}`] });
		const sweep = async () => {
			const run = rollcall.send<{ id: number }>("POST", "/api/v1/subnets/1/sweep");
			const end = () => rollcall.get<{ state: string }>(`/api/v1/runs/${run.id}`).state;
			await comes("the end of a sweep", () => /^(done|failed)$/.test(end()));
		};
		// It looks at its ways out when it starts, and writes down what answered.
		await rollcall.stop("SIGTERM");
		await rollcall.start();
		const db = new Database(path, { readonly: true });
		const kept = () =>
			db.query("SELECT value FROM setting WHERE key = 'ways_out'").get() as { value: string } | null;
		await comes("the router was seen", () => kept()?.value.includes(`"${FAR}"`));
		db.close();
		nft(lab, "far", "table ip dead {\nchain in {\ntype filter hook input priority 0\ndrop\n}\n}");
		try {
			await rollcall.stop("SIGKILL");
			await rollcall.start();
			for (let n = 0; n < 3; n++) await sweep();
			await comes("all unknown", () => statuses().every((status) => status === "unknown"));
			expect(line("Own network")?.says).toMatch(new RegExp(`^Lost.*${FAR}`));
		} finally {
			nft(lab, "far", "");
		}
		await comes("all up again", () => statuses().every((status) => status === "up"));
		await well("Own network");
	});

	test("another program holds the database: nothing is recorded, nothing is lost", async () => {
		const other = new Database(path);
		other.run("PRAGMA busy_timeout = 5000");
		other.run("BEGIN IMMEDIATE");
		try {
			await told("Database", /ipam\.db: /, `fuser -v ${path}`, /holds the database/);
		} finally {
			other.run("ROLLBACK");
			other.close();
		}
		await well("Database");
		await well("Sweeps");
	});

	test("nmap is replaced by one that does not start: three failures turn the light red; mended, it is well", async () => {
		writeFileSync(broken, "");
		const scan = async (id: number) => {
			const run = rollcall.send<{ id: number }>("POST", `/api/v1/hosts/${id}/scan`);
			await comes("its end", () => {
				const { state } = rollcall.get<{ state: string }>(`/api/v1/scans/${run.id}`);
				return state === "failed" || state === "done";
			});
		};
		for (const id of [1, 2, 3]) await scan(id);
		await told(
			"Port scans",
			/nmap ended with code 127: cannot open shared object/,
			"nmap",
			/Port scans fail: nmap/,
			true,
		);
		rmSync(broken);
		await scan(4);
		await well("Port scans");
	});

	test("a firewall of our own forbids echoes: the sweep fails with the reason", async () => {
		nft(
			lab,
			"near",
			"table ip own {\nchain out {\ntype filter hook output priority 0\nip protocol icmp drop\n}\n}",
		);
		try {
			await told("Sweeps", /10\.128\.0\.0\/28: .*firewall/, "", /firewall/);
		} finally {
			nft(lab, "near", "");
		}
		await well("Sweeps");
	});
});
