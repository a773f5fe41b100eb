/** Answers that are kept: given again as long as nothing changed, and never after, whoever wrote. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKept } from "../../../src/http/api/kept.ts";
import { type Db, openDatabase } from "../../../src/store/database.ts";
import { writeSetting } from "../../../src/store/settings.ts";

let folder: string;
let db: Db;
let other: Db;
let made: number;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-kept-"));
	db = openDatabase(join(folder, "ipam.db"), { busyMs: 100 });
	other = openDatabase(join(folder, "ipam.db"), { busyMs: 100 });
	made = 0;
});
afterEach(() => {
	db.close();
	other.close();
	rmSync(folder, { recursive: true, force: true });
});

function asker(status = 200) {
	const kept = openKept(db);
	return async (path = "/a", headers: Record<string, string> = {}) => {
		const make = async () => {
			made += 1;
			return new Response(`${path} ${made}`, { status, headers: { etag: `"${made}"` } });
		};
		const answer = await kept(new Request(`http://localhost${path}`, { headers }), make);
		return `${await answer.text()} ${answer.headers.get("etag")}`;
	};
}

test("made once as long as nothing changes, for each address and each packing", async () => {
	const ask = asker();
	expect([await ask(), await ask(), await ask()]).toEqual(['/a 1 "1"', '/a 1 "1"', '/a 1 "1"']);
	expect(await ask("/b")).toBe('/b 2 "2"');
	expect(await ask("/a", { "accept-encoding": "gzip" })).toBe('/a 3 "3"');
	expect(await ask()).toBe('/a 1 "1"');
});

test("made anew after a write of our own, and of another connection", async () => {
	const ask = asker();
	await ask();
	writeSetting(db, "prune_asked_at", "1");
	expect(await ask()).toBe('/a 2 "2"');
	writeSetting(other, "prune_asked_at", "2");
	expect(await ask()).toBe('/a 3 "3"');
	expect(await ask()).toBe('/a 3 "3"');
});

test("what is written while an answer is made keeps it from being given again", async () => {
	const kept = openKept(db);
	const ask = (write: boolean) =>
		kept(new Request("http://localhost/a"), async () => {
			if (write) writeSetting(other, "prune_asked_at", String(made));
			made += 1;
			return new Response(String(made));
		});
	expect(await (await ask(true)).text()).toBe("1");
	expect(await (await ask(false)).text()).toBe("2");
});

test("nor when somebody else asks in between, after the write", async () => {
	const kept = openKept(db);
	const ask = (path: string, make: () => Promise<string>) =>
		kept(new Request(`http://localhost${path}`), async () => new Response(await make())).then((one) =>
			one.text(),
		);
	const old = await ask("/a", async () => {
		writeSetting(other, "prune_asked_at", "1");
		await ask("/b", async () => "new");
		return "old";
	});
	expect([old, await ask("/a", async () => "new"), await ask("/b", async () => "made again")]).toEqual([
		"old",
		"new",
		"new",
	]);
});

test("a refusal is not kept, and no more answers than there may be", async () => {
	const refuse = asker(404);
	await refuse();
	await refuse();
	expect(made).toBe(2);
	const ask = asker();
	for (let n = 0; n < 300; n++) await ask(`/${n}`);
	made = 1_000;
	expect(await ask("/299")).toContain("/299 302");
	expect(await ask("/0")).toContain("/0 1001");
});
