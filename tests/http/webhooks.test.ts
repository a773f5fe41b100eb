/** Webhooks over HTTP: pages and JSON, what they refuse, the secret that is told once, and the whole way to a receiver. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settleDelivery } from "../../src/store/deliveries.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { freePort, untilAnswers } from "../helpers/binary.ts";
import { until } from "../helpers/patience.ts";
import { receiver } from "../helpers/receiver.ts";
import { SIGNED, signInFile } from "../helpers/signed.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24", name: "Office" });
});
afterEach(() => rig.close());

const API = "/api/v1/webhooks";
const URL = "http://10.0.0.9/hook";
type Made = { id: number; secret: string; version: number };
const make = async (more: object = {}) => (await rig.send("POST", API, { url: URL, ...more })).json() as Made;

describe("by JSON", () => {
	test("add, read, change, test, list deliveries, delete", async () => {
		const made = await rig.send("POST", API, { url: URL, topics: ["down", "up"], subnet_id: 1, tag: "nas" });
		expect(made.status).toBe(201);
		expect(made.headers.get("location")).toBe(`${API}/1`);
		expect(made.json()).toMatchObject({
			id: 1,
			name: "10.0.0.9",
			url: URL,
			topics: ["up", "down"],
			subnet_id: 1,
			tag: "nas",
			enabled: true,
			problem: null,
		});
		expect((made.json() as Made).secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
		expect((await rig.get(`${API}/1`)).headers.get("etag")).toStartWith('"1-');
		const changed = await rig.send("PATCH", `${API}/1`, { subnet_id: null, name: "Chat", topics: [] });
		expect(changed.json()).toMatchObject({
			subnet_id: null,
			name: "Chat",
			topics: [],
			tag: "nas",
			version: 2,
		});
		const asked = await rig.send("POST", `${API}/1/test`);
		expect(asked.status).toBe(202);
		expect(asked.json()).toMatchObject({ topic: "test", state: "waiting", attempts: 0, status: null });
		await rig.send("POST", `${API}/1/test`);
		const page = (await rig.get(`${API}/1/deliveries?limit=1`)).json() as {
			items: object[];
			next_cursor: string;
		};
		expect(page).toMatchObject({ items: [{ id: 2 }] });
		expect(page.next_cursor).toBeString();
		expect((await rig.get(`${API}/1/deliveries?cursor=${page.next_cursor}`)).json()).toMatchObject({
			items: [{ id: 1 }],
			next_cursor: null,
		});
		expect((await rig.send("DELETE", `${API}/1`)).text).toBe('{"deleted":1}');
		expect((await rig.get(`${API}/1/deliveries`)).status).toBe(404);
	});

	test("the secret is told once, and by no other answer", async () => {
		const { secret } = await make();
		const later = [`${API}`, `${API}/1`, `${API}/1/deliveries`, "/settings/webhooks", "/settings/webhooks/1"];
		for (const path of later) expect((await rig.get(path)).text).not.toContain(secret.slice(6));
		expect((await rig.send("PATCH", `${API}/1`, { name: "x" })).text).not.toContain(secret.slice(6));
	});

	test.each([
		[{ url: "file:///etc/passwd" }, "url"],
		[{ url: "http://127.0.0.1:9/" }, "url"],
		[{ url: "http://localhost/" }, "url"],
		[{ url: "http://[::ffff:7f00:1]/" }, "url"],
		[{ url: "http://169.254.169.254/" }, "url"],
		[{ url: "http://user:pw@evil.example/" }, "url"],
		[{ url: "http://a.example:6379/" }, "url"],
		[{ url: "http://a".repeat(32_768) }, "url"],
		[{ url: 5 }, "url"],
		[{}, "url"],
		[{ url: URL, topics: ["everything"] }, "topics"],
		[{ url: URL, topics: "up" }, "topics"],
		[{ url: URL, subnet_id: 99 }, "subnet_id"],
		[{ url: URL, subnet_id: "1" }, "subnet_id"],
		[{ url: URL, name: "x".repeat(101) }, "name"],
		[{ url: URL, tag: "a\u202eb" }, "tag"],
		[{ url: URL, method: "PUT" }, "method"],
		[{ url: URL, headers: { Host: "x" } }, "headers"],
		[{ url: URL, secret: "mine" }, "secret"],
	])("%j is refused", async (body, field) => {
		const refused = await rig.send("POST", API, body);
		expect(refused.status).toBe(422);
		expect(refused.json()).toMatchObject({ code: "invalid", field });
		expect(refused.text).not.toContain("user:pw");
		expect((await rig.get(API)).json()).toMatchObject({ items: [] });
	});

	test("an old version is a conflict; one that is off takes no test", async () => {
		await make();
		await rig.send("PATCH", `${API}/1`, { enabled: false });
		expect((await rig.send("PATCH", `${API}/1`, { name: "b" }, { "if-match": '"1"' })).status).toBe(412);
		expect((await rig.send("POST", `${API}/1/test`)).status).toBe(409);
		expect((await rig.send("POST", `${API}/1/deliveries/1/again`)).status).toBe(409);
		await rig.send("PATCH", `${API}/1`, { enabled: true });
		expect((await rig.send("POST", `${API}/1/deliveries/1/again`)).status).toBe(404);
		expect((await rig.send("POST", `${API}/7/test`)).status).toBe(404);
	});

	test("there are at most fifty", async () => {
		for (let n = 0; n < 50; n++) expect((await rig.send("POST", API, { url: URL })).status).toBe(201);
		expect((await rig.send("POST", API, { url: URL })).status).toBe(409);
	});
});

describe("by pages", () => {
	const form = { url: URL, name: "Chat <b>", topic_down: "on", subnet_id: "1", tag: "", enabled: "on" };

	test("add, see the secret, change, test, send again, delete", async () => {
		expect((await rig.get("/settings")).text).toContain('href="/settings/webhooks"');
		const added = await rig.post("/settings/webhooks", form);
		expect(added.status).toBe(200);
		expect(added.text).toMatch(/whsec_[A-Za-z0-9+/]{43}=/);
		expect(added.headers.get("cache-control")).toBe("no-store");
		const list = await rig.get("/settings/webhooks");
		expect(list.text).toContain("Chat &lt;b>");
		const page = await rig.get("/settings/webhooks/1");
		expect(page.text).toMatch(/name="topic_down"[^>]* checked/);
		expect(page.text).not.toMatch(/name="topic_up"[^>]* checked/);
		expect(page.text).toMatch(/<option value="1" selected/);
		const saved = await rig.post("/settings/webhooks/1", { ...form, name: "Night", version: "1" });
		expect(saved.headers.get("location")).toBe("/settings/webhooks/1");
		expect((await rig.post("/settings/webhooks/1/test")).status).toBe(303);
		// It goes now: the open page looks again until the answer is there.
		expect((await rig.get("/settings/webhooks/1")).text).toContain("data-underway");
		const answer = {
			status: 500,
			answerMs: 34,
			problem: "It answered 500.",
			at: 1,
			nextAt: undefined,
			counts: true,
		};
		settleDelivery(rig.app.context.db, 1, { ...answer, state: "dead" });
		const told = (await rig.get("/settings/webhooks/1")).text;
		expect(told).toContain("Given up");
		expect(told).not.toContain("data-underway");
		expect(told).toContain("It answered 500 · after 34 ms");
		// It failed, and would be tried again in ten hours: whoever mended the receiver need not wait.
		const { db } = rig.app.context;
		db.run("UPDATE webhook_delivery SET state = 'waiting', attempts = 6, next_at = 9e15 WHERE id = 1");
		const waits = (await rig.get("/settings/webhooks/1")).text;
		expect(waits).toContain("Send now");
		expect(waits).not.toContain("data-underway");
		expect((await rig.post("/settings/webhooks/1/deliveries/1/again")).status).toBe(303);
		expect(
			db.query("SELECT attempts, next_at < 9e15 AS soon FROM webhook_delivery WHERE id = 1").get(),
		).toEqual({
			attempts: 0,
			soon: 1,
		});
		expect((await rig.get("/settings/webhooks/1")).text).toContain("Waiting");
		expect((await rig.post("/settings/webhooks/1/delete")).headers.get("location")).toBe(
			"/settings/webhooks",
		);
		expect((await rig.get("/settings/webhooks/1")).status).toBe(404);
	});

	test("what is wrong is told at its field, and nothing typed is lost", async () => {
		const refused = await rig.post("/settings/webhooks", { ...form, url: "http://127.0.0.1/", tag: "nas" });
		expect(refused.status).toBe(422);
		expect(refused.text).toContain("WEBHOOK_ALLOW_LOOPBACK");
		expect(refused.text).toContain('value="http://127.0.0.1/"');
		expect(refused.text).toContain('value="nas"');
		expect(refused.text).toMatch(/name="topic_down"[^>]* checked/);
		await rig.post("/settings/webhooks", form);
		expect((await rig.post("/settings/webhooks/1", { ...form, version: "9" })).status).toBe(409);
	});
});

describe("the whole program", () => {
	test("a test message goes from the API to a receiver within seconds; its own port is refused", async () => {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-hook-"));
		const hook = receiver(() => new Response("ok"));
		const main = join(import.meta.dir, "../../src/main.ts");
		const port = await freePort();
		const child = Bun.spawn([process.execPath, main, "serve", "--port", String(port)], {
			cwd: join(import.meta.dir, "../.."),
			env: { ...process.env, DATABASE_URL: join(folder, "a.db"), WEBHOOK_ALLOW_LOOPBACK: "true" },
			stdout: "ignore",
			stderr: "ignore",
		});
		try {
			const base = `http://127.0.0.1:${port}`;
			await untilAnswers(`${base}/healthz`);
			signInFile(join(folder, "a.db"));
			const ask = (path: string, body: object) =>
				fetch(`${base}${API}${path}`, {
					method: "POST",
					headers: { ...SIGNED, "content-type": "application/json" },
					body: JSON.stringify(body),
				});
			expect((await ask("", { url: `${base}/x` })).status).toBe(422);
			expect((await ask("", { url: hook.url })).status).toBe(201);
			expect((await fetch(`${base}${API}/1/test`, { method: "POST", headers: SIGNED })).status).toBe(202);
			await until(() => hook.received.length > 0, "a message");
			expect(hook.received[0]?.headers.get("user-agent")).toMatch(/^Rollcall\/\d/);
			await until(async () => {
				const page = (await (await fetch(`${base}${API}/1/deliveries`, { headers: SIGNED })).json()) as {
					items: { state: string }[];
				};
				return page.items[0]?.state === "delivered";
			}, "it is delivered");
		} finally {
			child.kill("SIGTERM");
			await child.exited;
			hook.stop();
			rmSync(folder, { recursive: true, force: true });
		}
	});
});
