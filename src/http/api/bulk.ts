/** Changing or deleting many hosts by JSON: by id, or all that a filter lets through. */

import { Type as t } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { AppError } from "../../errors.ts";
import { type BulkInput, editHosts, resolveSelection, type Selection } from "../../ipam/bulk.ts";
import { deleteHosts } from "../../ipam/deletions.ts";
import type { Desk } from "../desk.ts";
import { readListQuery } from "../query.ts";
import { respondJson } from "../respond.ts";

const text = (max: number) => t.Optional(t.String({ maxLength: max }));
const tags = t.Optional(t.Array(t.String({ maxLength: 400 }), { maxItems: 400 }));

/** Either `ids`, or `filter`: the query of a list ("subnet=1&tag=dhcp"; "" means every host), less `except`. */
const selected = {
	ids: t.Optional(t.Array(t.Integer(), { maxItems: 100_000 })),
	filter: t.Optional(t.String({ maxLength: 2_000 })),
	except: t.Optional(t.Array(t.Integer(), { maxItems: 100_000 })),
};
const bulkEdit = t.Object(
	{
		...selected,
		set: t.Object(
			{ hostname: text(4_000), description: text(4_000), notes: text(40_000), tags },
			{ additionalProperties: false },
		),
		tags_add: tags,
		tags_remove: tags,
	},
	{ additionalProperties: false },
);
const bulkDelete = t.Object(selected, { additionalProperties: false });

export function bulkApi(desk: Desk) {
	return new Elysia({ prefix: "/api/v1", normalize: false })
		.post(
			"/hosts/edit",
			async ({ request, body }) => {
				const context = desk.by(request);
				const ids = resolveSelection(context, selectionOf(body));
				const input: BulkInput = { ...body.set, tagsAdded: body.tags_add, tagsRemoved: body.tags_remove };
				const done = await editHosts(context, ids, input, sourceOf(ids.length));
				return respondJson(request, { batch_id: done.batchId, hosts: done.hosts });
			},
			{ body: bulkEdit },
		)
		.post(
			"/hosts/delete",
			async ({ request, body }) => {
				const context = desk.by(request);
				const ids = resolveSelection(context, selectionOf(body));
				const done = await deleteHosts(context, ids, sourceOf(ids.length));
				return respondJson(request, { batch_id: done.batchId, hosts: done.hosts });
			},
			{ body: bulkDelete },
		);
}

function selectionOf(body: { ids?: number[]; filter?: string; except?: number[] }): Selection {
	if ((body.ids === undefined) === (body.filter === undefined)) {
		throw new AppError("invalid", "Give either ids or filter.", { field: "ids" });
	}
	if (body.ids !== undefined) return { kind: "ids", ids: body.ids };
	const { filter } = readListQuery(new URLSearchParams(body.filter), {});
	return { kind: "matching", filter, except: body.except ?? [] };
}

function sourceOf(hosts: number): string {
	return hosts === 1 ? "1 host" : `${hosts.toLocaleString("en")} hosts`;
}
