/** Imports for people: bring a file, see what it would do, have it done, take it back. */

import { Elysia } from "elysia";
import { EMPTY_IMPORT, ImportForm, type ImportFormState } from "../../views/import.tsx";
import { ImportPage } from "../../views/import-plan.tsx";
import { BOUNDS } from "../config.ts";
import { AppError } from "../errors.ts";
import type { PhpipamKey } from "../events/phpipam.ts";
import { subnetDefaults } from "../ipam/defaults.ts";
import { type Bringing, demandImport, suggestBlocks } from "../ipam/imports.ts";
import { createSubnet } from "../ipam/subnets.ts";
import {
	DEFAULT_OPTIONS,
	ENCODINGS,
	type Encoding,
	type ImportOptions,
	TARGETS,
	type Target,
	VERDICTS,
	type Verdict,
} from "../model/import.ts";
import { withoutLogin } from "../model/target.ts";
import { findBatch } from "../store/batches.ts";
import { listRefused, listRows } from "../store/import-rows.ts";
import { findImport, listImports, writeProblem } from "../store/imports.ts";
import { endUnlessEnded, redirectWithUndo } from "./batches.ts";
import type { Desk } from "./desk.ts";
import { respondDownload } from "./download.ts";
import { type Fields, readForm, readId } from "./query.ts";
import { explain, redirect, respondPage } from "./respond.ts";
import { readUpload } from "./uploads.ts";

/** Earlier imports on the page that brings one. */
const RECENT = 10;

export function importRoutes(desk: Desk) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get("/imports", ({ request }) => respondPage(request, desk.shell(request), start(desk, EMPTY_IMPORT)))
		.post("/imports", ({ request, server }) => slowly(request, server, () => bring(desk, request)), raw)
		.post(
			"/imports/phpipam",
			({ request, server }) => slowly(request, server, () => pull(desk, request)),
			raw,
		)
		.get("/imports/:id", ({ request, params }) =>
			respondPage(request, desk.shell(request), page(desk, request, readId(params.id))),
		)
		.post(
			"/imports/:id/look",
			({ request, params, server }) => slowly(request, server, () => look(desk, request, readId(params.id))),
			raw,
		)
		.post(
			"/imports/:id/write",
			({ request, params, server }) => slowly(request, server, () => write(desk, request, readId(params.id))),
			raw,
		)
		.post("/imports/:id/cancel", ({ request, params }) => cancel(desk, request, readId(params.id)), raw)
		.post(
			"/imports/:id/around",
			({ request, params, server }) =>
				slowly(request, server, () => addAround(desk, request, readId(params.id))),
			raw,
		)
		.get("/imports/:id/refused.csv", ({ request, params }) => refused(desk, request, readId(params.id)));
}

type Timed = { timeout(request: Request, seconds: number): void } | null;

/** What takes as long as the file, or phpIPAM, takes: the connection may be silent meanwhile. */
function slowly<T>(request: Request, server: Timed, work: () => T): T {
	server?.timeout(request, 0);
	return work();
}

function start(desk: Desk, form: ImportFormState) {
	const { db, clock } = desk.context;
	return { title: "Import", main: ImportForm({ form, recent: listImports(db, RECENT), now: clock.now() }) };
}

function page(desk: Desk, request: Request, id: number, problem?: string) {
	const { db, clock } = desk.context;
	const found = demandImport(desk.context, id);
	const stage = desk.surroundings.importer.stage(id);
	const params = new URL(request.url).searchParams;
	const said = VERDICTS.find((verdict) => verdict === params.get("show"));
	// What cannot be imported comes first: that is what somebody has to look at.
	const order = ["refuse", "add", "change", "same"] as const;
	const show: Verdict | undefined = said ?? order.find((verdict) => count(found.counts[verdict]) > 0);
	const after = /^\d{1,9}$/.test(params.get("after") ?? "") ? Number(params.get("after")) : 0;
	const rows = show === undefined ? [] : listRows(db, id, show, after, BOUNDS.importRowsShown + 1);
	const shown = rows.slice(0, BOUNDS.importRowsShown);
	const batch = found.batchId === undefined ? undefined : findBatch(db, found.batchId);
	const next = rows.length > BOUNDS.importRowsShown ? shown.at(-1)?.n : undefined;
	const around = found.state === "ready" && count(found.counts.refuse) > 0 ? suggestBlocks(db, id) : [];
	const main = ImportPage({
		...{ found, stage, show, rows: shown, next, batch, problem, around, now: clock.now() },
	});
	return { title: found.name, main, unfinished: stage === undefined ? undefined : `/imports/${id}` };
}

