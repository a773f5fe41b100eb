/** Every page that links lead to, as each role: nothing is offered that is then refused, and nothing is broken. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { ROLES, type Role } from "../../src/model/user.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { signedAs, signIn } from "../helpers/signed.ts";

/** Pages looked at, at most: lists go on for ever. */
const PAGES = 150;

let rig: Rig;
beforeAll(async () => {
	rig = await openRig();
	for (const role of ROLES) signIn(rig.app.context.db, role);
	const subnet = { sweep_interval_s: "60", sweep_enabled: "on" };
	await rig.post("/subnets", { cidr: "10.0.0.0/16", name: "Plant", ...subnet });
	await rig.post("/subnets", { cidr: "10.0.0.0/24", name: "Office", ...subnet });
	for (const n of [5, 6, 9]) {
		const fields = { hostname: `host-${n}`, description: "desk", tags: "web, lab", count: "1" };
		await rig.post("/subnets/2/reserve", { address: `10.0.0.${n}`, ...fields });
	}
	await rig.post("/hosts/3/delete");
	const hook = { url: "https://hooks.example.org/x", name: "chat", enabled: "on" };
	await rig.post("/settings/webhooks", hook);
	const { db } = rig.app.context;
	db.run(
		"UPDATE host SET status = 'up', status_order = 0, last_seen_at = 1, first_seen_at = 1, ptr_name = 'other.lan' WHERE id = 1",
	);
});
afterAll(() => rig.close());

type Seen = { readonly status: number; readonly text: string };

/** Addresses of ours in a page: links, what is fetched by htmx, forms that are sent by GET. */
function linksOf(text: string): string[] {
	const named = [...text.matchAll(/\s(?:href|hx-get|formaction)="(\/[^"#]*)/g)].map(([, path = ""]) => path);
	return [...new Set(named.map((path) => path.replaceAll("&amp;", "&")))].filter(
		(path) => !path.startsWith("/static/"),
	);
}

/** What forms would be posted to. */
function actionsOf(text: string): string[] {
	const posted = [...text.matchAll(/<form[^>]*\smethod="post"[^>]*>/g)].map(
		([form]) => / action="([^"]*)"/.exec(form)?.[1],
	);
	const pressed = [...text.matchAll(/\shx-post="([^"]*)"/g)].map(([, path]) => path);
	return [...posted, ...pressed].filter((path) => path !== undefined);
}

/** A list with other filters is the same page again. */
const kindOf = (path: string) =>
	path.replace(/\d+(\.\d+)+/g, "A").replace(/\?.*/, (query) => query.replace(/=[^&]*/g, "="));

async function crawl(role: Role): Promise<Map<string, Seen>> {
	const seen = new Map<string, Seen>();
	const kinds = new Set<string>();
	const waiting = ["/", "/subnets", "/hosts/1", "/hosts/2", "/account", "/search?q=host"];
	for (let path = waiting.shift(); path !== undefined && seen.size < PAGES; path = waiting.shift()) {
		if (seen.has(path) || kinds.has(kindOf(path))) continue;
		kinds.add(kindOf(path));
		const answer = await rig.get(path, signedAs(role));
		seen.set(path, answer);
		if (answer.headers.get("content-type")?.startsWith("text/html")) waiting.push(...linksOf(answer.text));
	}
	return seen;
}

test.each([...ROLES])("as %s", async (role) => {
	const seen = await crawl(role);
	expect(seen.size).toBeGreaterThan(20);
	const broken = [...seen]
		.filter(([, { status }]) => status >= 400)
		.map(([path, { status }]) => `${status} ${path}`);
	expect(broken).toEqual([]);
	const refused = new Set<string>();
	for (const [page, { text }] of seen) {
		for (const action of actionsOf(text)) {
			if (action === "/logout") continue;
			// Without a token nothing happens; the words of the refusal tell whether it was the role.
			const bare = { ...signedAs(role), "x-csrf-token": "" };
			const answer = await rig.post(action, {}, bare);
			expect(answer.status).toBe(403);
			if (answer.text.includes("Your role is")) refused.add(`${page}: ${action}`);
		}
	}
	expect([...refused]).toEqual([]);
});

test("a viewer's pages hold no form that changes what is recorded", async () => {
	for (const [, { text }] of await crawl("viewer")) {
		for (const action of actionsOf(text)) expect(action).toMatch(/^\/(logout|settings\/theme|account)/);
	}
});

test("what is remembered for one role or session is not given to another", async () => {
	const ask = async (role: Role, headers = {}) =>
		(await rig.get("/subnets/2", { ...signedAs(role), ...headers })).text;
	const htmx = { "hx-request": "true" };
	for (let round = 0; round < 2; round++) {
		const pages = { admin: await ask("admin"), editor: await ask("editor"), viewer: await ask("viewer") };
		for (const role of ROLES) {
			const others = ROLES.filter((other) => other !== role);
			expect(pages[role]).toContain(signedAs(role)["x-csrf-token"]);
			for (const other of others) expect(pages[role]).not.toContain(signedAs(other)["x-csrf-token"]);
			const part = await ask(role, htmx);
			for (const one of ROLES) expect(part).not.toContain(signedAs(one)["x-csrf-token"]);
			expect(part.includes('method="post"')).toBe(role !== "viewer");
		}
	}
});
