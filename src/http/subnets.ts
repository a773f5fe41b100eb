/** Subnets for people: the tree, one subnet, the forms to add, change and delete, and "Sweep now". */

import { Elysia } from "elysia";
import type { FinderState } from "../../views/finder.tsx";
import { WindowRows } from "../../views/listing.tsx";
import { renderFragment } from "../../views/render.tsx";
import { SubnetPage } from "../../views/subnet.tsx";
import { SubnetDelete, SubnetEdit, type SubnetFormState } from "../../views/subnet-form.tsx";
import { Subnets } from "../../views/subnets.tsx";
import { asksSnmp } from "../config/names.ts";
import { BOUNDS } from "../config.ts";
import { AppError } from "../errors.ts";
import { findFirstFree } from "../ipam/candidates.ts";
import { subnetDefaults } from "../ipam/defaults.ts";
import { beginSubnetDeletion, planDeletion } from "../ipam/deletions.ts";
import { createSubnet, demandSubnet, editSubnet, switchSubnet } from "../ipam/subnets.ts";
import { cancelSweep, sweepNow } from "../ipam/sweeps.ts";
import { gatewayOf, type Subnet } from "../model/subnet.ts";
import { formatCidr } from "../net/cidr.ts";
import { searchSubnets } from "../store/lookup.ts";
import { findOpenRun } from "../store/runs.ts";
import { findSubnet, listChildren } from "../store/subnets.ts";
import { redirectWithUndo, watch } from "./batches.ts";
import type { Desk } from "./desk.ts";
import { EMPTY_FINDER, readFinder } from "./finder.ts";
import { readListing, WINDOW } from "./listing.ts";
import { type Fields, readForm, readId, readListQuery, readText, readWindow } from "./query.ts";
import { explain, redirect, respondHtml, respondPage } from "./respond.ts";
import { readMap, readSummaries } from "./summaries.ts";

const DAY_MS = 86_400_000;

export function subnetRoutes(desk: Desk) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get("/subnets", ({ request }) => desk.page(request, () => treeOf(desk, request)))
		.post("/subnets", ({ request }) => add(desk, request), raw)
		.get("/subnets/:id", ({ request, params }) =>
			desk.page(request, () => one(desk, request, readId(params.id))),
		)
		.get("/subnets/:id/rows", ({ request, params }) =>
			desk.piece(request, () => rows(desk, request, readId(params.id))),
		)
		.get("/subnets/:id/edit", ({ request, params }) =>
			desk.page(request, () => edit(desk, readId(params.id))),
		)
		.post("/subnets/:id/edit", ({ request, params }) => save(desk, request, readId(params.id)), raw)
		.get("/subnets/:id/delete", ({ request, params }) =>
			desk.page(request, () => ask(desk, readId(params.id))),
		)
		.post("/subnets/:id/delete", ({ request, params }) => remove(desk, request, readId(params.id)), raw)
		.post("/subnets/:id/scans", ({ request, params }) => scans(desk, request, readId(params.id)), raw)
		.post("/subnets/:id/sweep", ({ request, params }) => sweep(desk, request, readId(params.id)), raw)
		.post("/runs/:id/cancel", ({ request, params }) => cancel(desk, request, readId(params.id)), raw);
}

/** The tree as the URL asks for it: `q` narrows it, `cidr` is put into the form. */
function treeOf(desk: Desk, request: Request) {
	const params = new URL(request.url).searchParams;
	const form = emptyForm(desk, readText(params, "cidr"));
	const finder = readFinder(desk.context.db, readText(params, "within"), readText(params, "length"));
	return tree(desk, form, { text: readText(params, "q"), finder });
}

function tree(
	desk: Desk,
	form: SubnetFormState,
	asked: { text?: string | undefined; finder?: FinderState } = {},
) {
	const { text, finder = EMPTY_FINDER } = asked;
	const { db, clock } = desk.context;
	const all = readSummaries(db);
	const wanted =
		text === undefined ? undefined : searchSubnets(db, text, all.length).shown.map(({ id }) => id);
	const subnets = wanted === undefined ? all : all.filter(({ subnet }) => wanted.includes(subnet.id));
	return {
		title: "Subnets",
		main: Subnets({
			subnets,
			...(text === undefined ? {} : { text }),
			form,
			...(all.length === 0 ? {} : { finder }),
			offers: desk.surroundings.offers(),
			now: clock.now(),
		}),
	};
}

function one(desk: Desk, request: Request, id: number) {
	const { db, clock } = desk.context;
	const all = readSummaries(db);
	const subnet = all.find((entry) => entry.subnet.id === id)?.subnet;
	if (subnet === undefined)
		throw new AppError("not_found", "There is no such subnet. It may have been deleted.");
	const children = all.map((entry) => entry.subnet).filter((other) => other.parentId === id);
	const main = SubnetPage({
		subnet,
		ancestors: ancestorsOf(desk, subnet),
		children,
		map: readMap(db, subnet, children),
		firstFree: findFirstFree(desk.context, subnet, BOUNDS.quietDays * DAY_MS),
		listing: readList(desk, request, subnet),
		run: findOpenRun(db, id),
		scanIntervalMinutes: desk.context.config.scanIntervalMinutes,
		now: clock.now(),
	});
	return { title: subnet.name || formatCidr(subnet.cidr), main };
}

function ancestorsOf(desk: Desk, subnet: Subnet): Subnet[] {
	const line: Subnet[] = [];
	let parent = subnet.parentId;
	// A prefix has at most 128 longer ones around it, so the chain ends.
	while (parent !== undefined && line.length < 128) {
		const next = findSubnet(desk.context.db, parent);
		if (next === undefined) break;
		line.unshift(next);
		parent = next.parentId;
	}
	return line;
}

