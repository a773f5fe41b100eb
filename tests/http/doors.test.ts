/** What else may arrive at a door, of the catalogue (4.5, 4.7 to 4.9): none of it opens anything, breaks anything, or takes long. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { ROLES } from "../../src/model/user.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { type LiveApp, openLiveApp } from "../helpers/live-app.ts";
import { quickly } from "../helpers/quick.ts";
import { SILENCE_MS, say } from "../helpers/saying.ts";
import { SIGNED, signedAs, signIn } from "../helpers/signed.ts";

const LEAKS = /\n\s+at \w|\.tsx?:\d|node_modules|TypeError|SQLITE|root:x:0/;

describe("by hand", () => {
	let live: LiveApp;
	let port: number;
	beforeAll(async () => {
		live = await openLiveApp();
		port = Number(new URL(live.url).port);
	});
	afterAll(() => live.close());

	test.each([
		"evil.example",
		"",
		"[",
		"[::1",
		"[::1]x",
		"a b",
		"a\tb",
		"%",
		"%6cocalhost",
		"localhost@evil.example",
		"localhost/../evil",
		"localhost#evil",
		"localhost:",
		"localhost:0",
		"localhost:99999",
		"localhost:8o",
		"127.0.0.1.nip.io",
		"lo\x00calhost",
		"\xff\xfe",
		"x".repeat(2_000),
	])("the host %j is not ours: refused, and no fault of ours", async (host) => {
		for (const path of ["/", "/api/v1/hosts", "/login", "/healthz", "/live"]) {
			const head = `host: ${host}\r\nconnection: close\r\n`;
			const { status, body } = await say(port, `GET ${path} HTTP/1.1\r\n${head}\r\n`, SILENCE_MS);
			expect([path, [0, 400, 421].includes(status) || (host === "localhost:" && status < 500)]).toEqual([
				path,
				true,
			]);
			expect(LEAKS.exec(body)?.[0]).toBeUndefined();
		}
	});

	test.each([
		"http://evil.example/",
		"http://evil.example:80/api/v1/hosts",
		"https://x@localhost/",
		"http://[/",
	])("%s as an absolute address opens nothing", async (target) => {
		// Bun tells nobody what the request line says besides the path: the Host header is what is judged.
		const head = `host: 127.0.0.1:${port}\r\nconnection: close\r\n`;
		const { status, body } = await say(port, `GET ${target} HTTP/1.1\r\n${head}\r\n`, SILENCE_MS);
		expect([0, 303, 400, 401, 404, 421]).toContain(status);
		expect(body).not.toContain('"items"');
		const { status: other } = await say(
			port,
			`GET ${target} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n`,
			SILENCE_MS,
		);
		expect([0, 400, 421]).toContain(other);
	});

	test("chunks without an end hold nobody else up", async () => {
		const head = `host: 127.0.0.1:${port}\r\ncookie: ${SIGNED.cookie}\r\nx-csrf-token: ${SIGNED["x-csrf-token"]}\r\n`;
		const sockets = Array.from({ length: 20 }, () => {
			const socket = connect(port, "127.0.0.1");
			socket.on("error", () => {});
			socket.write(
				`POST /subnets HTTP/1.1\r\n${head}content-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n5\r\ncidr=\r\n`,
			);
			return socket;
		});
		const { status } = await say(
			port,
			`GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n\r\n`,
		);
		expect(status).toBe(200);
		for (const socket of sockets) socket.destroy();
		expect(live.app.context.db.query("SELECT count(*) AS n FROM subnet WHERE cidr = ''").get()).toEqual({
			n: 0,
		});
	});
});

describe("handed in", () => {
	let rig: Rig;
	beforeAll(async () => {
		rig = await openRig();
		for (const role of ROLES) signIn(rig.app.context.db, role);
		await rig.post("/subnets", { cidr: "10.0.0.0/24", sweep_interval_s: "60" });
	});
	afterAll(() => rig.close());

	test.each([
		"/settings/%75sers",
		"/settings/user%73",
		"/%73ettings/users",
		"/settings/users%2f1",
		"/imports/phpipa%6d",
		"/api/v1/%77ebhooks",
		"/api/%761/hosts",
		"/subnets/%31",
		"/stat%69c/x",
		"/%6cive",
		"/setting%5f",
	])("%s: what needs no percent sign and has one is nothing, for everybody", async (path) => {
		for (const role of ROLES) {
			expect([role, (await rig.get(path, signedAs(role))).status]).toEqual([role, 404]);
			expect((await rig.post(path, {}, signedAs(role))).status).toBe(404);
		}
		expect((await rig.get(path, { cookie: "" })).status).toBe(404);
	});

	test("numbers of things that are none: 404", async () => {
		for (const id of ["x", "CON", "a%2Fb", "1e3", "-1", "0", "9".repeat(300), "1%0A"]) {
			for (const path of [
				`/imports/${id}`,
				`/imports/${id}/refused.csv`,
				`/batches/${id}`,
				`/settings/users/${id}`,
			])
				expect([path, (await rig.get(path)).status]).toEqual([path, 404]);
		}
	});

	test("htmx's word for the page it was on may be anything", async () => {
		for (const at of ["http://[", "javascript:alert(1)", "//evil.example/x", "\u00e9", "x".repeat(5_000)]) {
			const answer = await rig.get("/", {
				cookie: "",
				"hx-request": "true",
				"hx-current-url": encodeURI(at),
			});
			expect(answer.status).toBe(401);
			expect(answer.headers.get("hx-redirect")).toMatch(/^\/login(\?next=%2F|$)/);
		}
	});

	test("a form of ten thousand parts, parts within parts, no boundary, a wrong one", async () => {
		const part = (name: string, value: string) =>
			`--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
		const csrf = part("csrf", SIGNED["x-csrf-token"]);
		const bodies: [string, string, number][] = [
			["multipart/form-data; boundary=x", `${csrf}${part("a", "").repeat(10_000)}--x--\r\n`, 422],
			[
				"multipart/form-data; boundary=x",
				`${csrf}--x\r\ncontent-type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--\r\n`,
				422,
			],
			["multipart/form-data", `${csrf}--x--\r\n`, 422],
			["multipart/form-data; boundary=y", `${csrf}--x--\r\n`, 422],
			["multipart/form-data; boundary=", "", 403],
		];
		for (const [type, body, status] of bodies) {
			const headers = { cookie: SIGNED.cookie, "x-csrf-token": "", "content-type": type };
			const bare = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
			const request = new Request("http://localhost/imports", { method: "POST", headers: bare, body });
			const answer = await quickly(() => rig.app.handle(request));
			expect([type, answer.status]).toEqual([type, status]);
			expect(LEAKS.exec(await answer.text())?.[0]).toBeUndefined();
		}
		expect(rig.app.context.db.query("SELECT count(*) AS n FROM import_batch").get()).toEqual({ n: 0 });
	});

	test("headers of a webhook, its method, its secret are no fields: POST, and our own headers only", async () => {
		for (const field of ["headers", "method", "secret", "template", "body"]) {
			const body = { url: "http://192.0.2.9/hook", [field]: field === "headers" ? { Host: "evil" } : "PUT" };
			const answer = await rig.send("POST", "/api/v1/webhooks", body);
			expect([answer.status, (answer.json() as { field: string }).field]).toEqual([422, field]);
		}
		expect(rig.app.context.db.query("SELECT count(*) AS n FROM webhook").get()).toEqual({ n: 0 });
	});

	test("two files at once: one is read, the other is told to wait; both afterwards", async () => {
		const bring = () =>
			rig.fetch("/api/v1/imports?dry_run=true", {
				method: "POST",
				headers: { ...signedAs("editor"), "content-type": "text/csv" },
				body: `ip\n${Array.from({ length: 200 }, (_, n) => `10.0.0.${n + 1}`).join("\n")}\n`,
			});
		const statuses = (await Promise.all([bring(), bring()])).map(({ status }) => status).sort();
		expect(statuses).toEqual([201, 409]);
		expect((await bring()).status).toBe(201);
	});
});
