/** One message to one receiver: what is sent, what is made of the answer, and what is never connected to. */

import { afterEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { newSecret, signatureHeaders } from "../../src/events/signature.ts";
import { type PostOptions, post } from "../../src/events/webhooks.ts";
import { PATIENCE_MS } from "../helpers/patience.ts";
import { deadUrl, openReceivers } from "../helpers/receiver.ts";

const secret = newSecret(Math.random);
/** For those that never answer; for one that answers and then never ends. */
const SHORT = { timeoutMs: 400 };
const SHORT_YET_AMPLE = { timeoutMs: 3_000 };
const never = new AbortController().signal;
const receivers = openReceivers();
afterEach(() => receivers.stop());

function options(more: Partial<PostOptions> = {}): PostOptions {
	return {
		clock: systemClock,
		resolve: async () => ["127.0.0.1"],
		rules: { allowLoopback: true, ownPort: undefined, ownAddresses: [] },
		userAgent: "Rollcall/test",
		timeoutMs: PATIENCE_MS,
		answerBytes: 4_096,
		...more,
	};
}
const message = (url: string) => ({ url, uid: "msg_1", body: '{"type":"test"}', secret });
const send = (url: string, more: Partial<PostOptions> = {}) => post(message(url), options(more), never);

/** Says `head`, then a byte at a time for ever. */
const drip = (head: string) => (socket: Socket) => {
	socket.write(head);
	const timer = setInterval(() => socket.write("x"), 50);
	socket.on("close", () => clearInterval(timer));
};

describe("what is sent", () => {
	test("a POST of JSON with id, time, signature and who we are", async () => {
		const hook = receivers.serve(() => new Response("thanks"));
		expect(await send(`${hook.url}/a/b?token=x`)).toMatchObject({ status: 200, problem: undefined });
		const [got] = hook.received;
		expect(got?.path).toBe("/a/b?token=x");
		expect(got?.body).toBe('{"type":"test"}');
		const header = (name: string) => got?.headers.get(name) ?? "";
		expect(header("host")).toBe(`127.0.0.1:${hook.port}`);
		expect(header("content-type")).toBe("application/json");
		expect(header("user-agent")).toBe("Rollcall/test");
		expect(header("webhook-id")).toBe("msg_1");
		expect(Math.abs(Number(header("webhook-timestamp")) - Date.now() / 1_000)).toBeLessThan(300);
		// Checked by another implementation of HMAC than the one that signed.
		const key = Buffer.from(secret.slice("whsec_".length), "base64");
		const text = `msg_1.${header("webhook-timestamp")}.{"type":"test"}`;
		const expected = createHmac("sha256", key).update(text).digest("base64");
		expect(header("webhook-signature")).toBe(`v1,${expected}`);
	});

	test("the example of the Standard Webhooks specification", () => {
		const headers = signatureHeaders("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", {
			uid: "msg_p5jXN8AQM9LWM0D4loKWxJek",
			at: 1_614_265_330_000,
			body: '{"test": 2432232314}',
		});
		expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	});

	test("a secret is 32 bytes, each from its own number", () => {
		expect(Buffer.from(newSecret(() => 0.999_999).slice(6), "base64")).toEqual(Buffer.alloc(32, 255));
		expect(newSecret(Math.random)).not.toBe(newSecret(Math.random));
	});
});

describe("what is made of the answer", () => {
	test.each([
		[200, undefined],
		[204, undefined],
		[301, "It sent us elsewhere (301); that is not followed."],
		[400, "It answered 400."],
		[410, "The receiver is gone for good (410)."],
		[500, "It answered 500."],
	])("%d: %s", async (status, problem) => {
		const hook = receivers.serve(
			() => new Response(status === 204 ? null : "<script>alert(1)</script>", { status }),
		);
		expect(await send(hook.url)).toMatchObject({ status, problem });
	});

	test.each([301, 302, 303, 307, 308])("%d to somewhere else is not followed", async (status) => {
		const other = receivers.serve(() => new Response("here"));
		const hook = receivers.serve(
			() => new Response(null, { status, headers: { location: `${other.url}/x` } }),
		);
		const answer = await send(hook.url);
		expect(answer).toMatchObject({ status });
		expect(answer.problem).toContain("not followed");
		expect(other.received).toEqual([]);
	});

	test("nor to a file", async () => {
		const hook = receivers.serve(
			() => new Response(null, { status: 302, headers: { location: "file:///etc/hostname" } }),
		);
		expect((await send(hook.url)).problem).toContain("not followed");
	});

	test("retry-after in seconds is heard", async () => {
		const hook = receivers.serve(
			() => new Response(null, { status: 429, headers: { "retry-after": "120" } }),
		);
		expect(await send(hook.url)).toMatchObject({ problem: "It answered 429.", retryAfterS: 120 });
	});
});

describe("receivers that misbehave", () => {
	test("nobody listens", async () => {
		expect(await send(await deadUrl())).toMatchObject({
			status: undefined,
			problem: "It refused the connection.",
		});
	});

	test("one that takes the message and never answers is left after the time-out", async () => {
		const hook = await receivers.raw(() => {});
		const answer = await send(hook.url, SHORT);
		expect(answer.problem).toBe("No answer within 0.4 s.");
		expect(answer.answerMs).toBeWithin(380, PATIENCE_MS);
	});

	test("one that sends its header a byte at a time", async () => {
		const hook = await receivers.raw(drip("HTTP/1.1 200 OK\r\nX-Slow: "));
		expect((await send(hook.url, SHORT)).problem).toBe("No answer within 0.4 s.");
	});

	test("one that said 200 and then sends its body a byte at a time has said 200", async () => {
		const hook = await receivers.raw(drip("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"));
		expect(await send(hook.url, SHORT_YET_AMPLE)).toMatchObject({ status: 200, problem: undefined });
	});

	test("a body of 10 GB is cut off", async () => {
		let sent = 0;
		const block = Buffer.alloc(1 << 20, 120);
		const hook = await receivers.raw((socket) => {
			socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n");
			const push = () => {
				while (!socket.destroyed && sent < 10_240) {
					sent += 1;
					if (!socket.write(block)) return void socket.once("drain", push);
				}
			};
			push();
		});
		const before = process.memoryUsage().rss;
		expect(await send(hook.url)).toMatchObject({ status: 200, problem: undefined });
		expect(sent).toBeLessThan(200);
		expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
	});

	test.each([
		["no HTTP at all", "SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"],
		["headers without end", `HTTP/1.1 200 OK\r\n${`X-A: ${"y".repeat(60_000)}\r\n`.repeat(40)}`, "not HTTP"],
		["a connection closed at once", "", "without an answer"],
	])("%s", async (_, text, says) => {
		const hook = await receivers.raw((socket) => socket.end(text));
		expect((await send(hook.url)).problem).toContain(says);
	});

	test("what it says is nowhere in what we keep", async () => {
		const hook = receivers.serve(
			() => new Response("SECRET-OF-THE-RECEIVER", { status: 500, statusText: "SECRET-TOO" }),
		);
		expect(JSON.stringify(await send(hook.url))).not.toContain("SECRET");
	});
});

describe("where it connects to", () => {
	const strict = { allowLoopback: false, ownPort: undefined, ownAddresses: [] };
	const listening = () => receivers.raw((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"));

	test("the name is resolved once, and the connection goes to what was judged", async () => {
		const hook = receivers.serve(() => new Response());
		const asked: string[] = [];
		const resolve = async (name: string) => {
			asked.push(name);
			return ["127.0.0.1"];
		};
		const answer = await send(`http://hook.example:${hook.port}/x`, { resolve });
		expect(answer.status).toBe(200);
		expect(asked).toEqual(["hook.example"]);
		expect(hook.received[0]?.headers.get("host")).toBe(`hook.example:${hook.port}`);
	});

	test.each([
		["loopback", ["127.0.0.1"]],
		["loopback behind a good one", ["93.184.216.34", "127.0.0.1"]],
		["loopback of the other family", ["93.184.216.34", "::1"]],
		["metadata", ["169.254.169.254"]],
		["mapped", ["::ffff:127.0.0.1"]],
	])("a name that resolves to %s is not connected to", async (_, addresses) => {
		const hook = await listening();
		const resolve = async () => addresses;
		const answer = await send(`http://hook.example:${hook.port}/`, { rules: strict, resolve });
		expect(answer.status).toBeUndefined();
		expect(answer.problem?.length).toBeGreaterThan(10);
		expect(hook.connections()).toBe(0);
	});

	test.each(["http://127.0.0.1:PORT/", "http://2130706433:PORT/", "http://[::ffff:127.0.0.1]:PORT/"])(
		"%s stored under an older configuration is refused at delivery",
		async (url) => {
			const hook = await listening();
			await send(url.replace("PORT", String(hook.port)), { rules: strict });
			expect(hook.connections()).toBe(0);
		},
	);

	test("our own port is refused even where loopback is allowed", async () => {
		const hook = await listening();
		const rules = { allowLoopback: true, ownPort: hook.port, ownAddresses: [] };
		expect((await send(hook.url, { rules })).problem).toBe("This is Rollcall itself.");
		expect(hook.connections()).toBe(0);
	});

	test("a name that does not resolve, one whose resolver hangs, one without an address", async () => {
		const failing = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
		const told = async (resolve: PostOptions["resolve"], more = {}) =>
			(await send("http://name.example/", { resolve, ...more })).problem;
		expect(await told(failing)).toBe("Its name could not be resolved.");
		expect(await told(() => new Promise<string[]>(() => {}), SHORT)).toBe("No answer within 0.4 s.");
		expect(await told(async () => [])).toBe("This name has no address.");
	});

	test.each(["file:///etc/hostname", "ftp://127.0.0.1/", "not a url"])("%s is not fetched", async (url) => {
		const answer = await send(url);
		expect(answer.status).toBeUndefined();
		expect(answer.problem?.length).toBeGreaterThan(10);
	});

	test("the certificate must be for the name, though the connection goes to an address", async () => {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-tls-"));
		receivers.also(() => rmSync(folder, { recursive: true, force: true }));
		const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
		const made = Bun.spawnSync(
			[
				"openssl",
				"req",
				"-x509",
				"-newkey",
				"ec",
				"-pkeyopt",
				"ec_paramgen_curve:prime256v1",
				"-nodes",
			].concat(
				["-keyout", keyFile, "-out", certFile, "-days", "2", "-subj", "/CN=hook.example"],
				["-addext", "subjectAltName=DNS:hook.example"],
			),
		);
		expect(made.exitCode).toBe(0);
		const [key, cert] = [readFileSync(keyFile, "utf8"), readFileSync(certFile, "utf8")];
		const hook = receivers.serve(() => new Response(), { key, cert });
		const ask = (name: string, ca?: string) =>
			send(`https://${name}:${hook.port}/`, ca === undefined ? {} : { ca });
		expect(await ask("hook.example", cert)).toMatchObject({ status: 200 });
		const untrusted = "Its certificate is not trusted, or not for this name.";
		expect((await ask("other.example", cert)).problem).toBe(untrusted);
		expect((await ask("hook.example")).problem).toBe(untrusted);
		expect((await ask("127.0.0.1", cert)).problem).toBe(untrusted);
		expect(hook.received).toHaveLength(1);
	});
});