function count({ hosts, subnets }: { hosts: number; subnets: number }): number {
	return hosts + subnets;
}

async function bring(desk: Desk, request: Request): Promise<Response> {
	let form = EMPTY_IMPORT;
	try {
		const { field, file } = await readUpload(request, BOUNDS.uploadBytes);
		form = { values: { text: field("text"), format: field("format"), encoding: field("encoding") } };
		const bytes = file?.bytes ?? new TextEncoder().encode(field("text"));
		if (bytes.length === 0) {
			throw new AppError("invalid", "Choose a file, or paste a table into the box.", { field: "file" });
		}
		const options = { ...DEFAULT_OPTIONS, format: field("format") || "auto", encoding: encodingOf(field) };
		const name = file?.name ?? "pasted text";
		return await show(desk, desk.surroundings.importer.begin(desk.by(request), { name, bytes, options }));
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const problem = { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
		return respondPage(
			request,
			desk.shell(request),
			start(desk, { ...form, problem }),
			explain(error).status,
		);
	}
}

async function pull(desk: Desk, request: Request): Promise<Response> {
	const field = await readForm(request);
	const url = field("url").trim();
	try {
		const tables = await desk.surroundings.pullPhpipam(url, keyOf(field), request.signal);
		const { phpipamTable } = await import("../formats/phpipam.ts");
		const table = phpipamTable(tables, "phpipam-api");
		const name = `phpIPAM at ${new URL(url).host}`;
		const options = { ...DEFAULT_OPTIONS, format: "phpipam" };
		return await show(desk, desk.surroundings.importer.begin(desk.by(request), { name, table, options }));
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const problem = { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
		const form = { ...EMPTY_IMPORT, url: withoutLogin(url), problem };
		return respondPage(request, desk.shell(request), start(desk, form), explain(error).status);
	}
}

/** An app code, or who signs in. */
function keyOf(field: Fields): PhpipamKey {
	const [code, user] = [field("token").trim(), field("user").trim()];
	if (user !== "") return { user, password: field("password") };
	if (code !== "") return { code };
	throw new AppError("invalid", "Give the app code, or a user of phpIPAM with its password.", {
		field: "token",
	});
}

function encodingOf(field: Fields): Encoding | undefined {
	const said = field("encoding");
	if (said === "") return undefined;
	if (Object.hasOwn(ENCODINGS, said)) return said as Encoding;
	throw new AppError("invalid", "This encoding is not known.", { field: "encoding" });
}

/** The same file, understood as the form says. */
async function look(desk: Desk, request: Request, id: number): Promise<Response> {
	const field = await readForm(request);
	const found = demandImport(desk.context, id);
	try {
		const encoding = encodingOf(field) ?? found.options.encoding;
		const mapped = found.headers.map((_, i) => field(`column_${i}`) as Target);
		const whole = found.headers.length > 0 && field("mapped") !== "";
		if (whole && mapped.some((target) => !Object.hasOwn(TARGETS, target))) {
			throw new AppError("invalid", "A column is mapped to something that is not known.");
		}
		const options: ImportOptions = {
			...{ format: found.options.format, encoding },
			...(whole ? { mapping: mapped } : found.options.mapping && { mapping: found.options.mapping }),
			clear: whole ? field("clear") !== "" : found.options.clear,
			sweep: whole ? field("sweep") !== "" : found.options.sweep,
		};
		const { importer } = desk.surroundings;
		return await show(desk, importer.begin(desk.by(request), { id, name: found.name, options }));
	} catch (error) {
		return again(desk, request, id, error);
	}
}

async function write(desk: Desk, request: Request, id: number): Promise<Response> {
	await readForm(request);
	const { importer } = desk.surroundings;
	try {
		const work = importer.write(desk.by(request), id);
		const done = await inTime(desk, work);
		if (done === undefined) {
			// Whoever looks at its page is told there why nothing was written.
			work.catch((error: unknown) => tellLater(desk, id, error));
			return redirect(`/imports/${id}`);
		}
		const { batchId } = done;
		return batchId === undefined ? redirect(`/imports/${id}`) : redirectWithUndo(`/imports/${id}`, batchId);
	} catch (error) {
		return again(desk, request, id, error);
	}
}

async function cancel(desk: Desk, request: Request, id: number): Promise<Response> {
	await readForm(request);
	const { state } = demandImport(desk.context, id);
	const ended = endUnlessEnded(() => desk.surroundings.importer.cancel(id));
	// A file that was still being read for the first time is forgotten.
	return redirect(ended && state === "unread" ? "/imports" : `/imports/${id}`);
}

/** The subnet around addresses that have none, and another look at the file. */
async function addAround(desk: Desk, request: Request, id: number): Promise<Response> {
	const field = await readForm(request);
	const { name, options } = demandImport(desk.context, id);
	const by = desk.by(request);
	try {
		const { sweepIntervalS } = subnetDefaults(desk.context);
		const empty = { name: "", notes: "", gateway: "", sweepIntervalS, sweepEnabled: options.sweep };
		createSubnet(by, field("cidr"), empty);
		return await show(desk, desk.surroundings.importer.begin(by, { id, name, options }));
	} catch (error) {
		return again(desk, request, id, error);
	}
}

/** The page of a file: when it is read, or, when that takes a while, as soon as it has one. */
async function show(desk: Desk, { begun, done }: Bringing): Promise<Response> {
	const made = await inTime(desk, done);
	if (made !== undefined) return redirect(`/imports/${made.id}`);
	const id = await Promise.race([begun, done.then((late) => late.id)]);
	done.catch((error: unknown) => tellLater(desk, id, error));
	return redirect(`/imports/${id}`);
}

/** What it is when it is done within a moment; undefined: it goes on. */
async function inTime<T>({ context: { clock } }: Desk, done: Promise<T>): Promise<T | undefined> {
	const over = new AbortController();
	try {
		const late = clock.sleep(BOUNDS.workShownAfterMs, over.signal).then(() => undefined);
		return await Promise.race([done, late]);
	} finally {
		over.abort();
	}
}

/** Nobody waits for the answer any more: the page of the file says what went wrong. */
export function tellLater({ context: { db, log } }: Desk, id: number, error: unknown): void {
	const found = findImport(db, id);
	const message = error instanceof AppError ? error.message : "It could not be done. The log says more.";
	if (found?.state === "ready") writeProblem(db, id, "ready", found.options, { message });
	if (!(error instanceof AppError)) log.error("an import failed", { import: id, reason: error });
}

/** The page of the import with what went wrong above it. */
function again(desk: Desk, request: Request, id: number, error: unknown): Response {
	if (!(error instanceof AppError) || error.code === "not_found") throw error;
	const shown = page(desk, request, id, error.message);
	return respondPage(request, desk.shell(request), shown, explain(error).status);
}

/** The rows that were refused, as they came, with the reason: to be mended and brought again. */
async function refused(desk: Desk, request: Request, id: number): Promise<Response> {
	const { csvLine } = await import("../formats/csv.ts");
	const found = demandImport(desk.context, id);
	async function* lines() {
		yield `\ufeff${csvLine([...found.headers, "reason"])}`;
		for (let after = 0; ; ) {
			const rows = listRefused(desk.context.db, id, after, BOUNDS.exportSlice);
			yield rows
				.map(({ cells, reason }) => csvLine([...found.headers.map((_, i) => cells[i] ?? ""), reason]))
				.join("");
			const last = rows.at(-1);
			if (rows.length < BOUNDS.exportSlice || last === undefined) return;
			after = last.n;
			await desk.context.clock.sleep(0);
		}
	}
	return respondDownload(request, lines(), { name: `refused-${id}.csv`, type: "text/csv; charset=utf-8" });
}
