/** Hosts for people: page and drawer of one, its edit form, and the reservation of a free address. */

import { Elysia } from "elysia";
import { HostPage, HostPanel } from "../../views/host.tsx";
import { renderFragment } from "../../views/render.tsx";
import { ReserveForm } from "../../views/reserve.tsx";
import { asksSnmp } from "../config/names.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { deleteHost } from "../ipam/deletions.ts";
import { demandHost, editHost, reserveAddress, reserveFirstFree } from "../ipam/hosts.ts";
import { reserveRow } from "../ipam/reservations.ts";
import { cancelHostScan, scanNow } from "../ipam/scans.ts";
import { demandSubnet } from "../ipam/subnets.ts";
import type { Host } from "../model/host.ts";
import { dayStart, historyOf, weekStart } from "../model/uptime.ts";
import { formatAddress, parseAddress } from "../net/address.ts";
import { contains } from "../net/cidr.ts";
import { listEvents } from "../store/events.ts";
import { findHostByAddress } from "../store/hosts.ts";
import { listHours, listSamples } from "../store/samples.ts";
import { readHostScan } from "../store/scanned-hosts.ts";
import { redirectWithUndo } from "./batches.ts";
import type { Desk } from "./desk.ts";
import { type Fields, readForm, readId } from "./query.ts";
import { explain, isHtmx, redirect, respondHtml, respondPage } from "./respond.ts";

/** Changes shown under a host. */
const CHANGES = 20;

export function hostRoutes(desk: Desk) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get("/hosts/:id", ({ request, params }) => desk.page(request, () => page(desk, readId(params.id))))
		.get("/hosts/:id/drawer", ({ request, params }) =>
			desk.piece(request, () => respondHtml(request, drawer(desk, request, readId(params.id)))),
		)
		.post("/hosts/:id", ({ request, params }) => save(desk, request, readId(params.id)), raw)
		.post("/hosts/:id/scan", ({ request, params }) => scan(desk, request, readId(params.id)), raw)
		.post("/hosts/:id/scan/cancel", ({ request, params }) => cancel(desk, request, readId(params.id)), raw)
		.post("/hosts/:id/delete", ({ request, params }) => remove(desk, request, readId(params.id)), raw)
		.get("/subnets/:id/free/:address", ({ request, params }) =>
			free(desk, request, readId(params.id), params.address),
		)
		.post("/subnets/:id/reserve", ({ request, params }) => reserve(desk, request, readId(params.id)), raw);
}

function panelOf(desk: Desk, id: number) {
	const { db, clock } = desk.context;
	const host = demandHost(desk.context, id);
	const subnet = demandSubnet(desk.context, host.subnetId);
	const now = clock.now();
	return {
		host,
		subnet,
		events: listEvents(db, { hostId: id, limit: CHANGES }),
		asksSnmp: asksSnmp(desk.context.config),
		scan: readHostScan(db, id, desk.context.config.scanIntervalMinutes > 0),
		history: historyOf(listSamples(db, id, dayStart(now)), listHours(db, id, weekStart(now)), {
			now,
			intervalMs: subnet.sweepIntervalS * 1_000,
		}),
		now,
	};
}

function page(desk: Desk, id: number) {
	const panel = panelOf(desk, id);
	return { title: panel.host.hostname || panel.host.ip, main: HostPage(panel) };
}

function drawer(desk: Desk, request: Request, id: number): string {
	return renderFragment(desk.reader(request), HostPanel({ ...panelOf(desk, id), drawer: true }));
}

async function save(desk: Desk, request: Request, id: number): Promise<Response> {
	const field = await readForm(request);
	const inDrawer = isHtmx(request) && field("from") === "drawer";
	const values = {
		hostname: field("hostname"),
		description: field("description"),
		tags: field("tags"),
		notes: field("notes"),
	};
	try {
		editHost(desk.by(request), id, Number(field("version")), values);
	} catch (error) {
		if (!(error instanceof AppError) || error.code === "not_found") throw error;
		const problem = { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
		const panel = { ...panelOf(desk, id), form: { values, problem } };
		const status = explain(error).status;
		if (inDrawer)
			return respondHtml(
				request,
				renderFragment(desk.reader(request), HostPanel({ ...panel, drawer: true })),
				status,
			);
		return respondPage(request, desk.shell(request), { title: panel.host.ip, main: HostPage(panel) }, status);
	}
	return inDrawer ? respondHtml(request, drawer(desk, request, id)) : redirect(`/hosts/${id}`);
}

function remove(desk: Desk, request: Request, id: number): Response {
	const { host, batchId } = deleteHost(desk.by(request), id);
	return redirectWithUndo(`/subnets/${host.subnetId}`, batchId);
}

/** Only a wish: what comes of it reaches the open page by the live stream. */
function scan(desk: Desk, request: Request, id: number): Response {
	scanNow(desk.by(request), id);
	return isHtmx(request) ? new Response(null, { status: 204 }) : redirect(`/hosts/${id}`);
}

function cancel(desk: Desk, request: Request, id: number): Response {
	cancelHostScan(desk.by(request), id);
	return isHtmx(request) ? new Response(null, { status: 204 }) : redirect(`/hosts/${id}`);
}

/** The form to reserve one address; an address that is taken by now leads to its host. */
function free(desk: Desk, request: Request, id: number, text: string): Response {
	const subnet = demandSubnet(desk.context, id);
	const address = parseAddress(text).value;
	if (address === undefined || !contains(subnet.cidr, address)) {
		throw new AppError("not_found", "There is no such address in this subnet.");
	}
	const there = findHostByAddress(desk.context.db, address);
	if (there !== undefined) return redirect(`/hosts/${there.id}`);
	return desk.page(request, () => {
		const count = new URL(request.url).searchParams.get("count") ?? "1";
		const main = ReserveForm({
			subnet,
			address: formatAddress(address),
			values: { count: count.slice(0, 4), hostname: "", description: "" },
		});
		return { title: `Reserve ${formatAddress(address)}`, main };
	});
}

/** Takes the address named, or `count` of them from there on, or (`first=1`) the first free one from there on. */
async function reserve(desk: Desk, request: Request, id: number): Promise<Response> {
	const field = await readForm(request);
	const subnet = demandSubnet(desk.context, id);
	try {
		const [one, ...more] = take(desk.by(request), id, field);
		return redirect(more.length > 0 ? `/subnets/${id}#h${one?.id}` : `/hosts/${one?.id}`);
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const problem = { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
		const values = { count: field("count"), hostname: field("hostname"), description: field("description") };
		const main = ReserveForm({ subnet, address: field("address").slice(0, 64), values, problem });
		return respondPage(request, desk.shell(request), { title: "Reserve", main }, explain(error).status);
	}
}

function take(context: Context, subnetId: number, field: Fields): Host[] {
	const input = {
		hostname: field("hostname"),
		description: field("description"),
		tags: field("tags"),
		notes: field("notes"),
	};
	const count = field("count").trim();
	const several = count !== "" && count !== "1";
	if (field("first") === "" && !several) return [reserveAddress(context, field("address"), input)];
	const from = parseAddress(field("address").trim());
	if (from.value === undefined) {
		throw new AppError("invalid", from.problem ?? "This is no address.", { field: "address" });
	}
	if (!several) return [reserveFirstFree(context, subnetId, from.value, input)];
	const row = { from: from.value, count: /^\d{1,4}$/.test(count) ? Number(count) : 0 };
	return reserveRow(context, subnetId, row, input);
}
