/** Users and tokens by JSON: for admins, with a password where a session asks; keys and passwords are never said again. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { createToken } from "../../../src/ipam/tokens.ts";
import { openRig, type Rig } from "../../helpers/app.ts";
import { PASSWORD, signedAs, signIn } from "../../helpers/signed.ts";

let rig: Rig;
let admin: Record<string, string>;
beforeEach(async () => {
	rig = await openRig();
	const { key } = createToken(rig.app.context, { name: "admin", scope: "admin" });
	admin = { cookie: "", authorization: `Bearer ${key}` };
});
afterEach(() => rig.close());

const USER = { name: "ada", role: "editor", password: "seven wet herons" };
const login = async (name: string, password: string) =>
	(await rig.post("/login", { name, password }, { cookie: "" })).status;

test("a user is added, signs in, is changed, disabled and deleted; each by one who is recorded", async () => {
	const made = await rig.send("POST", "/api/v1/users", USER, admin);
	expect([made.status, made.headers.get("location")]).toEqual([201, "/api/v1/users/2"]);
	expect(made.text).not.toContain(USER.password);
	expect(await login("ada", USER.password)).toBe(303);
	const seen = (await rig.get("/api/v1/users/2", admin)).json() as { last_login_at: string; role: string };
	expect(seen.role).toBe("editor");
	expect(Date.parse(seen.last_login_at)).toBeGreaterThan(0);
	const patch = async (body: object) => (await rig.send("PATCH", "/api/v1/users/2", body, admin)).json();
	expect(await patch({ role: "viewer" })).toMatchObject({ role: "viewer", disabled: false });
	expect(await patch({ disabled: true })).toMatchObject({ role: "viewer", disabled: true });
	expect(await login("ada", USER.password)).toBe(401);
	expect(await patch({ disabled: false })).toMatchObject({ disabled: false });
	const password = await rig.send("PUT", "/api/v1/users/2/password", { password: "nine dry otters" }, admin);
	expect(password.status).toBe(200);
	expect(await login("ada", "nine dry otters")).toBe(303);
	expect((await rig.send("POST", "/api/v1/users/2/sign-out", undefined, admin)).json()).toMatchObject({
		ended: 1,
	});
	expect((await rig.send("DELETE", "/api/v1/users/2", undefined, admin)).json()).toMatchObject({
		deleted: 2,
	});
	expect((await rig.get("/api/v1/users/2", admin)).status).toBe(404);
	const { items } = (await rig.get("/api/v1/events?kind=user_deleted", admin)).json() as { items: object[] };
	expect(items[0]).toMatchObject({ label: "ada", by: { kind: "token", name: "admin" } });
});

test("a session proves itself by its password, as on the pages; a token has nothing more to show", async () => {
	const own = { own_password: PASSWORD };
	const refused = await rig.send("POST", "/api/v1/users", USER);
	expect(refused.json()).toMatchObject({ status: 422, field: "own_password" });
	expect((await rig.send("POST", "/api/v1/tokens", { name: "x", scope: "read" })).status).toBe(422);
	const wrong = { ...USER, own_password: "not this one" };
	const told = await rig.send("POST", "/api/v1/users", wrong);
	expect([told.status, told.text.includes("not this one")]).toEqual([422, false]);
	expect((await rig.send("POST", "/api/v1/users", { ...USER, ...own })).status).toBe(201);
	expect((await rig.send("PUT", "/api/v1/users/2/password", { password: "nine dry otters" })).status).toBe(
		422,
	);
	expect((await rig.send("POST", "/api/v1/tokens", { name: "x", scope: "read", ...own })).status).toBe(201);
});

test.each([
	[{ ...USER, name: "" }, "name"],
	[{ ...USER, name: "<b>" }, "name"],
	[{ ...USER, role: "root" }, "role"],
	[{ ...USER, password: "short" }, "password"],
	[{ ...USER, password: "password1" }, "password"],
	[{ ...USER, admin: true }, "admin"],
])("%j is refused, naming %s, and nobody is added", async (body, field) => {
	const refused = await rig.send("POST", "/api/v1/users", body, admin);
	expect(refused.json()).toMatchObject({ status: 422, field });
	if (body.password.length > 7) expect(refused.text).not.toContain(body.password);
	expect(((await rig.get("/api/v1/users", admin)).json() as { items: object[] }).items).toHaveLength(1);
});

/** User 1 is the admin, 2 an editor; what a token of scope admin may do to whom. */
test.each([
	["add an admin", "POST", "/users", { ...USER, name: "eve", role: "admin" }, 403],
	["add an editor", "POST", "/users", { ...USER, name: "eve" }, 201],
	["lower an editor", "PATCH", "/users/2", { role: "viewer" }, 200],
	["raise an editor to admin", "PATCH", "/users/2", { role: "admin" }, 403],
	["lower an admin", "PATCH", "/users/1", { role: "viewer" }, 403],
	["disable an admin", "PATCH", "/users/1", { disabled: true }, 403],
	["give an admin a password", "PUT", "/users/1/password", { password: "nine dry otters" }, 403],
	["give an editor a password", "PUT", "/users/2/password", { password: "nine dry otters" }, 200],
	["delete an admin", "DELETE", "/users/1", undefined, 403],
	["delete an editor", "DELETE", "/users/2", undefined, 200],
	["sign an admin out", "POST", "/users/1/sign-out", undefined, 200],
	["make a token of scope admin", "POST", "/tokens", { name: "x", scope: "admin" }, 403],
	["make one of scope write", "POST", "/tokens", { name: "x", scope: "write" }, 201],
] as const)("a token may %s: %#", async (_, method, path, body, status) => {
	await rig.send("POST", "/api/v1/users", USER, admin);
	const before = rig.app.context.db.query("SELECT * FROM user WHERE id = 1").get();
	const answer = await rig.send(method, `/api/v1${path}`, body, admin);
	expect(answer.status).toBe(status);
	if (status === 403) {
		expect(answer.json()).toMatchObject({ code: "denied" });
		expect(rig.app.context.db.query("SELECT * FROM user WHERE id = 1").get()).toEqual(before);
		expect(rig.app.context.db.query("SELECT count(*) AS n FROM user").get()).toEqual({ n: 2 });
		expect(rig.app.context.db.query("SELECT count(*) AS n FROM api_token").get()).toEqual({ n: 1 });
	}
});

