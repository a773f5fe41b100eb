/** Secrets that are planted everywhere, and looked for in every body, log line, export, backup and in the database itself. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeBase32IgnorePadding } from "@oslojs/encoding";
import { generateHOTP } from "@oslojs/otp";
import { type App, openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { openLog } from "../../src/log.ts";
import { EXPORT_FORMATS } from "../../src/model/export.ts";
import { writeBackup } from "../../src/store/backup.ts";
import {
	AUTH_PASS,
	COMMUNITY,
	HOOK_PATH,
	KEPT,
	leaks,
	NEW_PASSWORD,
	PASSWORD,
	PHPIPAM_CODE,
	PHPIPAM_PASSWORD,
	PRIV_PASS,
	STRANGE_TOKEN,
	secrets,
	TYPED,
	URL_PASSWORD,
	WRONG,
} from "../helpers/canaries.ts";

type Body = { readonly path: string; readonly text: string };

let folder: string;
let app: App;
/** What was sent to sign in, as it came and unpacked. */
function basicOf(request: Request): string {
	const packed = request.headers.get("authorization")?.replace("Basic ", "") ?? "";
	return `${packed} ${atob(packed)}`;
}

let phpipam: Bun.Server<undefined>;
const lines: string[] = [];
const bodies: Body[] = [];
let cookie = "";
let csrf = "";
/** The bodies in which a session's token has its place: documents of that session. */
const documents: Body[] = [];

type Asked = { once?: true; json?: true; headers?: Record<string, string> };

/** `once`: this page is the one that shows the secret. */
async function ask(method: string, path: string, body?: object, more: Asked = {}): Promise<string> {
	const isJson = more.json === true;
	const type = isJson ? "application/json" : "application/x-www-form-urlencoded";
	const text = isJson ? JSON.stringify(body) : new URLSearchParams(body as Record<string, string>).toString();
	const answer = await app.handle(
		new Request(`http://localhost${path}`, {
			method,
			headers: {
				cookie,
				"x-csrf-token": csrf,
				...(body === undefined ? {} : { "content-type": type }),
				...more.headers,
			},
			...(body === undefined ? {} : { body: text }),
		}),
	);
	cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
	const read = await answer.text();
	csrf = /name="csrf" value="([\w-]{43})"/.exec(read)?.[1] ?? csrf;
	if (csrf !== "") secrets.set(`token of a session's forms, ${csrf.slice(0, 4)}`, csrf);
	const headers = JSON.stringify([...answer.headers].filter(([name]) => name !== "set-cookie"));
	const isDocument = read.startsWith("<!doctype html>");
	if (more.once !== true)
		(isDocument ? documents : bodies).push({ path: `${method} ${path}`, text: read + headers });
	return read;
}

const found = (pattern: RegExp, text: string) => pattern.exec(text)?.[1] ?? pattern.exec(text)?.[0] ?? "";

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-secrets-"));
	const log = await openLog({ level: "debug", format: "json", write: (line) => void lines.push(line) });
	const env = {
		DATABASE_URL: join(folder, "ipam.db"),
		WEBHOOK_ALLOW_LOOPBACK: "true",
		SNMP_COMMUNITY: COMMUNITY,
		...{ SNMP_V3_USER: "keeper", SNMP_V3_AUTH_PASS: AUTH_PASS, SNMP_V3_PRIV_PASS: PRIV_PASS },
	};
	app = await openApp(loadConfig({ env }), { listen: false, log });
	// A phpIPAM that says what it was told.
	phpipam = Bun.serve({
		port: 0,
		hostname: "127.0.0.1",
		fetch: (request) =>
			Response.json(
				{ code: 500, message: `no ${request.headers.get("token")} ${basicOf(request)}` },
				{ status: 500 },
			),
	});
});
afterAll(async () => {
	await app.close();
	await phpipam.stop(true);
	rmSync(folder, { recursive: true, force: true });
	await openLog({ level: "error", format: "text", write: () => undefined });
});

