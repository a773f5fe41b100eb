/** /metrics as Prometheus reads it: the format, the names, and figures that are those of the database. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { openRig, type Rig } from "../helpers/app.ts";
import { signedAs, signIn } from "../helpers/signed.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
	await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.5" });
});
afterEach(() => rig.close());

const scrape = async () => (await rig.get("/metrics")).text;
const figure = (text: string, sample: string) => {
	const line = text.split("\n").find((one) => one.startsWith(`${sample} `));
	return line === undefined ? undefined : Number(line.slice(sample.length + 1));
};

/** A sweep that ended, and who answered it. */
function sweep(latenciesUs: number[]): void {
	const { db, bus } = rig.app.context;
	db.query("DELETE FROM host").run();
	latenciesUs.forEach((us, n) => {
		db.query(
			`INSERT INTO host (ip, ip_key, subnet_id, status, status_order, last_seen_at, latency_us, created_at, updated_at)
			VALUES (?, ?, 1, 'up', 0, 2000, ?, 1, 1)`,
		).run(`10.0.0.${n + 1}`, new Uint8Array([n]), us);
	});
	const { id } = db
		.query<{ id: number }, [number]>(
			`INSERT INTO sweep_run (subnet_id, trigger, state, requested_at, started_at, finished_at, total, done, replies)
			VALUES (1, 'schedule', 'done', 1000, 1000, 3500, 254, 254, ?) RETURNING id`,
		)
		.get(latenciesUs.length) ?? { id: 0 };
	const progress = { runId: id, subnetId: 1, done: 254, total: 254, state: "done" } as const;
	bus.publish({ kind: "progress", progress });
}

describe("the format", () => {
	/** Text format 0.0.4. */
	const SAMPLE = /^([a-z0-9_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*)\})? (-?[0-9.e+-]+|NaN|\+Inf)$/;

	test("every sample belongs to a metric with help and type; names follow the conventions", async () => {
		await scrape();
		sweep([400]);
		const answer = await rig.get("/metrics");
		expect(answer.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
		const types = new Map<string, string>();
		const seen = new Set<string>();
		for (const line of answer.text.trim().split("\n").filter(Boolean)) {
			const [, what, name = "", rest = ""] = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line) ?? [];
			if (what === "TYPE") types.set(name, rest);
			if (what !== undefined) continue;
			const [, sample = ""] = SAMPLE.exec(line) ?? [];
			expect(line).toMatch(SAMPLE);
			expect(line).not.toContain("quantile=");
			const base = types.has(sample) ? sample : sample.replace(/_(bucket|sum|count)$/, "");
			expect(types.has(base)).toBe(true);
			expect(seen.has(line.replace(/ \S+$/, ""))).toBe(false);
			seen.add(line.replace(/ \S+$/, ""));
			expect(base).toMatch(/^(rollcall|process)_[a-z0-9_]+$/);
			expect(base).not.toMatch(/_(ms|millis|us|kb|mb)$/);
			expect(base.endsWith("_total")).toBe(types.get(base) === "counter");
		}
		expect(types.size).toBeGreaterThan(15);
	});
});

const promtool = Bun.which("promtool");
test.skipIf(promtool === null)(
	`promtool finds nothing${promtool === null ? ": skipped, promtool is missing" : ""}`,
	async () => {
		await scrape();
		sweep([400]);
		const child = Bun.spawnSync([promtool ?? "", "check", "metrics"], { stdin: Buffer.from(await scrape()) });
		expect(`${child.stdout}${child.stderr}`).toBe("");
		expect(child.exitCode).toBe(0);
	},
);

describe("the figures", () => {
	test("hosts by subnet and status, and what was ever done", async () => {
		const text = await scrape();
		expect(figure(text, 'rollcall_hosts{subnet="10.0.0.0/24",status="unknown"}')).toBe(1);
		expect(figure(text, 'rollcall_hosts{subnet="10.0.0.0/24",status="up"}')).toBe(0);
		expect(figure(text, "rollcall_events_total")).toBeGreaterThanOrEqual(2);
		expect(figure(text, "process_resident_memory_bytes")).toBeGreaterThan(1e7);
		expect(figure(text, "rollcall_database_size_bytes")).toBeGreaterThan(1e4);
		await rig.send("DELETE", "/api/v1/subnets/1");
		expect(await scrape()).not.toContain('subnet="10.0.0.0/24"');
	});

	test("sweeps: asked, unanswered, how long, latencies in cumulative buckets", async () => {
		await scrape();
		sweep([200, 400, 30_000]);
		sweep([400]);
		const text = await scrape();
		expect(figure(text, "rollcall_probes_total")).toBe(508);
		expect(figure(text, "rollcall_probes_unanswered_total")).toBe(504);
		expect(figure(text, 'rollcall_sweep_duration_seconds{subnet="10.0.0.0/24"}')).toBe(2.5);
		const bucket = (le: string) => figure(text, `rollcall_reply_latency_seconds_bucket{le="${le}"}`);
		expect([bucket("0.00025"), bucket("0.0005"), bucket("0.025"), bucket("0.05"), bucket("+Inf")]).toEqual([
			1, 3, 3, 4, 4,
		]);
		expect(figure(text, "rollcall_reply_latency_seconds_count")).toBe(4);
		expect(figure(text, "rollcall_reply_latency_seconds_sum")).toBeCloseTo(0.031);
	});
});

test("needs a session or a token", async () => {
	expect((await rig.get("/metrics", { cookie: "" })).status).toBe(401);
	signIn(rig.app.context.db, "viewer");
	expect((await rig.get("/metrics", signedAs("viewer"))).status).toBe(200);
});
