/** Undo for people, work that goes on by itself and its page, and the note that tells the next page what was just done. */

import { Elysia } from "elysia";
import { BatchPage } from "../../views/batch.tsx";
import { BOUNDS } from "../config.ts";
import { AppError } from "../errors.ts";
import { cancelBatch, demandBatch, Interrupted, type Work } from "../ipam/batches.ts";
import { beginUndo } from "../ipam/undo.ts";
import { BATCH_LIMITS, progressOf } from "../model/batch.ts";
import { listKept } from "../store/batches.ts";
import type { Desk } from "./desk.ts";
import { readForm, readId } from "./query.ts";
import { redirect, respondPage } from "./respond.ts";

export function batchRoutes(desk: Desk) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get("/batches/:id", ({ request, params }) =>
			respondPage(request, desk.shell(request), page(desk, readId(params.id))),
		)
		.post("/batches/:id/undo", ({ request, params }) => undo(desk, request, readId(params.id)), raw)
		.post("/batches/:id/cancel", ({ request, params }) => cancel(desk, request, readId(params.id)), raw);
}

function page(desk: Desk, id: number) {
	const { db, clock } = desk.context;
	const batch = demandBatch(desk.context, id);
	const kept = listKept(db, batch, BATCH_LIMITS.keptShown);
	return {
		title: batch.kind === "import" ? "Import" : "Undo",
		main: BatchPage({ batch, kept, days: BOUNDS.batchDays, now: clock.now() }),
		unfinished: progressOf(batch) === undefined ? undefined : `/batches/${id}`,
	};
}

async function undo(desk: Desk, request: Request, id: number): Promise<Response> {
	const field = await readForm(request);
	return watch(desk, beginUndo(desk.by(request), id), ({ batch, kept }) =>
		kept.length > 0 || batch.state !== "undone"
			? redirect(`/batches/${id}`)
			: redirectWithUndo(ownPath(field("back")), id),
	);
}

async function cancel(desk: Desk, request: Request, id: number): Promise<Response> {
	await readForm(request);
	endUnlessEnded(() => cancelBatch(desk.by(request), id));
	return redirect(`/batches/${id}`);
}

/** What ended by itself just before somebody pressed "Stop" is no error: its page says what became of it. False then. */
export function endUnlessEnded(end: () => void): boolean {
	try {
		end();
		return true;
	} catch (error) {
		if (error instanceof AppError && error.code === "conflict") return false;
		throw error;
	}
}

/** Waits a moment for what was begun. What is done by then is answered by `then`; else its page shows how it goes on. */
export async function watch<T>(
	desk: Desk,
	{ batchId, done }: Work<T>,
	then: (value: T) => Response,
): Promise<Response> {
	const over = new AbortController();
	try {
		const late = desk.context.clock.sleep(BOUNDS.workShownAfterMs, over.signal).then(() => undefined);
		const ended = await Promise.race([done.then((value) => ({ value })), late]);
		if (ended !== undefined) return then(ended.value);
	} finally {
		over.abort();
	}
	letGoOn(desk, { batchId, done });
	return redirect(`/batches/${batchId}`);
}

/** Nobody waits for it any more: what becomes of it, its batch tells. */
export function letGoOn({ context: { log } }: Desk, { batchId, done }: Work<unknown>): void {
	done.catch((reason: unknown) => {
		if (!(reason instanceof Interrupted)) log.error("work of a person failed", { batch: batchId, reason });
	});
}

/** A path of ours, else the dashboard. */
function ownPath(path: string): string {
	return /^\/(?![/\\])[^\s\\]{0,500}$/.test(path) ? path : "/";
}

/** See the result by GET; for a few seconds pages offer to undo the batch (or say that it was). */
export function redirectWithUndo(path: string, batchId: number): Response {
	const answer = redirect(path);
	answer.headers.append(
		"set-cookie",
		`undo=${batchId}; Path=/; Max-Age=${BOUNDS.undoBarS}; HttpOnly; SameSite=Lax`,
	);
	return answer;
}