test.each([
	["never", null, 422],
	["later than itself", "2030-06-02T00:00:00Z", 422],
	["as late as itself", "2030-06-01T00:00:00Z", 201],
	["earlier", "2030-05-01T00:00:00Z", 201],
] as const)("a token that ends makes one that ends %s", async (_, end, status) => {
	const expiresAt = Date.parse("2030-06-01T00:00:00Z");
	const { key } = createToken(rig.app.context, { name: "ends", scope: "admin", expiresAt });
	const headers = { cookie: "", authorization: `Bearer ${key}` };
	const made = await rig.send(
		"POST",
		"/api/v1/tokens",
		{ name: "x", scope: "read", expires_at: end },
		headers,
	);
	expect(made.status).toBe(status);
	if (status === 422) expect(made.json()).toMatchObject({ field: "expires_at" });
});

/** Whoever finds a browser open raises nobody: what gives more takes the password, by JSON and on the page. */
test.each([
	["viewer", "admin", false, true],
	["viewer", "editor", false, true],
	["editor", "viewer", false, false],
	["viewer", "viewer", false, false],
	["viewer", "viewer", true, true],
] as const)("from %s to %s, disabled before: %p: asked %p", async (from, to, wasDisabled, asked) => {
	const { db } = rig.app.context;
	const state = () => db.query("SELECT role, disabled_at AS off FROM user WHERE id = 2").get();
	signIn(db, "editor");
	const reset = () =>
		db.query("UPDATE user SET role = ?, disabled_at = ? WHERE id = 2").run(from, wasDisabled ? 1 : null);
	const ways = {
		api: (own: string) =>
			rig.send("PATCH", "/api/v1/users/2", { role: to, disabled: false, own_password: own }),
		page: (own: string) => rig.post("/settings/users/2", { role: to, own_password: own }),
	};
	for (const [way, ask] of Object.entries(ways)) {
		reset();
		const before = state();
		const refused = await ask("");
		expect(refused.status).toBe(asked ? 422 : way === "api" ? 200 : 303);
		if (asked) expect(state()).toEqual(before);
		// What was chosen is still chosen.
		if (asked && way === "page") expect(refused.text).toMatch(new RegExp(`value="${to}" selected`));
		reset();
		expect((await ask(PASSWORD)).status).toBe(way === "api" ? 200 : 303);
		expect(state()).toEqual({ role: to, off: null });
	}
	const { n } = db.query("SELECT count(*) AS n FROM event WHERE kind = 'sign_in_failed'").get() as {
		n: number;
	};
	expect(n).toBe(0);
});

