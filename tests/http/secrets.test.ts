/** Secrets that are planted everywhere, and looked for in every body, log line, export and in the database itself. */

import { expect, test } from "bun:test";
import { openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { openLog } from "../../src/log.ts";
import { EXPORT_FORMATS } from "../../src/model/export.ts";

const PASSWORD = "canary-password-of-ada-7341";
const NEW_PASSWORD = "canary-password-new-of-ada-2";
const WRONG = "canary-wrong-password-9902";
const TYPED = "canary-typed-into-a-wrong-field-18";
const COMMUNITY = "canary-community-44";
const AUTH_PASS = "canary-auth-pass-5521";
const PRIV_PASS = "canary-priv-pass-8812";
const STRANGE_TOKEN = `rc_canary${"x".repeat(37)}`;
const HOOK_PATH = "canary-hook-path-3316";

test("twelve secrets are in no body, no log line, no export, and the database keeps only what it must", async () => {
	const lines: string[] = [];
	const log = await openLog({ level: "debug", format: "json", write: (line) => void lines.push(line) });
	const config = loadConfig({
		env: {
			DATABASE_URL: ":memory:",
			SNMP_COMMUNITY: COMMUNITY,
			SNMP_V3_USER: "keeper",
			SNMP_V3_AUTH_PASS: AUTH_PASS,
			SNMP_V3_PRIV_PASS: PRIV_PASS,
		},
	});
	const app = await openApp(config, { listen: false, log });
	const bodies: { path: string; text: string }[] = [];
	let cookie = "";
	let csrf = "";
	/** `once`: this page is the one that shows the secret. */
	const ask = async (
		method: string,
		path: string,
		body?: object,
		more: { once?: true; json?: true; headers?: object } = {},
	) => {
		const type = more.json === true ? "application/json" : "application/x-www-form-urlencoded";
		const text =
			more.json === true
				? JSON.stringify(body)
				: new URLSearchParams(body as Record<string, string>).toString();
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
		const headers = JSON.stringify([...answer.headers].filter(([name]) => name !== "set-cookie"));
		if (more.once !== true) bodies.push({ path: `${method} ${path}`, text: read + headers });
		return read;
	};

	const setup = /#([a-z2-7]{26})/.exec(lines.join("\n"))?.[1] ?? "";
	await ask("POST", "/setup", { token: WRONG, name: "ada", password: PASSWORD });
	await ask("POST", "/setup", { token: setup, name: "ada", password: PASSWORD });
	await ask("GET", "/account");
	const first = cookie.split("=")[1] ?? "";
	const tokenPage = { name: "t", scope: "admin", days: "", own_password: PASSWORD };
	const token =
		/rc_[\w-]{43}/.exec(await ask("POST", "/settings/tokens", tokenPage, { once: true }))?.[0] ?? "";
	const hook = { url: `https://hooks.example.org/${HOOK_PATH}`, name: "chat", enabled: "on" };
	const whsec =
		/whsec_[\w+/=]+/.exec(await ask("POST", "/settings/webhooks", hook, { once: true }))?.[0] ?? "";
	const start = await ask("GET", "/account/two-step", undefined, { once: true });
	const totp = /name="secret" value="([A-Z2-7]{32})"/.exec(start)?.[1] ?? "";
	for (const secret of [setup, first, token, whsec, totp]) expect(secret.length).toBeGreaterThan(15);

	// Wrong in every way that a person or a script may be.
	await ask("POST", "/login", { name: WRONG, password: WRONG, code: WRONG }, { headers: { cookie: "" } });
	await ask("POST", "/account/password", { own_password: WRONG, password: "short" });
	await ask("POST", "/account/two-step/stop", { own_password: WRONG });
	await ask("POST", "/settings/users", {
		name: "eve",
		role: "root",
		password: WRONG,
		own_password: PASSWORD,
	});
	await ask("POST", "/settings/users", {
		name: "eve",
		role: "viewer",
		password: TYPED,
		own_password: PASSWORD,
	});
	for (const path of ["/api/v1/subnets", "/api/v1/hosts", "/api/v1/webhooks"]) {
		for (const body of [
			{ password: TYPED },
			{ cidr: TYPED, ip: TYPED, url: TYPED },
			{ cidr: { secret: TYPED } },
			TYPED,
		]) {
			await ask("POST", path, body as object, { json: true });
		}
	}
	await ask("GET", "/api/v1/hosts", undefined, { headers: { authorization: `Bearer ${STRANGE_TOKEN}` } });
	await ask("GET", "/api/v1/hosts", undefined, { headers: { authorization: `Bearer ${token}`, cookie: "" } });
	await ask("POST", "/subnets", { cidr: "10.0.0.0/24", name: "", sweep_interval_s: "60" });
	await ask("POST", "/subnets/1/reserve", { address: "10.0.0.5", hostname: "nas", count: "1" });
	await ask("POST", "/account/password", { own_password: PASSWORD, password: NEW_PASSWORD });
	const second = cookie.split("=")[1] ?? "";

	const pages = [
		"/",
		"/subnets",
		"/subnets/1",
		"/hosts/1",
		"/activity",
		"/doctor",
		"/settings",
		"/account",
		"/search?q=canary",
	];
	const admins = [
		"/settings/users",
		"/settings/users/1",
		"/settings/tokens",
		"/api/v1/events",
		"/api/v1/doctor",
		"/openapi.json",
		"/metrics",
	];
	for (const path of [
		...pages,
		...admins,
		"/activity/record?format=csv",
		"/activity/record?format=json",
		"/healthz",
	]) {
		await ask("GET", path);
	}
	for (const format of Object.keys(EXPORT_FORMATS)) await ask("GET", `/export?format=${format}`);
	// The address is shown where it is edited, to those who may: nowhere else.
	await ask("GET", "/settings/webhooks/1", undefined, { once: true });
	await ask("GET", "/settings/webhooks", undefined, { once: true });

	const nowhere = [
		...[PASSWORD, NEW_PASSWORD, WRONG, TYPED, COMMUNITY, AUTH_PASS, PRIV_PASS],
		...[STRANGE_TOKEN, token, first, second, totp, whsec],
	];
	const found: string[] = [];
	for (const { path, text } of bodies) {
		// A name that was typed as a name comes back into its field.
		const shown = text.replaceAll(`name="name" value="${WRONG}"`, "");
		for (const secret of [...nowhere, HOOK_PATH]) {
			const isOwn = secret === TYPED && path.startsWith("POST /api/") === false && path.includes("q=");
			if (shown.includes(secret) && !isOwn) found.push(`${path}: ${secret}`);
		}
		if (path !== "POST /setup" && shown.includes(setup)) found.push(`${path}: the set-up token`);
	}
	for (const line of lines) {
		for (const secret of [...nowhere, HOOK_PATH])
			if (line.includes(secret)) found.push(`log: ${secret} in ${line}`);
	}
	const file = Buffer.from(app.context.db.serialize());
	/** A webhook is signed with its secret, and called at its address. */
	const kept = [whsec];
	for (const secret of nowhere)
		if (!kept.includes(secret) && file.includes(secret)) found.push(`database: ${secret}`);
	expect(found).toEqual([]);
	expect(bodies.length).toBeGreaterThan(50);
	expect(bodies.filter(({ text }) => /\n\s+at .*\.tsx?:\d/.test(text))).toEqual([]);
	await app.close();
	await openLog({ level: "error", format: "text", write: () => undefined });
}, 20_000);