function readList(desk: Desk, request: Request, subnet: Subnet) {
	const params = new URL(request.url).searchParams;
	const { db, clock } = desk.context;
	const query = readListQuery(params, { subnetId: subnet.id, now: clock.now() });
	const scope = { subnet, children: listChildren(db, subnet.id) };
	return readListing(db, scope, query, readWindow(params, WINDOW), desk.facets);
}

function rows(desk: Desk, request: Request, id: number): Response {
	const subnet = demandSubnet(desk.context, id);
	const listing = readList(desk, request, subnet);
	const before = new URL(request.url).searchParams.has("before");
	const now = desk.context.clock.now();
	return respondHtml(
		request,
		renderFragment(
			desk.reader(request),
			WindowRows({
				...{ listing, base: `/subnets/${id}`, subnetId: id, gateway: gatewayOf(subnet), now, before },
			}),
		),
	);
}

async function add(desk: Desk, request: Request): Promise<Response> {
	const field = await readForm(request);
	try {
		const subnet = createSubnet(desk.by(request), field("cidr").trim(), readInput(desk, field));
		return redirect(`/subnets/${subnet.id}`);
	} catch (error) {
		const form = { values: readValues(desk, field), problem: problemOf(error) };
		return respondPage(request, desk.shell(request), tree(desk, form), explain(error).status);
	}
}

function edit(desk: Desk, id: number) {
	const subnet = demandSubnet(desk.context, id);
	return {
		title: `Edit ${subnet.name || formatCidr(subnet.cidr)}`,
		main: SubnetEdit({ subnet, form: formOf(subnet), asksSnmp: asksSnmp(desk.context.config) }),
	};
}

async function save(desk: Desk, request: Request, id: number): Promise<Response> {
	const field = await readForm(request);
	try {
		editSubnet(desk.by(request), id, Number(field("version")), readInput(desk, field));
		return redirect(`/subnets/${id}`);
	} catch (error) {
		const subnet = demandSubnet(desk.context, id);
		const values = { ...readValues(desk, field), cidr: formatCidr(subnet.cidr) };
		const page = {
			title: "Edit",
			main: SubnetEdit({
				subnet,
				form: { values, problem: problemOf(error) },
				asksSnmp: asksSnmp(desk.context.config),
			}),
		};
		return respondPage(request, desk.shell(request), page, explain(error).status);
	}
}

function ask(desk: Desk, id: number) {
	const { subnet, hosts, annotated, nested, heir } = planDeletion(desk.context, id);
	const moved = heir === undefined ? undefined : { to: heir.name || formatCidr(heir.cidr), hosts };
	return {
		title: `Delete ${subnet.name || formatCidr(subnet.cidr)}`,
		main: SubnetDelete({ subnet, hosts, annotated, nested, moved }),
	};
}

async function remove(desk: Desk, request: Request, id: number): Promise<Response> {
	const work = beginSubnetDeletion(desk.by(request), id);
	const { heir } = work.plan;
	return watch(desk, work, () =>
		redirectWithUndo(heir === undefined ? "/subnets" : `/subnets/${heir.id}`, work.batchId),
	);
}

function sweep(desk: Desk, request: Request, id: number): Response {
	sweepNow(desk.by(request), id);
	return redirect(`/subnets/${id}`);
}

async function scans(desk: Desk, request: Request, id: number): Promise<Response> {
	const scanEnabled = (await readForm(request))("enabled") === "yes";
	switchSubnet(desk.by(request), id, { scanEnabled });
	return redirect(`/subnets/${id}/edit`);
}

function cancel(desk: Desk, request: Request, id: number): Response {
	const run = cancelSweep(desk.by(request), id);
	return redirect(`/subnets/${run.subnetId}`);
}

function readInput(desk: Desk, field: Fields) {
	const values = readValues(desk, field);
	return {
		...values,
		gateway: values.gateway.trim(),
		sweepIntervalS: /^\d{1,6}$/.test(values.sweepIntervalS) ? Number(values.sweepIntervalS) : Number.NaN,
	};
}

/** What was typed, as it was typed: it goes back into the form when something is wrong with it. */
function readValues(desk: Desk, field: Fields): SubnetFormState["values"] {
	return {
		cidr: field("cidr"),
		name: field("name"),
		notes: field("notes"),
		gateway: field("gateway"),
		sweepIntervalS: field("sweep_interval_s").trim() || String(subnetDefaults(desk.context).sweepIntervalS),
		sweepEnabled: field("sweep_enabled") !== "",
	};
}

function problemOf(error: unknown): NonNullable<SubnetFormState["problem"]> {
	if (!(error instanceof AppError)) throw error;
	const suggestion = error.detail?.suggestion;
	return {
		message: error.message,
		...(error.field === undefined ? {} : { field: error.field }),
		...(typeof suggestion === "string" ? { suggestion } : {}),
	};
}

function emptyForm(desk: Desk, cidr = ""): SubnetFormState {
	const interval = String(subnetDefaults(desk.context).sweepIntervalS);
	return {
		values: { cidr, name: "", notes: "", gateway: "", sweepIntervalS: interval, sweepEnabled: true },
	};
}

function formOf(subnet: Subnet): SubnetFormState {
	return {
		values: {
			cidr: formatCidr(subnet.cidr),
			name: subnet.name,
			notes: subnet.notes,
			gateway: subnet.gateway ?? "",
			sweepIntervalS: String(subnet.sweepIntervalS),
			sweepEnabled: subnet.sweepEnabled,
		},
	};
}
