/** Imports by JSON: a file in, what it would do or did, how far it is, its end and its undo. */

import { Type as t } from "@sinclair/typebox";
import { BOUNDS } from "../../config.ts";
import { AppError } from "../../errors.ts";
import { demandImport } from "../../ipam/imports.ts";
import { beginUndo } from "../../ipam/undo.ts";
import { ENCODINGS, type Encoding, type Import, VERDICTS } from "../../model/import.ts";
import { findImport } from "../../store/imports.ts";
import { readBytes } from "../bytes.ts";
import type { Desk } from "../desk.ts";
import { tellLater } from "../imports.ts";
import { BodyError } from "./body.ts";
import { IMPORT, IMPORT_EXAMPLE, importJson } from "./import-shapes.ts";
import { type Operation, operation, shape } from "./operation.ts";
import { CURSOR, choice, LIMIT, text, YES_OR_NO } from "./parameters.ts";
import { WAIT, whenDone } from "./waiting.ts";

/** What a file may be sent as; what it is, its content tells. */
const TAKES = [
	...["text/csv", "text/plain", "application/octet-stream", "application/json", "application/sql"],
	...["application/vnd.ms-excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
] as const;
const FILE_FORMATS = ["auto", "csv", "xlsx", "xls", "json", "phpipam", "netbox", "hosts", "leases"] as const;
const ONE = { says: "The import.", schema: IMPORT, example: IMPORT_EXAMPLE } as const;
const GOES_ON = {
	says: "It goes on by itself (`wait=false`): GET /imports/{id} tells how far it is, and in the end what came of it.",
	schema: IMPORT,
	example: { ...IMPORT_EXAMPLE, progress: { step: "writing", done: 0, total: 1 } },
} as const;
const CANCELLED = shape(
	{
		id: t.Integer({ minimum: 1 }),
		state: t.String({
			enum: ["forgotten", "unread", "ready", "done"],
			description: "forgotten: it was still being read. done: the end came too late, it is written.",
		}),
	},
	{ $id: "CancelledImport" },
);
const LOCATION = { location: "Where it is." };
const UNDOES = "It goes on by itself (`wait=false`): GET /batches/{batch_id} tells how far it is.";
/** Between two looks whether the work has ended, in milliseconds. */
const CANCEL_LOOK_MS = 5;
const NO_SUCH = "There is no such import (any more).";
const TAG = "Import and export";

export function importOperations(desk: Desk): Operation[] {
	return [bringOperation(desk), getOperation(desk), writeOperation(desk), ...endOperations(desk)];
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
			wait: WAIT,
		},
		takes: TAKES,
		bodyExample: "ip,hostname,description\n10.0.0.14,nas,Storage in the cellar\n",
		answers: { 201: { ...ONE, headers: LOCATION }, 202: { ...GOES_ON, headers: LOCATION } },
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
			const { begun, done } = importer.begin(by, {
				name,
				bytes,
				options: { format, encoding, clear, sweep },
			});
			const work = done.then(demandRead);
			const written = query.dry_run === true ? work : work.then(({ id }) => importer.write(by, id));
			const answer = (id: number) => ({
				body: importJson(desk, demandImport(desk.context, id), {}),
				headers: { location: `/api/v1/imports/${id}` },
			});
			if (query.wait !== false) return { status: 201, ...answer((await written).id) };
			// What fails before it has a number is answered; it fails here too.
			written.catch(() => {});
			const id = await Promise.race([begun, work.then((found) => found.id)]);
			goesOn(desk, id, written);
			return { status: 202, ...answer(id) };
		},
	});
}

/** What was read; AppError("invalid") with the place when it could not be, and choosing its encoding may help. */
function demandRead(found: Import): Import {
	if (found.state !== "unread") return found;
	const { message = "", line, column } = found.problem ?? {};
	const place = line === undefined ? {} : { detail: { line, ...(column === undefined ? {} : { column }) } };
	throw new AppError("invalid", message, { field: "encoding", ...place });
}

function getOperation(desk: Desk): Operation {
	return operation({
		method: "GET",
		path: "/imports/{id}",
		id: "getImport",
		tag: TAG,
		summary: "What a file would do, or did, row by row, and how far it is",
		query: {
			verdict: choice("Only these rows.", VERDICTS, { example: "refuse" }),
			limit: LIMIT,
			cursor: CURSOR,
		},
		answers: { 200: ONE },
		refuses: { 404: NO_SUCH },
		handle: ({ id, query }) => ({
			status: 200,
			body: importJson(desk, demandImport(desk.context, id), query),
		}),
	});
}

function writeOperation(desk: Desk): Operation {
	const { importer } = desk.surroundings;
	const told = (id: number) => importJson(desk, demandImport(desk.context, id), {});
	return operation({
		method: "POST",
		path: "/imports/{id}/write",
		id: "writeImport",
		slow: true,
		tag: TAG,
		summary: "Write what a dry run showed",
		query: { wait: WAIT },
		answers: { 200: ONE, 202: GOES_ON },
		refuses: {
			404: NO_SUCH,
			409: "Something changed since, or it is written already: nothing was written.",
		},
		async handle({ request, id, query }) {
			const { state } = demandImport(desk.context, id);
			const isBusy = importer.stage(id) !== undefined;
			const work = importer.write(desk.by(request), id);
			// What cannot be written is refused at once.
			if (query.wait !== false || state !== "ready" || isBusy || importer.stage(id) === undefined) {
				await work;
				return { status: 200, body: told(id) };
			}
			goesOn(desk, id, work);
			return { status: 202, body: told(id) };
		},
	});
}

function endOperations(desk: Desk): Operation[] {
	const { importer } = desk.surroundings;
	return [
		operation({
			method: "POST",
			path: "/imports/{id}/cancel",
			id: "cancelImport",
			slow: true,
			tag: TAG,
			summary: "End the work on a file: nothing of it is written",
			details: "Answers when the work has ended. What is written already can be undone.",
			answers: { 200: { says: "What it is now.", schema: CANCELLED, example: { id: 4, state: "ready" } } },
			refuses: { 404: NO_SUCH, 409: "Nobody works on this file." },
			async handle({ id }) {
				demandImport(desk.context, id);
				importer.cancel(id);
				while (importer.stage(id) !== undefined) await desk.context.clock.sleep(CANCEL_LOOK_MS);
				const state = findImport(desk.context.db, id)?.state ?? "forgotten";
				return { status: 200, body: { id, state } };
			},
		}),
		operation({
			method: "POST",
			path: "/imports/{id}/undo",
			id: "undoImport",
			slow: true,
			tag: TAG,
			summary: "Undo an import, leaving alone what was changed since",
			query: { wait: WAIT },
			answers: { 200: ONE, 202: { ...GOES_ON, says: UNDOES } },
			refuses: { 404: NO_SUCH, 409: "It was not written, or is undone already." },
			async handle({ request, id, query }) {
				const { batchId } = demandImport(desk.context, id);
				if (batchId === undefined) throw new AppError("conflict", "This import has written nothing.");
				return whenDone(desk, beginUndo(desk.by(request), batchId), query.wait, () =>
					importJson(desk, demandImport(desk.context, id), {}),
				);
			},
		}),
	];
}

/** Nobody waits for the answer any more: the import itself says what went wrong. */
function goesOn(desk: Desk, id: number, work: Promise<unknown>): void {
	work.catch((error: unknown) => tellLater(desk, id, error));
}
