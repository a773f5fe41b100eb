/** Changing or deleting many hosts by JSON: by id, or all that a filter lets through. */

import { type Static, Type as t } from "@sinclair/typebox";
import { AppError } from "../../errors.ts";
import type { Work } from "../../ipam/batches.ts";
import { type BulkInput, beginEdit, resolveSelection, type Selection } from "../../ipam/bulk.ts";
import { beginDeletion } from "../../ipam/deletions.ts";
import type { HostFilter } from "../../model/host.ts";
import type { Desk } from "../desk.ts";
import { filterOf, HOST_FILTERS, SUBNET_FILTER } from "./host-filters.ts";
import { type Operation, operation, type QueryValues, shape } from "./operation.ts";
import { readQuery } from "./parameters.ts";
import { BATCH_ID } from "./shapes.ts";
import { WAIT, whenDone } from "./waiting.ts";

const text = (maxLength: number) => t.Optional(t.String({ maxLength }));
const TAGS = t.Optional(t.Array(t.String({ maxLength: 400 }), { maxItems: 400 }));

const SELECTED = {
	ids: t.Optional(t.Array(t.Integer(), { maxItems: 100_000 })),
	filter: t.Optional(
		t.String({
			maxLength: 2_000,
			description:
				'Instead of ids: what GET /hosts would filter by, such as "subnet=1&tag=dhcp"; "" means every host.',
		}),
	),
	except: t.Optional(
		t.Array(t.Integer(), { maxItems: 100_000, description: "Hosts that the filter lets through, but stay." }),
	),
};
const SELECTION = shape(SELECTED, { $id: "Selection", description: "Either ids or filter." });
const BULK_EDIT = shape(
	{
		...SELECTED,
		set: shape({ hostname: text(4_000), description: text(4_000), notes: text(40_000), tags: TAGS }),
		tags_add: TAGS,
		tags_remove: TAGS,
	},
	{ $id: "BulkEdit" },
);
const DONE = shape({ batch_id: BATCH_ID, hosts: t.Integer({ minimum: 0 }) }, { $id: "BulkDone" });
const ANSWERS = {
	200: { says: "How many it was done to.", schema: DONE, example: { batch_id: 9, hosts: 24 } },
	202: {
		says: "How many it is for; it goes on by itself (`wait=false`): GET /batches/{batch_id} tells how far it is.",
		schema: DONE,
		example: { batch_id: 9, hosts: 24 },
	},
} as const;

export function bulkOperations(desk: Desk): Operation[] {
	return [
		operation({
			method: "POST",
			path: "/hosts/edit",
			id: "editHosts",
			tag: "Hosts",
			summary: "Change many hosts at once",
			details: "One batch, which can be undone. Every host gets the same values, the hostname too.",
			slow: true,
			query: { wait: WAIT },
			body: BULK_EDIT,
			bodyExample: { filter: "subnet=1&tag=dhcp", set: { description: "Phones" }, tags_add: ["phone"] },
			answers: ANSWERS,
			async handle({ request, body, query }) {
				const context = desk.by(request);
				const ids = resolveSelection(context, selectionOf(body));
				const input: BulkInput = { ...body.set, tagsAdded: body.tags_add, tagsRemoved: body.tags_remove };
				const work = beginEdit(context, ids, input, sourceOf(ids.length));
				return answer(desk, work, ids.length, query.wait);
			},
		}),
		operation({
			method: "POST",
			path: "/hosts/delete",
			id: "deleteHosts",
			tag: "Hosts",
			summary: "Delete many hosts at once",
			details: "One batch, which can be undone.",
			slow: true,
			query: { wait: WAIT },
			body: SELECTION,
			bodyExample: { ids: [5, 6, 7] },
			answers: ANSWERS,
			async handle({ request, body, query }) {
				const context = desk.by(request);
				const ids = resolveSelection(context, selectionOf(body));
				return answer(desk, beginDeletion(context, ids, sourceOf(ids.length)), ids.length, query.wait);
			},
		}),
	];
}

async function answer(desk: Desk, work: Work<{ hosts: number }>, hosts: number, wait: boolean | undefined) {
	let done = hosts;
	const counted = work.done.then((result) => {
		done = result.hosts;
	});
	const { batchId } = work;
	return whenDone(desk, { batchId, done: counted }, wait, () => ({ batch_id: batchId, hosts: done }));
}

function selectionOf(body: Static<typeof SELECTION>): Selection {
	if ((body.ids === undefined) === (body.filter === undefined)) {
		throw new AppError("invalid", "Give either ids or filter.", { field: "ids" });
	}
	if (body.ids !== undefined) return { kind: "ids", ids: body.ids };
	return { kind: "matching", filter: readFilter(body.filter ?? ""), except: body.except ?? [] };
}

const FILTERS = { subnet: SUBNET_FILTER, ...HOST_FILTERS };

/** As strict as the query of a list: a word that is not known would let every host through. */
function readFilter(text: string): HostFilter {
	try {
		const query = readQuery(new URLSearchParams(text), FILTERS) as QueryValues<typeof FILTERS>;
		const { subnet, ...rest } = query;
		return filterOf(rest, subnet);
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		throw new AppError("invalid", `filter: ${error.message}`, { field: "filter" });
	}
}

function sourceOf(hosts: number): string {
	return hosts === 1 ? "1 host" : `${hosts.toLocaleString("en")} hosts`;
}
