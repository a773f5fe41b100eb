/** Many hosts at once, for people: from ticked rows, or all that a list holds, to a form, and what it asks for. */

import { Elysia } from "elysia";
import { BulkDelete, BulkEdit, type BulkProps, type SelectionFields } from "../../views/bulk.tsx";
import { nameOr, plural } from "../../views/format.ts";
import { AppError } from "../errors.ts";
import { type BulkInput, beginEdit, resolveSelection, type Selection } from "../ipam/bulk.ts";
import { beginDeletion } from "../ipam/deletions.ts";
import type { HostFilter } from "../model/host.ts";
import { formatCidr } from "../net/cidr.ts";
import { surveyHosts } from "../store/bulk.ts";
import { findSubnet } from "../store/subnets.ts";
import { redirectWithUndo, watch } from "./batches.ts";
import type { Desk } from "./desk.ts";
import { knownTags } from "./host-panel.ts";
import { readId, readListQuery, readNext, readParams } from "./query.ts";
import { explain, respondPage } from "./respond.ts";

/** Tags of the selected hosts that are named. */
const TAGS_SHOWN = 20;

const FIELDS = {
	description: "description",
	tags_added: "tagsAdded",
	tags_removed: "tagsRemoved",
	notes: "notes",
	hostname: "hostname",
} as const satisfies Record<string, keyof BulkInput>;

export function bulkRoutes(desk: Desk) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.post("/bulk", ({ request }) => show(desk, request), raw)
		.post("/bulk/edit", ({ request }) => edit(desk, request), raw)
		.post("/bulk/delete", ({ request }) => remove(desk, request), raw);
}

async function show(desk: Desk, request: Request): Promise<Response> {
	const params = await readParams(request);
	const props = survey(desk, params, idsOf(desk, params));
	const deletes = params.get("do") === "delete";
	const main = deletes ? BulkDelete(props) : BulkEdit(props);
	return respondPage(request, desk.shell(request), { title: deletes ? "Delete hosts" : "Edit hosts", main });
}

async function edit(desk: Desk, request: Request): Promise<Response> {
	const params = await readParams(request);
	const context = desk.by(request);
	const ids = idsOf(desk, params);
	const ticked = params
		.getAll("set")
		.filter((name): name is keyof typeof FIELDS => Object.hasOwn(FIELDS, name));
	const values = Object.fromEntries(ticked.map((name) => [name, params.get(name) ?? ""]));
	try {
		const input: BulkInput = Object.fromEntries(ticked.map((name) => [FIELDS[name], values[name]]));
		const work = beginEdit(context, ids, input, sourceOf(desk, params, ids.length));
		return await watch(desk, work, () => redirectWithUndo(selectionFields(params).list, work.batchId));
	} catch (error) {
		if (!(error instanceof AppError) || error.code !== "invalid") throw error;
		const problem = { field: error.field, message: error.message };
		const main = BulkEdit({ ...survey(desk, params, ids), values, problem });
		const page = { title: "Edit hosts", main };
		return respondPage(request, desk.shell(request), page, explain(error).status);
	}
}

async function remove(desk: Desk, request: Request): Promise<Response> {
	const params = await readParams(request);
	const ids = idsOf(desk, params);
	const work = beginDeletion(desk.by(request), ids, sourceOf(desk, params, ids.length));
	return watch(desk, work, () => redirectWithUndo(selectionFields(params).list, work.batchId));
}

function survey(desk: Desk, params: URLSearchParams, ids: readonly number[]): BulkProps {
	const { annotated, tags } = surveyHosts(desk.context.db, ids, TAGS_SHOWN);
	const source = sourceOf(desk, params, ids.length);
	return {
		selection: selectionFields(params),
		hosts: ids.length,
		annotated,
		tags,
		source,
		known: knownTags(desk),
	};
}

/** Boxes send an id each, a form that goes on sends all between commas. */
function selectionFields(params: URLSearchParams): SelectionFields {
	return {
		list: readNext(params.get("list") ?? ""),
		ids: params.getAll("ids").join(","),
		all: params.get("all") === "1",
		except: params.get("except") ?? "",
	};
}

function idsOf(desk: Desk, params: URLSearchParams): number[] {
	const { ids, all, except } = selectionFields(params);
	const numbers = (text: string) =>
		text
			.split(",")
			.filter((id) => /^[1-9]\d{0,14}$/.test(id))
			.map(Number);
	const selection: Selection = all
		? { kind: "matching", filter: filterOf(desk, params), except: numbers(except) }
		: { kind: "ids", ids: numbers(ids) };
	return resolveSelection(desk.context, selection);
}

/** What the list was narrowed to. */
function filterOf(desk: Desk, params: URLSearchParams): HostFilter {
	const url = new URL(selectionFields(params).list, "http://rollcall.invalid");
	const subnet = /^\/subnets\/(\d+)$/.exec(url.pathname)?.[1];
	const page = subnet === undefined ? { fallback: "up" as const } : { subnetId: readId(subnet) };
	return readListQuery(url.searchParams, { ...page, now: desk.context.clock.now() }).filter;
}

/** "3 hosts in Office LAN". */
function sourceOf(desk: Desk, params: URLSearchParams, hosts: number): string {
	const { subnetId } = filterOf(desk, params);
	const subnet = subnetId === undefined ? undefined : findSubnet(desk.context.db, subnetId);
	const where = subnet === undefined ? "" : ` in ${nameOr(subnet.name, formatCidr(subnet.cidr))}`;
	return `${plural(hosts, "host")}${where}`;
}
