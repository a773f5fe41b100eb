/** Imports and exports by JSON: a file in, what it would do or did, undo, and everything out. */

import { type Static, Type as t } from "@sinclair/typebox";
import { BOUNDS } from "../../config.ts";
import { AppError } from "../../errors.ts";
import { demandImport } from "../../ipam/imports.ts";
import { demandSubnet } from "../../ipam/subnets.ts";
import { undoBatch } from "../../ipam/undo.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../../model/export.ts";
import {
	ENCODINGS,
	type Encoding,
	type Import,
	type ImportRow,
	ORIGINS,
	VERDICTS,
} from "../../model/import.ts";
import { findBatch } from "../../store/batches.ts";
import { listRows } from "../../store/import-rows.ts";
import { readBytes } from "../bytes.ts";
import type { Desk } from "../desk.ts";
import { download } from "../exports.ts";
import { BodyError } from "./body.ts";
import { filterOf, HOST_FILTERS, SUBNET_FILTER } from "./host-filters.ts";
import { moment, nullable, type Operation, operation, shape } from "./operation.ts";
import { CURSOR, choice, LIMIT, PAGE, readCursor, text, writeCursor, YES_OR_NO } from "./parameters.ts";
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
const IMPORT = shape(
	{
		id: t.Integer({ minimum: 1 }),
		state: t.String({ enum: ["unread", "ready", "asked", "done", "undone"] }),
		name: t.String(),
		origin: nullable(t.String({ enum: Object.keys(ORIGINS), description: "What the file was taken for." })),
		columns: t.Array(shape({ title: t.String(), read_as: t.String() })),
		counts: shape({ add: COUNT, change: COUNT, same: COUNT, refuse: COUNT }),
		batch_id: nullable(t.Integer({ description: "What it became; GET /batches/{id} tells more." })),
		made_at: moment("When the file came."),
		rows: t.Array(ROW),
		next_cursor: nullable(t.String({ description: "Where the next rows begin; null on the last page." })),
	},
	{ $id: "Import", description: "A file on its way in: what its rows would do, or did." },
);
const NOTHING = { hosts: 0, subnets: 0 };
const EXAMPLE: Static<typeof IMPORT> = {
	id: 4,
	state: "ready",
	name: "hosts.csv",
	origin: "csv",
	columns: [
		{ title: "ip", read_as: "ip" },
		{ title: "name", read_as: "name" },
	],
	counts: { add: { hosts: 1, subnets: 0 }, change: NOTHING, same: NOTHING, refuse: NOTHING },
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

/** What a file may be sent as; what it is, its content tells. */
const TAKES = [
	...["text/csv", "text/plain", "application/octet-stream", "application/json", "application/sql"],
	...["application/vnd.ms-excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
] as const;
const FILE_FORMATS = ["auto", "csv", "xlsx", "xls", "json", "phpipam", "netbox", "hosts", "leases"] as const;
const ANSWERS = { 200: { says: "The import.", schema: IMPORT, example: EXAMPLE } } as const;
const NO_SUCH = "There is no such import (any more).";
const TAG = "Import and export";

export function movingOperations(desk: Desk): Operation[] {
	return [bringOperation(desk), ...importOperations(desk), exportOperation(desk)];
}

function bringOperation(desk: Desk): Operation {
	return operation({
		method: "POST",
		path: "/imports",
		id: "importFile",
		slow: true,
		tag: TAG,
		summary: "Import a file, or see what that would do",
		details:
			"The body is the file itself: CSV, Excel, JSON, phpIPAM, NetBox, a hosts file or leases. Rows that cannot be used " +
			"are left out and listed with the reason; all others are written in one transaction, which can be undone.",
		query: {
			format: choice("What the file is; by default its content tells.", FILE_FORMATS, {
				example: "csv",
				fallback: "auto",
			}),
			dry_run: YES_OR_NO("Only tell what it would do.", false),
			clear: YES_OR_NO("An empty cell clears what is there.", false),
			sweep: YES_OR_NO("Sweep new subnets, where the file does not say.", true),
			encoding: choice("Of text that is not UTF-8.", Object.keys(ENCODINGS) as Encoding[], {
				example: "windows-1250",
			}),
			name: text("What to call it.", "hosts.csv"),
		},
		takes: TAKES,
		bodyExample: "ip,hostname,description\n10.0.0.14,nas,Storage in the cellar\n",
		answers: { 201: { says: "The import.", schema: IMPORT, example: EXAMPLE } },
		refuses: { 409: "Another import is under way, or something changed while it was judged." },
		async handle({ request, query }) {
			const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
			if (!TAKES.some((one) => one === type)) {
				throw new BodyError(415, `Send the file itself, with one of these types: ${TAKES.join(", ")}.`);
			}
			const bytes = await readBytes(request, BOUNDS.uploadBytes);
			const { format = "auto", encoding, clear = false, sweep = true, name = "by the API" } = query;
			const { importer } = desk.surroundings;
			const by = desk.by(request);
			const found = await importer.bring(by, { name, bytes, options: { format, encoding, clear, sweep } });
			if (found.state === "unread") {
				const { message = "", line, column } = found.problem ?? {};
				const place =
					line === undefined ? {} : { detail: { line, ...(column === undefined ? {} : { column }) } };
				throw new AppError("invalid", message, { field: "encoding", ...place });
			}
			const made = query.dry_run === true ? found : await importer.write(by, found.id);
			const headers = { location: `/api/v1/imports/${made.id}` };
			return { status: 201, body: importJson(desk, made, {}), headers };
		},
	});
}

function importOperations(desk: Desk): Operation[] {
	return [
		operation({
			method: "GET",
			path: "/imports/{id}",
			id: "getImport",
			tag: TAG,
			summary: "What a file would do, or did, row by row",
			query: {
				verdict: choice("Only these rows.", VERDICTS, { example: "refuse" }),
				limit: LIMIT,
				cursor: CURSOR,
			},
			answers: ANSWERS,
			refuses: { 404: NO_SUCH },
			handle: ({ id, query }) => ({
				status: 200,
				body: importJson(desk, demandImport(desk.context, id), query),
			}),
		}),
		operation({
			method: "POST",
			path: "/imports/{id}/write",
			id: "writeImport",
			slow: true,
			tag: TAG,
			summary: "Write what a dry run showed",
			answers: ANSWERS,
			refuses: {
				404: NO_SUCH,
				409: "Something changed since, or it is written already: nothing was written.",
			},
			async handle({ request, id }) {
				const made = await desk.surroundings.importer.write(desk.by(request), id);
				return { status: 200, body: importJson(desk, made, {}) };
			},
		}),
		operation({
			method: "POST",
			path: "/imports/{id}/undo",
			id: "undoImport",
			slow: true,
			tag: TAG,
			summary: "Undo an import, leaving alone what was changed since",
			answers: ANSWERS,
			refuses: { 404: NO_SUCH, 409: "It was not written, or is undone already." },
			async handle({ request, id }) {
				const { batchId } = demandImport(desk.context, id);
				if (batchId === undefined) throw new AppError("conflict", "This import has written nothing.");
				await undoBatch(desk.by(request), batchId);
				return { status: 200, body: importJson(desk, demandImport(desk.context, id), {}) };
			},
		}),
	];
}

function exportOperation(desk: Desk): Operation {
	const formats = Object.keys(EXPORT_FORMATS) as ExportFormat[];
	return operation({
		method: "GET",
		path: "/export",
		id: "exportAll",
		slow: true,
		tag: TAG,
		summary: "Everything, or what passes a filter, as a file",
		details: `Each format has its own content type. ${formats.map((one) => `${one}: ${EXPORT_FORMATS[one].says}`).join("; ")}.`,
		query: {
			subnet: SUBNET_FILTER,
			...HOST_FILTERS,
			format: choice("What to write.", formats, { example: "csv", fallback: "csv" }),
		},
		answers: {
			200: { says: "The file.", schema: t.String(), example: "type,address,name\r\n", type: "text/csv" },
		},
		refuses: { 404: "There is no such subnet." },
		handle({ request, query }) {
			const { format = "csv", subnet, ...rest } = query;
			const filter = filterOf(rest, subnet);
			if (subnet !== undefined) demandSubnet(desk.context, subnet);
			return download(desk.context, request, format, filter);
		},
	});
}

function importJson(
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
		batch_id: found.batchId ?? null,
		made_at: time(found.madeAt) ?? "",
		rows: rows.slice(0, limit).map(rowJson),
		next_cursor: last === undefined ? null : writeCursor([last.n]),
	};
}

function rowJson({ line, noun, address, verdict, reason, changes }: ImportRow): Static<typeof ROW> {
	return { line, noun, address, verdict, reason, changes: changes.map((one) => ({ ...one })) };
}