test("guessing one's own password is slowed down as at every other door", async () => {
	const wrong = { ...USER, own_password: "not this one" };
	for (let n = 0; n < 6; n++) await rig.send("POST", "/api/v1/users", wrong);
	const slowed = await rig.send("POST", "/api/v1/users", wrong);
	expect([slowed.status, Number(slowed.headers.get("retry-after"))]).toEqual([429, 1]);
});

test("a name that is taken, and the last admin: 409, nothing changed", async () => {
	expect((await rig.send("POST", "/api/v1/users", { ...USER, name: "Admin" }, admin)).status).toBe(409);
	for (const body of [{ role: "viewer" }, { disabled: true }]) {
		expect((await rig.send("PATCH", "/api/v1/users/1", body)).status).toBe(409);
	}
	expect((await rig.send("DELETE", "/api/v1/users/1")).status).toBe(409);
	expect((await rig.get("/api/v1/users/1", admin)).json()).toMatchObject({ role: "admin", disabled: false });
});

test("a token is made with an end, shown once, listed with its last use, and revoked", async () => {
	const end = "2030-12-31T23:00:00.000Z";
	const made = await rig.send(
		"POST",
		"/api/v1/tokens",
		{ name: "ansible", scope: "write", expires_at: end },
		admin,
	);
	const { token, ...rest } = made.json() as { token: string };
	expect(token).toMatch(/^rc_[\w-]{43}$/);
	expect(rest).toMatchObject({ id: 2, scope: "write", expires_at: end, used_at: null, made_by: "admin" });
	const mine = { cookie: "", authorization: `Bearer ${token}` };
	expect((await rig.get("/api/v1/subnets", mine)).status).toBe(200);
	const list = await rig.get("/api/v1/tokens", admin);
	expect(list.text).not.toContain(token);
	const { items } = list.json() as { items: { name: string; used_at: string | null }[] };
	expect(items.map(({ name }) => name)).toEqual(["admin", "ansible"]);
	expect(Date.parse(items[1]?.used_at ?? "")).toBeGreaterThan(0);
	expect((await rig.send("DELETE", "/api/v1/tokens/2", undefined, admin)).json()).toMatchObject({
		deleted: 2,
	});
	expect((await rig.get("/api/v1/subnets", mine)).status).toBe(401);
});

test.each([
	[{ name: "x", scope: "root" }, "scope"],
	[{ name: "", scope: "read" }, "name"],
	[{ name: "x", scope: "read", expires_at: "2020-01-01T00:00:00Z" }, "expires_at"],
	[{ name: "x", scope: "read", expires_at: "2200-01-01T00:00:00Z" }, "expires_at"],
	[{ name: "x", scope: "read", expires_at: "tomorrow" }, "expires_at"],
	[{ name: "x", scope: "read", days: 5 }, "days"],
])("token %j is refused, naming %s", async (body, field) => {
	expect((await rig.send("POST", "/api/v1/tokens", body, admin)).json()).toMatchObject({
		status: 422,
		field,
	});
});

test("nobody else so much as reads them", async () => {
	for (const role of ["editor", "viewer"] as const) signIn(rig.app.context.db, role);
	const { key } = createToken(rig.app.context, { name: "writes", scope: "write" });
	const others = [signedAs("editor"), signedAs("viewer"), { cookie: "", authorization: `Bearer ${key}` }];
	for (const headers of others) {
		for (const path of ["/api/v1/users", "/api/v1/tokens", "/api/v1/users/1"]) {
			expect((await rig.get(path, headers)).status).toBe(403);
		}
		expect((await rig.send("POST", "/api/v1/tokens", { name: "x", scope: "read" }, headers)).status).toBe(
			403,
		);
	}
});
