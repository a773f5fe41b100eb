/** Every route the router has, against everybody: nobody, each role, each scope of a token, and pages of other sites. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createToken } from "../../src/ipam/tokens.ts";
import { ROLES, type Role, SCOPES, type Scope, suffices } from "../../src/model/user.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { OPEN, PROGRAMS, ROUTES, SETUP } from "../helpers/route-table.ts";
import { SIGNED, signedAs, signIn } from "../helpers/signed.ts";

type Route = { readonly method: string; readonly path: string };

let rig: Rig;
let routes: Route[] = [];
const tokens = {} as Record<Scope, string>;

beforeAll(async () => {
	rig = await openRig();
	for (const role of ROLES) signIn(rig.app.context.db, role);
	for (const scope of Object.keys(SCOPES) as Scope[]) {
		tokens[scope] = createToken(rig.app.context, { name: scope, scope, days: undefined }).key;
	}
	const all = rig.app.routes.flatMap(({ method, path }) =>
		(method === "ALL" ? ["GET", "POST"] : [method]).map((one) => ({ method: one, path })),
	);
	const seen = new Map(all.map((route) => [`${route.method} ${route.path}`, route]));
	// Those that end a session come last.
	routes = [...seen.values()].sort((a, b) => Number(a.path === "/logout") - Number(b.path === "/logout"));
});
/** The walk passes by the way out. */
beforeEach(() => {
	for (const role of ROLES) signIn(rig.app.context.db, role);
});
afterAll(() => rig.close());

const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const isUnsafe = ({ method }: Route) => !["GET", "HEAD", "OPTIONS"].includes(method);
/** Of things that are not there: the question is who may ask. */
const fill = (path: string) => path.replace(/:\w+|\{\w+\}|\*/g, "999");

/** Asks without reading the answer: some never end. */
async function ask({ method, path }: Route, headers: Record<string, string>): Promise<Response> {
	const isApi = PROGRAMS.test(path);
	const type = isApi ? "application/json" : "application/x-www-form-urlencoded";
	const body = isUnsafe({ method, path })
		? { body: isApi ? "{}" : "", headers: { ...headers, "content-type": type } }
		: { headers };
	const answer = await rig.app.handle(new Request(`http://localhost${fill(path)}`, { method, ...body }));
	if (answer.headers.get("content-type")?.startsWith("text/event-stream")) await answer.body?.cancel();
	return answer;
}

/** As the table says; a route that is not in it is for nobody, and fails. */
const needOf = (route: Route): Role | undefined => ROUTES.get(nameOf(route));

const closed = () => routes.filter((route) => ![...OPEN, ...SETUP].includes(nameOf(route)));
/** Those that are somewhere: below a wildcard stands a table of its own, which is walked too. */
const placed = () => closed().filter(({ path }) => !path.endsWith("*"));

test("there are routes to walk", () => {
	expect(closed().length).toBeGreaterThan(60);
	// Both ways: a route that nobody spoke of, and a line about one that is gone.
	const real = placed().map(nameOf);
	expect(real.filter((name) => !ROUTES.has(name))).toEqual([]);
	expect([...ROUTES.keys()].filter((name) => !real.includes(name))).toEqual([]);
	expect(routes.filter(isUnsafe).length).toBeGreaterThan(30);
	for (const open of OPEN) expect(routes.map(nameOf)).toContain(open);
});

test("nobody gets anything: pages lead to the login, programs are told 401, no byte of data", async () => {
	for (const route of closed()) {
		for (const headers of [{}, { cookie: "rollcall_http=" }, { cookie: `rollcall_http=${"x".repeat(43)}` }]) {
			const answer = await ask(route, headers);
			const toLogin = answer.status === 303 && answer.headers.get("location")?.startsWith("/login");
			expect({ route: nameOf(route), refused: toLogin || answer.status === 401 }).toEqual({
				route: nameOf(route),
				refused: true,
			});
			if (answer.status === 401 && !answer.headers.get("content-type")?.startsWith("text/event-stream")) {
				expect((await answer.text()).length).toBeLessThan(300);
			}
		}
	}
});

test("what is open is open, and the first administrator is made no more", async () => {
	for (const name of OPEN) {
		const [method = "", path = ""] = name.split(" ");
		expect([200, 401, 404]).toContain((await ask({ method, path }, {})).status);
	}
	for (const name of SETUP) {
		const [method = "", path = ""] = name.split(" ");
		for (const headers of [{}, SIGNED]) expect((await ask({ method, path }, headers)).status).toBe(404);
	}
});

describe("roles", () => {
	test.each([...ROLES])("%s", async (role) => {
		for (const route of placed()) {
			const { status } = await ask(route, signedAs(role));
			const need = needOf(route);
			const may = need !== undefined && suffices(role, need);
			const seen = { route: nameOf(route), refused: status === 403 || status === 401 };
			expect(seen).toEqual({ route: nameOf(route), refused: !may });
		}
	});
});

describe("tokens", () => {
	test.each(Object.keys(SCOPES) as Scope[])("scope %s", async (scope) => {
		for (const route of placed()) {
			let { status } = await ask(route, { authorization: `Bearer ${tokens[scope]}` });
			// More than 60 at once are put off, which is no answer to who may: the next one goes on.
			if (status === 429) {
				const next = createToken(rig.app.context, { name: scope, scope, days: undefined });
				tokens[scope] = next.key;
				({ status } = await ask(route, { authorization: `Bearer ${next.key}` }));
			}
			expect(status).not.toBe(429);
			const need = needOf(route);
			const may = need !== undefined && PROGRAMS.test(route.path) && suffices(SCOPES[scope], need);
			const seen = { route: nameOf(route), refused: status === 403 || status === 401 };
			expect(seen).toEqual({ route: nameOf(route), refused: !may });
		}
	});
});

describe("pages of other sites", () => {
	const right = SIGNED["x-csrf-token"];
	const other = signedAs("editor")["x-csrf-token"];
	/** As browsers send them to trustworthy addresses, and (no Sec-Fetch) to plain http on a LAN. */
	const ways: [string, Record<string, string>][] = [
		["no token", {}],
		["a wrong token", { "x-csrf-token": "x".repeat(43) }],
		["the token of another session", { "x-csrf-token": other }],
		["the right token from another origin", { "x-csrf-token": right, origin: "http://evil.example" }],
		["the right token from a hidden origin", { "x-csrf-token": right, origin: "null" }],
		["the right token, cross-site", { "x-csrf-token": right, "sec-fetch-site": "cross-site" }],
		["the right token, same-site", { "x-csrf-token": right, "sec-fetch-site": "same-site" }],
		["no token, own origin", { origin: "http://localhost", "sec-fetch-site": "same-origin" }],
	];
	test.each(ways)("%s changes nothing", async (_, headers) => {
		const count = () => rig.app.context.db.query("SELECT total_changes() AS n").get();
		const before = count();
		for (const route of closed().filter(isUnsafe)) {
			const { status } = await ask(route, { cookie: signedAs("admin").cookie, ...headers });
			expect({ route: nameOf(route), status }).toEqual({ route: nameOf(route), status: 403 });
		}
		expect(count()).toEqual(before);
	});
});

test("no answer allows other origins to read it", async () => {
	for (const route of routes) {
		const answer = await ask(route, { ...SIGNED, origin: "http://localhost" });
		expect(answer.headers.get("access-control-allow-origin")).toBeNull();
	}
});
