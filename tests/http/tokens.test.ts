/** Keys for programs: made on the page, shown once, strict when shown back, gone when revoked or over. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { openRig, type Rig } from "../helpers/app.ts";
import { PASSWORD, signedAs, signIn } from "../helpers/signed.ts";

let rig: Rig;
let key = "";
beforeEach(async () => {
	rig = await openRig();
	key = await make({});
});
afterEach(() => rig.close());

async function make(fields: Record<string, string>): Promise<string> {
	const form = { name: "ansible", scope: "read", days: "30", own_password: PASSWORD, ...fields };
	const page = await rig.post("/settings/tokens", form);
	return /rc_[\w-]{43}/.exec(page.text)?.[0] ?? `${page.status}`;
}

const ask = (headers: Record<string, string>, path = "/api/v1/subnets") =>
	rig.get(path, { cookie: "", ...headers });
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

test("is shown once and kept as a hash", async () => {
	expect(key).toMatch(/^rc_[\w-]{43}$/);
	expect((await rig.get("/settings/tokens")).text).not.toContain(key);
	expect(Buffer.from(rig.app.context.db.serialize()).includes(key.slice(3))).toBe(false);
	expect((await ask(bearer(key))).status).toBe(200);
	expect((await rig.get("/settings/tokens")).text).toContain("used ");
});

test("takes the password of whoever makes it", async () => {
	expect(await make({ own_password: "wrong" })).toBe("422");
	expect(await make({ own_password: "" })).toBe("422");
	expect(await make({ name: "" })).toBe("422");
	expect(await make({ scope: "root" })).toBe("422");
	expect(await make({ days: "1e3" })).toBe("422");
	signIn(rig.app.context.db, "editor");
	expect((await rig.post("/settings/tokens", {}, signedAs("editor"))).status).toBe(403);
});

describe("what opens nothing", () => {
	test.each<[string, () => Record<string, string>, number]>([
		["a wrong one", () => bearer(`rc_${"x".repeat(43)}`), 401],
		["a wrong end", () => bearer(`${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`), 401],
		["another case", () => bearer(key.toUpperCase()), 401],
		["nothing", () => ({ authorization: "Bearer " }), 401],
		["the word alone", () => ({ authorization: "Bearer" }), 401],
		["Basic", () => ({ authorization: `Basic ${btoa(`ansible:${key}`)}` }), 401],
		["two at once", () => ({ authorization: `Bearer ${key}, Bearer ${key}` }), 401],
		["10 kB", () => bearer("x".repeat(10_000)), 401],
		["no scheme", () => ({ authorization: key }), 401],
		["as a cookie", () => ({ cookie: `rollcall_http=${key}` }), 401],
	])("%s", async (_, headers, status) => {
		const answer = await ask(headers());
		expect(answer.status).toBe(status);
		expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="rollcall"');
		expect(answer.text).not.toContain(key);
	});

	test("one without its scheme is told what is missing", async () => {
		expect((await ask({ authorization: key })).text).toContain("Authorization: Bearer rc_…");
	});

	test("in the address", async () => {
		expect((await ask({}, `/api/v1/subnets?token=${key}&access_token=${key}`)).status).toBe(401);
	});

	test("one that is revoked, at the next request; one that is over; a page", async () => {
		expect((await ask(bearer(key), "/")).status).toBe(403);
		await rig.post("/settings/tokens/1/revoke");
		expect((await ask(bearer(key))).status).toBe(401);
		const second = await make({});
		rig.app.context.db.run("UPDATE api_token SET expires_at = 1");
		expect((await ask(bearer(second))).status).toBe(401);
	});

	test("a wrong one beside a good session is wrong: who shows a token is judged by it", async () => {
		expect((await rig.get("/api/v1/subnets", bearer(`rc_${"x".repeat(43)}`))).status).toBe(401);
	});
});

test("a path that is not there is not there, whatever the scope: more rights would not help", async () => {
	for (const path of ["/api/v1/nothing", "/api/v1/hosts/1/nothing", "/api/v1/webhook", "/nothing"]) {
		const answer = await ask(bearer(key), path);
		expect([path, answer.status]).toEqual([path, 404]);
	}
	const problem = (await ask(bearer(key), "/api/v1/nothing")).json() as { code: string; detail: string };
	expect(problem).toMatchObject({
		code: "not_found",
		detail: expect.stringContaining("/openapi.json") as never,
	});
	expect((await ask(bearer(key), "/api/v1/webhooks")).status).toBe(403);
	expect((await ask(bearer(key), "/settings")).status).toBe(403);
	expect((await ask({}, "/api/v1/nothing")).status).toBe(401);
	signIn(rig.app.context.db, "viewer");
	expect((await rig.get("/nothing", signedAs("viewer"))).status).toBe(404);
	expect((await rig.get("/settings/users", signedAs("viewer"))).status).toBe(403);
});
