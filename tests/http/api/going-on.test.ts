/** Work that the caller does not wait for: how far it is, its end, and what is told of what fails after the answer. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mayWrite } from "../../../src/http/api/operation.ts";
import { openRig, type Rig } from "../../helpers/app.ts";
import { elapse } from "../../helpers/patience.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/16" });
});
afterEach(() => rig.close());

type Seen = {
	id: number;
	state: string;
	progress: { step: string; done: number; total: number } | null;
	problem: string | null;
	batch_id: number | null;
};

async function bring(query: string, body: string | Uint8Array<ArrayBuffer>) {
	const init = { method: "POST", headers: { "content-type": "text/csv" }, body };
	const answer = await rig.fetch(`/api/v1/imports?${query}`, init);
	return {
		status: answer.status,
		where: answer.headers.get("location"),
		body: (await answer.json()) as Seen,
	};
}

const look = async (id: number) => (await rig.get(`/api/v1/imports/${id}`)).json() as Seen;

/** Looks until nobody works on it any more; everything that was seen. */
async function follow(id: number): Promise<Seen[]> {
	const seen: Seen[] = [];
	for (;;) {
		const now = await look(id);
		seen.push(now);
		if (now.progress === null) return seen;
		await elapse(1);
	}
}

const ROWS = 3_000;
const MANY = `ip,hostname\n${Array.from({ length: ROWS }, (_, i) => `10.0.${i >> 7}.${(i & 127) + 1},h${i}`).join("\n")}\n`;

describe("an import", () => {
	test("is answered at once, tells how far it is, and is written", async () => {
		const { status, where, body } = await bring("wait=false", MANY);
		expect([status, where, body.state]).toEqual([202, `/api/v1/imports/${body.id}`, "unread"]);
		const seen = await follow(body.id);
		expect(seen[0]?.progress).toMatchObject({ step: "judging" });
		const counted = seen.flatMap(({ progress }) => (progress?.step === "judging" ? [progress.done] : []));
		expect(counted).toEqual([...counted].sort((a, b) => a - b));
		expect(seen.at(-1)).toMatchObject({ state: "done", problem: null, batch_id: expect.any(Number) });
		expect((await rig.get("/api/v1/subnets/1")).json()).toMatchObject({ counts: { total: ROWS } });
	});

	test("a dry run is read and not written; writing and undoing it go on by themselves too", async () => {
		const { body } = await bring("wait=false&dry_run=true", "ip,hostname\n10.0.0.9,nas\n");
		expect((await follow(body.id)).at(-1)?.state).toBe("ready");
		const at = `/api/v1/imports/${body.id}`;
		expect((await rig.send("POST", `${at}/write?wait=false`)).status).toBe(202);
		const { batch_id: batch } = (await follow(body.id)).at(-1) as Seen;
		expect((await rig.send("POST", `${at}/undo?wait=false`)).status).toBe(202);
		let undone: { state: string };
		do undone = (await rig.get(`/api/v1/batches/${batch}`)).json();
		while (undone.state === "undoing");
		expect(undone.state).toBe("undone");
		expect((await look(body.id)).state).toBe("undone");
	});

	test("asked for twice at once: one writes, the other is refused and says nothing of it on the import", async () => {
		const { body } = await bring("dry_run=true", "ip,hostname\n10.0.0.9,nas\n");
		const write = () => rig.send("POST", `/api/v1/imports/${body.id}/write?wait=false`);
		const both = await Promise.all([write(), write()]);
		expect(both.map(({ status }) => status).sort()).toEqual([202, 409]);
		expect((await follow(body.id)).at(-1)).toMatchObject({ state: "done", problem: null });
	});

	test("a file that cannot be read is refused in the answer", async () => {
		const { status, body } = await bring("wait=false", 'ip,hostname\n10.0.0.9,"printer\n');
		expect([status, body]).toEqual([422, expect.objectContaining({ field: "file" })]);
		const bytes = Uint8Array.from(Buffer.from("ip,hostname\n10.0.0.9,\xa3\n", "latin1"));
		const other = await bring("wait=false", bytes);
		expect([other.status, other.body]).toEqual([422, expect.objectContaining({ field: "encoding" })]);
	});

	test("what fails after the answer is told by the import", async () => {
		const { db } = rig.app.context;
		db.run(
			"CREATE TEMP TRIGGER quick AFTER INSERT ON import_row BEGIN UPDATE subnet SET version = version + 1; END",
		);
		const { status, body } = await bring("wait=false", "subnet,name\n10.0.0.0/16,Other\n");
		expect(status).toBe(202);
		let now = (await follow(body.id)).at(-1);
		// The reason is written a turn after the end.
		for (let n = 0; n < 1_000 && now?.problem === null; n++) now = await look(body.id);
		expect(now).toMatchObject({ state: "ready", batch_id: null });
		expect(now?.problem).toContain("changed since");
	});

	test("is cancelled while it is read, and forgotten; then there is nothing to cancel", async () => {
		const { body } = await bring("wait=false", MANY);
		const cancelled = await rig.send("POST", `/api/v1/imports/${body.id}/cancel`);
		expect([cancelled.status, cancelled.json()]).toEqual([200, { id: body.id, state: "forgotten" } as never]);
		expect((await rig.get(`/api/v1/imports/${body.id}`)).status).toBe(404);
		expect((await rig.get("/api/v1/subnets/1")).json()).toMatchObject({ counts: { total: 0 } });
		expect((await rig.send("POST", `/api/v1/imports/${body.id}/cancel`)).status).toBe(404);
		const small = await bring("dry_run=true", "ip,hostname\n10.0.0.9,nas\n");
		expect((await rig.send("POST", `/api/v1/imports/${small.body.id}/cancel`)).status).toBe(409);
	});
});

test("edits of many hosts go on by themselves, and their batch tells how far they are", async () => {
	await bring("", MANY);
	const made = await rig.send("POST", "/api/v1/hosts/edit?wait=false", {
		filter: "",
		set: { notes: "moved" },
	});
	expect([made.status, made.json()]).toEqual([202, { batch_id: 2, hosts: ROWS } as never]);
	let batch: { state: string; progress: { done: number; total: number } | null; hosts: object };
	let most = 0;
	do {
		batch = (await rig.get("/api/v1/batches/2")).json();
		most = Math.max(most, batch.progress?.total ?? 0);
		await elapse(1);
	} while (batch.state === "open");
	expect([most, batch.hosts]).toEqual([ROWS, { added: 0, changed: ROWS, deleted: 0 }]);
});

test("what waits at the door while somebody else writes: who ends an import must not wait until it has ended", () => {
	const waits = (line: string) => {
		const [method = "", path] = line.split(" ");
		return mayWrite(method, `http://localhost${path}`);
	};
	const free = ["GET /hosts", "HEAD /api/v1/hosts", "POST /hosts/1/ping", "POST /api/v1/hosts/1/ping"];
	const ends = ["POST /imports/4/cancel", "POST /api/v1/imports/4/cancel"];
	expect([...free, ...ends].filter(waits)).toEqual([]);
	const writes = [
		"POST /batches/4/cancel",
		"POST /imports/4/write",
		"PATCH /api/v1/hosts/1",
		"DELETE /api/v1/hosts/1",
	];
	expect(writes.filter(waits)).toEqual(writes);
});
