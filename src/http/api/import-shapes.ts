/** An import as JSON: its shape, how it looks, and how one is made of what is stored. */

import { type Static, Type as t } from "@sinclair/typebox";
import { type Import, type ImportRow, ORIGINS, VERDICTS } from "../../model/import.ts";
import { findBatch } from "../../store/batches.ts";
import { listRows } from "../../store/import-rows.ts";
import type { Desk } from "../desk.ts";
import { moment, nullable, shape } from "./operation.ts";
import { PAGE, readCursor, writeCursor } from "./parameters.ts";
import { time } from "./shapes.ts";

const NUMBER = t.Integer({ minimum: 0 });
const COUNT = shape({ hosts: NUMBER, subnets: NUMBER });
const ROW = shape({
	line: t.Integer({ minimum: 0, description: "Line of the file, or row of the sheet." }),
	noun: t.String({ enum: ["host", "subnet"] }),
	address: t.String(),
	verdict: t.String({ enum: [...VERDICTS] }),
	reason: t.String({ description: "Why it is refused, or what was read otherwise than written." }),
	changes: t.Array(shape({ field: t.String(), old: t.String(), new: t.String() })),
});
export const IMPORT = shape(
	{
		id: t.Integer({ minimum: 1 }),
		state: t.String({
			enum: ["unread", "ready", "asked", "done", "undone"],
			description:
				"unread: it is being read (`progress`), or could not be (`problem`); ready: what it would do is known; asked: it " +
				"waits to be written.",
		}),
		name: t.String(),
		origin: nullable(t.String({ enum: Object.keys(ORIGINS), description: "What the file was taken for." })),
		columns: t.Array(shape({ title: t.String(), read_as: t.String() })),
		counts: shape({ add: COUNT, change: COUNT, same: COUNT, refuse: COUNT }),
		progress: nullable(
			shape(
				{ step: t.String({ enum: ["judging", "writing"] }), done: NUMBER, total: NUMBER },
				{ $id: "ImportProgress", description: "Rows of all, while it is worked on; else null." },
			),
		),
		problem: nullable(t.String({ description: "Why it was not read, or not written, for a person." })),
		batch_id: nullable(t.Integer({ description: "What it became; GET /batches/{id} tells more." })),
		made_at: moment("When the file came."),
		rows: t.Array(ROW),
		next_cursor: nullable(t.String({ description: "Where the next rows begin; null on the last page." })),
	},
	{ $id: "Import", description: "A file on its way in: what its rows would do, or did." },
);
const NOTHING = { hosts: 0, subnets: 0 };
export const IMPORT_EXAMPLE: Static<typeof IMPORT> = {
	id: 4,
	state: "ready",
	name: "hosts.csv",
	origin: "csv",
	columns: [
		{ title: "ip", read_as: "ip" },
		{ title: "name", read_as: "name" },
	],
	counts: { add: { hosts: 1, subnets: 0 }, change: NOTHING, same: NOTHING, refuse: NOTHING },
	progress: null,
	problem: null,
	batch_id: null,
	made_at: "2026-11-23T14:30:00.000Z",
	rows: [
		{
			...{ line: 2, noun: "host", address: "10.0.0.14", verdict: "add", reason: "" },
			changes: [{ field: "hostname", old: "", new: "nas" }],
		},
	],
	next_cursor: null,
};

/** `page`: which of its rows. */
export function importJson(
	desk: Desk,
	found: Import,
	page: {
		verdict?: (typeof VERDICTS)[number] | undefined;
		limit?: number | undefined;
		cursor?: string | undefined;
	},
): Static<typeof IMPORT> {
	const { limit = PAGE.rows } = page;
	const [after] = page.cursor === undefined ? [0] : readCursor(page.cursor, ["number"]);
	const rows = listRows(desk.context.db, found.id, page.verdict, after, limit + 1);
	const last = rows.length > limit ? rows[limit - 1] : undefined;
	const batch = found.batchId === undefined ? undefined : findBatch(desk.context.db, found.batchId);
	return {
		id: found.id,
		state: batch?.state === "undone" ? "undone" : found.state,
		name: found.name,
		origin: found.origin ?? null,
		columns: found.headers.map((title, i) => ({ title, read_as: found.mapping[i] ?? "" })),
		counts: found.counts,
		progress: desk.surroundings.importer.stage(found.id) ?? null,
		problem: found.problem?.message ?? null,
		batch_id: found.batchId ?? null,
		made_at: time(found.madeAt) ?? "",
		rows: rows.slice(0, limit).map(rowJson),
		next_cursor: last === undefined ? null : writeCursor([last.n]),
	};
}

function rowJson({ line, noun, address, verdict, reason, changes }: ImportRow): Static<typeof ROW> {
	return { line, noun, address, verdict, reason, changes: changes.map((one) => ({ ...one })) };
}
