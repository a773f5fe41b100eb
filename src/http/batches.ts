/** Undo for people, and the note that tells the next page what was just done. */

import { Elysia } from "elysia";
import { BatchPage } from "../../views/batch.tsx";
import { BOUNDS } from "../config.ts";
import { demandBatch, undoBatch } from "../ipam/batches.ts";
import { BATCH_LIMITS } from "../model/batch.ts";
import { listKept } from "../store/batches.ts";
import type { Desk } from "./desk.ts";
import { readForm, readId } from "./query.ts";
import { redirect } from "./respond.ts";

export function batchRoutes(desk: Desk) {
	return new Elysia()
		.get("/batches/:id", ({ request, params }) => desk.page(request, () => page(desk, readId(params.id))))
		.post(
			"/batches/:id/undo",
			({ request, params, server }) => {
				// A hundred thousand hosts take longer than a silent connection is kept.
				server?.timeout(request, 0);
				return undo(desk, request, readId(params.id));
			},
			{
				parse: "none",
			},
		);
}

function page(desk: Desk, id: number) {
	const { db, clock } = desk.context;
	const batch = demandBatch(desk.context, id);
	const kept = listKept(db, id, BATCH_LIMITS.keptShown);
	return {
		title: batch.kind === "import" ? "Import" : "Undo",
		main: BatchPage({ batch, kept, days: BOUNDS.batchDays, now: clock.now() }),
	};
}

async function undo(desk: Desk, request: Request, id: number): Promise<Response> {
	const field = await readForm(request);
	const { kept } = await undoBatch(desk.by(request), id);
	return kept.length > 0 ? redirect(`/batches/${id}`) : redirectWithUndo(ownPath(field("back")), id);
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