/** The first administrator, a token, a webhook, the second step: each secret is planted, and shown where it is shown once. */
async function plant(): Promise<void> {
	const setup = found(/#([a-z2-7]{26})/, lines.join("\n"));
	// The console tells it: that is how it is given out.
	lines.length = 0;
	secrets.set("one-time link", setup);
	await ask("POST", "/setup", { token: WRONG, name: "ada", password: PASSWORD });
	await ask("POST", "/setup", { token: setup, name: "ada", password: "short" }, { once: true });
	await ask("POST", "/setup", { token: setup, name: "ada", password: PASSWORD });
	await ask("GET", "/account");
	secrets.set("key of the first session", cookie.split("=")[1] ?? "");
	const form = { name: "t", scope: "admin", days: "", own_password: PASSWORD };
	const made = await ask("POST", "/settings/tokens", form, { once: true });
	secrets.set("token", found(/rc_[\w-]{43}/, made));
	const hook = { url: `https://hooks.example.org/${HOOK_PATH}`, name: "chat", enabled: "on" };
	secrets.set(
		"webhook secret",
		found(/whsec_[\w+/=]+/, await ask("POST", "/settings/webhooks", hook, { once: true })),
	);
	const wish = { name: "u", scope: "read", own_password: PASSWORD };
	const second = await ask("POST", "/api/v1/tokens", wish, { once: true, json: true });
	secrets.set("token made by the API", found(/rc_[\w-]{43}/, second));
	const start = await ask("GET", "/account/two-step", undefined, { once: true });
	const totp = found(/name="secret" value="([A-Z2-7]{32})"/, start);
	secrets.set("key of the second step", totp);
	const step = BigInt(Math.floor(Date.now() / 30_000));
	const code = generateHOTP(decodeBase32IgnorePadding(totp), step, 6);
	const on = { secret: totp, code, own_password: PASSWORD };
	const codes = await ask("POST", "/account/two-step", on, { once: true });
	for (const [n, [, one = ""]] of [...codes.matchAll(/<div>([a-z2-7]{16})<\/div>/g)].entries())
		secrets.set(`recovery code ${n}`, one);
}

/** Wrong in every way that a person or a script may be. */
async function err(): Promise<void> {
	await ask("POST", "/login", { name: WRONG, password: WRONG, code: WRONG }, { headers: { cookie: "" } });
	await ask("POST", "/account/password", { own_password: WRONG, password: "short" });
	await ask("POST", "/account/two-step/stop", { own_password: WRONG });
	const user = { name: "eve", own_password: PASSWORD };
	await ask("POST", "/settings/users", { ...user, role: "root", password: WRONG });
	await ask("POST", "/settings/users", { ...user, role: "viewer", password: TYPED });
	for (const path of ["/api/v1/subnets", "/api/v1/hosts", "/api/v1/webhooks"]) {
		const wrong = [
			{ password: TYPED },
			{ cidr: TYPED, ip: TYPED, url: TYPED },
			{ cidr: { secret: TYPED } },
			TYPED,
		];
		for (const body of wrong) await ask("POST", path, body as object, { json: true });
	}
	const json = { json: true } as const;
	await ask("POST", "/api/v1/users", { name: "eve", password: TYPED, own_password: WRONG }, json);
	await ask("POST", "/api/v1/users", { name: TYPED, password: "short", own_password: PASSWORD }, json);
	await ask("PUT", "/api/v1/users/1/password", { password: "short", own_password: PASSWORD }, json);
	await ask("PATCH", "/api/v1/users/1", { role: TYPED, password: TYPED }, json);
	await ask("POST", "/api/v1/tokens", { name: "x", scope: TYPED, own_password: PASSWORD }, json);
	for (const url of [
		`http://ada:${URL_PASSWORD}@hooks.example.org/x`,
		`https:\\\\${URL_PASSWORD}@hooks.example.org`,
		`ada:${URL_PASSWORD}@hooks.example.org`,
	]) {
		await ask("POST", "/api/v1/webhooks", { url }, { json: true });
		await ask("POST", "/settings/webhooks", { url, name: "x", enabled: "on" });
		await ask("POST", "/settings/webhooks/1", { url, name: "x", enabled: "on", version: "1" });
		await ask("POST", "/imports/phpipam", { url, token: PHPIPAM_CODE });
	}
	const port = String(phpipam.port);
	for (const url of [
		`http://127.0.0.1:${port}/api/app`,
		`http://u:${PHPIPAM_PASSWORD}@127.0.0.1:${port}/api/app`,
	])
		await ask("POST", "/imports/phpipam", { url, token: PHPIPAM_CODE });
	await ask("POST", "/imports/phpipam", {
		...{ url: `http://127.0.0.1:${port}/api/app`, user: "ada", password: PHPIPAM_PASSWORD },
	});
	const bare = { cookie: "", "x-csrf-token": "" };
	await ask("GET", "/api/v1/hosts", undefined, { headers: { authorization: `Bearer ${STRANGE_TOKEN}` } });
	const bearer = { ...bare, authorization: `Bearer ${secrets.get("token")}` };
	for (const path of ["/api/v1/hosts", "/metrics", "/api/v1/doctor"])
		await ask("GET", path, undefined, { headers: bearer });
}

const PAGES = [
	...[
		"/",
		"/subnets",
		"/subnets/1",
		"/hosts/1",
		"/activity",
		"/doctor",
		"/settings",
		"/account",
		"/search?q=nas",
	],
	...[
		"/settings/users",
		"/settings/users/1",
		"/settings/tokens",
		"/imports",
		"/nothing",
		"/hosts/999",
		"/docs",
	],
	...["/api/v1/events", "/api/v1/doctor", "/api/v1/hosts/999", "/openapi.json", "/metrics", "/healthz"],
	...["/api/v1/users", "/api/v1/users/1", "/api/v1/tokens"],
	...["/activity/record?format=csv", "/activity/record?format=json", "/api/v1/export?format=json"],
];

/** Life goes on: a subnet, a host, a recovery code, another password; then everything that can be looked at. */
async function goOn(): Promise<void> {
	await ask("POST", "/subnets", { cidr: "10.0.0.0/24", name: "", sweep_interval_s: "60" });
	await ask("POST", "/subnets/1/reserve", { address: "10.0.0.5", hostname: "nas", count: "1" });
	const code = secrets.get("recovery code 0") ?? "";
	await ask("POST", "/login", { name: "ada", password: PASSWORD, code }, { headers: { cookie: "" } });
	secrets.set("key of the second session", cookie.split("=")[1] ?? "");
	await ask("GET", "/account");
	await ask("POST", "/account/password", { own_password: PASSWORD, password: NEW_PASSWORD });
	secrets.set("key of the third session", cookie.split("=")[1] ?? "");
	await ask("GET", "/account");
	for (const path of PAGES) {
		await ask("GET", path);
		await ask("GET", path, undefined, { headers: { "hx-request": "true" } });
	}
	for (const format of Object.keys(EXPORT_FORMATS)) await ask("GET", `/export?format=${format}`);
	// The address is shown where it is edited, to those who may: nowhere else.
	for (const path of ["/settings/webhooks/1", "/settings/webhooks"])
		await ask("GET", path, undefined, { once: true });
}

/** A document holds the token of its own session; the list of webhooks, which is for admins, says where they go. */
const shownIn = (path: string) => [
	"token of a session's forms",
	...(path.endsWith("/settings/webhooks") ? ["webhook path"] : []),
];

describe("secrets", () => {
	beforeAll(async () => {
		await plant();
		await err();
		await goOn();
	});

	test("there are all kinds of them, and none is empty", () => {
		const short = [...secrets].filter(([, secret]) => secret.length < 15).map(([name]) => name);
		expect(short).toEqual([]);
		expect([...secrets.keys()].filter((name) => name.startsWith("recovery code"))).toHaveLength(10);
		expect([...secrets.keys()].filter((name) => name.startsWith("key of the"))).toHaveLength(4);
		expect([...secrets.keys()].filter((name) => name.includes("forms"))).toHaveLength(3);
		expect(bodies.length + documents.length).toBeGreaterThan(100);
	});

	test("stand in no body", () => {
		// A name that was typed as a name comes back into its field.
		const shown = (text: string) => text.replaceAll(`name="name" value="${WRONG}"`, "");
		const bad = [
			...bodies.flatMap(({ path, text }) => leaks(path, shown(text))),
			...documents.flatMap(({ path, text }) => leaks(path, shown(text), shownIn(path))),
		];
		expect(bad).toEqual([]);
		// Nor does any page tell what the program looks like inside.
		expect([...bodies, ...documents].filter(({ text }) => /\n\s+at .*\.tsx?:\d/.test(text))).toEqual([]);
	});

	test("stand in no document of another session", () => {
		const tokens = [...secrets].filter(([name]) => name.includes("forms")).map(([, secret]) => secret);
		for (const { text } of documents)
			expect(tokens.filter((token) => text.includes(token)).length).toBeLessThanOrEqual(1);
	});

	test("stand in no line of the log", () => {
		expect(lines.flatMap((line) => leaks(line, line))).toEqual([]);
	});

	test("stand neither in the database nor in a backup, but for those that are useless otherwise", () => {
		const copy = join(folder, "copy.db");
		writeBackup(app.context.config.databasePath, copy, { busyMs: 1_000 });
		const files = { database: Buffer.from(app.context.db.serialize()), backup: readFileSync(copy) };
		for (const [where, bytes] of Object.entries(files))
			expect(leaks(where, bytes.toString("latin1"), KEPT)).toEqual([]);
		// The key of the second step is kept as bytes: whoever has the file can make codes, and SECURITY.md says so.
		expect(leaks("record", JSON.stringify(app.context.db.query("SELECT * FROM event").all()))).toEqual([]);
	});
});
