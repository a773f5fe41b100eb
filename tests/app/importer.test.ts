/** A file whose reading never ends holds nobody up for longer than the bound, and its thread goes with it. */

import { expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importerOf } from "../../src/app/importer.ts";
import { BOUNDS, loadConfig } from "../../src/config.ts";
import type { Context } from "../../src/context.ts";
import { runErrand } from "../../src/errand.ts";
import { createBus } from "../../src/events/bus.ts";
import { explain } from "../../src/http/respond.ts";
import { openImporter } from "../../src/ipam/imports.ts";
import { silentLog } from "../../src/log.ts";
import { PROGRAM } from "../../src/model/actor.ts";
import { openDatabase } from "../../src/store/database.ts";
import { storageKind } from "../../src/store/faults.ts";
import { handClock } from "../helpers/clock.ts";

test("whoever comes second is told the first file by a name that can be read, however long it is", async () => {
	const db = openDatabase(":memory:", { busyMs: 100 });
	const never = () => new Promise<never>(() => {});
	const importer = openImporter({ read: never, write: never }, { busyMs: 30, usualMs: 150 });
	const bring = (name: string) =>
		importer.bring({ db, actor: PROGRAM } as Context, { name, options: {} as never }).catch(String);
	bring(`\u202e\n${"x".repeat(1_000_000)}.csv`);
	const says = await bring("b.csv");
	expect(says).toContain(`“${"x".repeat(59)}…” is being read`);
	db.close();
});

/** SQLite's own size, in bytes. */
const PAGE = 4_096;

test("what SQLite says of the file crosses the border: the words for a damaged one, and no mistake of ours", async () => {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-importer-"));
	const config = loadConfig({ env: { DATABASE_URL: join(folder, "a.db") } });
	try {
		const db = openDatabase(config.databasePath, { busyMs: 100 });
		const { rootpage } = db
			.query<{ rootpage: number }, []>("SELECT rootpage FROM sqlite_schema WHERE name = 'import_batch'")
			.get() ?? { rootpage: 0 };
		db.close();
		const file = openSync(config.databasePath, "r+");
		writeSync(file, Buffer.alloc(PAGE, 0xff), 0, PAGE, (rootpage - 1) * PAGE);
		closeSync(file);
		const entry = join(import.meta.dir, "../../src/main.ts");
		const job = { config, actor: PROGRAM, id: 1, stop: new SharedArrayBuffer(4) };
		const work = runErrand(entry, "writeImport", job, new AbortController().signal);
		const error = await work.catch((thrown: unknown) => thrown);
		expect(storageKind(error)).toBe("damaged");
		expect(explain(error)).toMatchObject({ status: 503, says: expect.stringContaining("is damaged") });
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});

test("it is let go of after the bound, in words, and the next one has its turn", async () => {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-importer-"));
	const config = loadConfig({ env: { DATABASE_URL: join(folder, "a.db") } });
	const db = openDatabase(config.databasePath, { busyMs: 100 });
	const clock = handClock();
	const bus = createBus({ ring: 1 });
	const context: Context = { config, db, bus, log: silentLog, clock, random: () => 0.5, actor: PROGRAM };
	try {
		const importer = importerOf(context, join(import.meta.dir, "../helpers/stuck-entry.ts"));
		const bring = () =>
			importer.bring(context, { name: "a.xls", bytes: new Uint8Array(8), options: {} as never });
		for (let turn = 0; turn < 2; turn++) {
			const first = bring().catch((error: unknown) => error);
			await expect(bring()).rejects.toThrow(
				"Another import is under way: “a.xls” is being read. Try again in two minutes at the latest.",
			);
			await clock.advance(BOUNDS.importReadMs - 1);
			expect(Bun.peek.status(first)).toBe("pending");
			await clock.advance(1);
			expect(await first).toMatchObject({
				...{ code: "invalid", field: "file" },
				message: expect.stringContaining("not read after 2 minutes"),
			});
		}
	} finally {
		db.close();
		rmSync(folder, { recursive: true, force: true });
	}
});
