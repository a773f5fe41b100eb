/** What was done at once, by JSON: how it stands, and undoing it. */

import { type Static, Type as t } from "@sinclair/typebox";
import { cancelBatch, demandBatch } from "../../ipam/batches.ts";
import { beginUndo } from "../../ipam/undo.ts";
import { BATCH_KINDS, BATCH_LIMITS, type Batch, type Kept, progressOf } from "../../model/batch.ts";
import { listKept } from "../../store/batches.ts";
import type { Desk } from "../desk.ts";
import { moment, nullable, type Operation, operation, shape } from "./operation.ts";
import { time } from "./shapes.ts";
import { WAIT, whenDone } from "./waiting.ts";

const NUMBER = t.Integer({ minimum: 0 });
const BATCH = shape(
	{
		id: t.Integer({ minimum: 1 }),
		kind: t.String({ enum: [...BATCH_KINDS] }),
		state: t.String({ enum: ["open", "done", "undoing", "undone"] }),
		actor: t.String({ description: "Who did it, by name; empty for nobody." }),
		source: t.String({ description: "What it was made from, in words: a file, a filter, a subnet." }),
		made_at: moment("When it began."),
		finished_at: nullable(moment("null while it is under way.")),
		progress: nullable(
			shape({ done: NUMBER, total: NUMBER }, { description: "Of what is under way, either way; else null." }),
		),
		hosts: shape({ added: NUMBER, changed: NUMBER, deleted: NUMBER }),
		subnets: NUMBER,
		undone_at: nullable(moment("When it was undone.")),
		undone_by: t.String(),
		kept: t.Integer({ minimum: 0, description: "Things that undoing it left alone, or in part." }),
		kept_shown: t.Array(
			shape(
				{
					noun: t.String({ enum: ["host", "subnet", "webhook"] }),
					id: t.Integer(),
					label: t.String(),
					outcome: t.String({ enum: ["kept", "gone"] }),
					fields: t.String({ description: "Fields that were changed since, or why it stays." }),
				},
				{ $id: "KeptThing" },
			),
			{ description: `The first ${BATCH_LIMITS.keptShown} of them.` },
		),
	},
	{ $id: "Batch", description: "Many things changed at once by one wish." },
);
const EXAMPLE: Static<typeof BATCH> = {
	id: 9,
	kind: "bulk_edit",
	state: "done",
	actor: "kim",
	source: "24 hosts",
	made_at: "2026-11-23T14:30:00.000Z",
	finished_at: "2026-11-23T14:30:00.120Z",
	progress: null,
	hosts: { added: 0, changed: 24, deleted: 0 },
	subnets: 0,
	undone_at: null,
	undone_by: "",
	kept: 0,
	kept_shown: [],
};
const NO_SUCH = "There is nothing to undo here (any more): it is too long ago.";

export function batchOperations(desk: Desk): Operation[] {
	const answers = { 200: { says: "The batch.", schema: BATCH, example: EXAMPLE } } as const;
	return [
		operation({
			method: "GET",
			path: "/batches/{id}",
			id: "getBatch",
			tag: "Batches",
			summary: "What was done at once",
			answers,
			refuses: { 404: NO_SUCH },
			handle({ id }) {
				const batch = demandBatch(desk.context, id);
				return { status: 200, body: batchJson(batch, keptOf(desk, batch)) };
			},
		}),
		operation({
			method: "POST",
			path: "/batches/{id}/undo",
			id: "undoBatch",
			slow: true,
			tag: "Batches",
			summary: "Undo it, leaving alone what was changed since",
			query: { wait: WAIT },
			answers: {
				...answers,
				202: {
					says: "It goes on by itself (`wait=false`): GET /batches/{id} tells how far it is.",
					schema: BATCH,
					example: { ...EXAMPLE, state: "undoing", progress: { done: 0, total: 24 } },
				},
			},
			refuses: { 404: NO_SUCH, 409: "It was undone already, or is still under way." },
			handle: ({ request, id, query }) =>
				whenDone(desk, beginUndo(desk.by(request), id), query.wait, () => {
					const batch = demandBatch(desk.context, id);
					return batchJson(batch, keptOf(desk, batch));
				}),
		}),
		operation({
			method: "POST",
			path: "/batches/{id}/cancel",
			id: "cancelBatch",
			tag: "Batches",
			summary: "Cancel what is under way",
			details:
				"What a batch did so far is taken back. Undoing stops where it is: the rest can be undone another time.",
			answers,
			refuses: { 404: NO_SUCH, 409: "It is done, or being taken back already." },
			handle({ request, id }) {
				const batch = cancelBatch(desk.by(request), id);
				return { status: 200, body: batchJson(batch, keptOf(desk, batch)) };
			},
		}),
	];
}

function keptOf(desk: Desk, batch: Batch): Kept[] {
	return listKept(desk.context.db, batch, BATCH_LIMITS.keptShown);
}

function batchJson(batch: Batch, kept: readonly Kept[]): Static<typeof BATCH> {
	return {
		id: batch.id,
		kind: batch.kind,
		state: batch.state,
		actor: batch.actor,
		source: batch.source,
		made_at: time(batch.madeAt),
		finished_at: time(batch.finishedAt),
		progress: progressOf(batch) ?? null,
		hosts: { added: batch.added, changed: batch.changed, deleted: batch.deleted },
		subnets: batch.subnets,
		undone_at: time(batch.undoneAt),
		undone_by: batch.undoneBy,
		kept: batch.kept,
		kept_shown: kept.map(({ noun, id, label, outcome, fields }) => ({ noun, id, label, outcome, fields })),
	};
}
