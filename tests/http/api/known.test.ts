/** If-None-Match (RFC 9110 13.1.2): nothing is sent again that the client has, and nothing is held back that changed. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { openRig, type Rig } from "../../helpers/app.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig({ WEBHOOK_ALLOW_LOOPBACK: "true" });
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24", name: "Office" });
	await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.9", notes: "n".repeat(2_000) });
	await rig.send("POST", "/api/v1/webhooks", { url: "http://192.0.2.9/hook", name: "Chat" });
});
afterEach(() => rig.close());

const tagOf = async (path: string, headers = {}) => {
	const tag = (await rig.get(path, headers)).headers.get("etag");
	if (tag === null) throw new Error(`${path} has no tag`);
	return tag;
};

describe.each(["/api/v1/subnets/1", "/api/v1/hosts/1", "/api/v1/webhooks/1"])("%s", (path) => {
	test.each<[string, (tag: string) => string, number]>([
		["its tag", (tag) => tag, 304],
		["its tag, marked as weak", (tag) => `W/${tag}`, 304],
		["its tag among others", (tag) => `"x,y", ,W/"z",${tag} , "1"`, 304],
		["anything", () => " * ", 304],
		["its version alone", () => '"1"', 200],
		["another version", (tag) => tag.replace('"1', '"2'), 200],
		["its tag without quotes", (tag) => tag.replaceAll('"', ""), 200],
		["its tag with a small mark of weakness", (tag) => `w/${tag}`, 200],
		["its tag inside another", (tag) => `"a, ${tag.slice(1)}`, 200],
		["nothing", () => "", 200],
		["a star among tags", () => '"x", *', 200],
	])("%s", async (_, header, status) => {
		const tag = await tagOf(path);
		for (const method of ["GET", "HEAD"]) {
			const answer = await rig.fetch(path, { method, headers: { "if-none-match": header(tag) } });
			expect([method, answer.status, answer.headers.get("etag")]).toEqual([method, status, tag]);
			if (status === 304) {
				expect([await answer.text(), answer.headers.get("content-type")]).toEqual(["", null]);
				expect(answer.headers.get("cache-control")).toBe("no-store");
				expect(answer.headers.get("vary")).toContain("accept-encoding");
			}
		}
	});

	test("an edit is seen, and so is an edit that is taken back", async () => {
		const [name, other] = path.includes("host") ? ["description", "a"] : ["name", "b"];
		const tags = [await tagOf(path)];
		const was = ((await rig.get(path)).json() as Record<string, string>)[name];
		for (const value of [other, was]) {
			const edited = await rig.send("PATCH", path, { [name]: value }, { "if-match": tags.at(-1) ?? "" });
			expect(edited.status).toBe(200);
			tags.push(edited.headers.get("etag") ?? "");
			// What an edit answers is what a GET would.
			expect((await rig.get(path, { "if-none-match": tags.at(-1) ?? "" })).status).toBe(304);
			expect((await rig.get(path, { "if-none-match": tags.slice(0, -1).join(", ") })).status).toBe(200);
		}
	});

	test("nothing but a read is held back by it", async () => {
		const field = path.includes("host") ? "description" : "name";
		const edited = await rig.send("PATCH", path, { [field]: "c" }, { "if-none-match": '"1"' });
		expect(edited.status).toBe(200);
	});

	test("what is not there is no 304", async () => {
		expect((await rig.get(`${path.slice(0, -1)}99`, { "if-none-match": "*" })).status).toBe(404);
	});
});

test("what a sweep measured is sent, and holds no edit up", async () => {
	const tag = await tagOf("/api/v1/hosts/1");
	rig.app.context.db.run("UPDATE host SET status = 'down', status_order = 1, last_seen_at = 5");
	const seen = await rig.get("/api/v1/hosts/1", { "if-none-match": tag });
	expect([seen.status, (seen.json() as { status: string }).status]).toEqual([200, "down"]);
	const edited = await rig.send("PATCH", "/api/v1/hosts/1", { notes: "m" }, { "if-match": tag });
	expect([edited.status, (edited.json() as { version: number }).version]).toEqual([200, 2]);
});

test("packed it is another representation, with its own tag (RFC 9110 8.8.3.3)", async () => {
	const gzip = { "accept-encoding": "gzip" };
	const [plain, packed] = [await tagOf("/api/v1/hosts/1"), await tagOf("/api/v1/hosts/1", gzip)];
	expect(packed).not.toBe(plain);
	expect((await rig.get("/api/v1/hosts/1", { ...gzip, "if-none-match": packed })).status).toBe(304);
	expect((await rig.get("/api/v1/hosts/1", { ...gzip, "if-none-match": plain })).status).toBe(200);
	expect((await rig.get("/api/v1/hosts/1", { "if-none-match": packed })).status).toBe(200);
	const edited = await rig.send("PATCH", "/api/v1/hosts/1", { notes: "m" }, { "if-match": packed });
	expect(edited.status).toBe(200);
});
