/** Hosts for people: page and drawer of one, what can be done with it, and the reservation of a free address. */

import { Elysia } from "elysia";
import { HostPanel } from "../../views/host.tsx";
import { PING, PingPanel } from "../../views/ping.tsx";
import { renderFragment } from "../../views/render.tsx";
import { ReserveForm, ReserveHere, TakenHere } from "../../views/reserve.tsx";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { deleteHost } from "../ipam/deletions.ts";
import { demandHost, reserveAddress, reserveFirstFree } from "../ipam/hosts.ts";
import { reserveRow } from "../ipam/reservations.ts";
import { cancelHostScan, scanNow } from "../ipam/scans.ts";
import { demandSubnet } from "../ipam/subnets.ts";
import type { Host } from "../model/host.ts";
import { formatAddress, parseAddress } from "../net/address.ts";
import { contains } from "../net/cidr.ts";
import { findHostByAddress } from "../store/hosts.ts";
import { redirectWithUndo } from "./batches.ts";
import type { Desk } from "./desk.ts";
import { fieldInHand, hostPage, panelOf } from "./host-panel.ts";
import { type Fields, readForm, readId } from "./query.ts";
import { explain, isHtmx, redirect, respondHtml, respondNothing, respondPage } from "./respond.ts";

export function hostRoutes(desk: Desk) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get("/hosts/:id", ({ request, params }) =>
			desk.page(request, () => hostPage(panelOf(desk, readId(params.id), fieldInHand(request)))),
		)
		.get("/hosts/:id/drawer", ({ request, params }) =>
			desk.piece(request, () => drawer(desk, request, readId(params.id))),
		)
		.post("/hosts/:id/ping", ({ request, params }) => ping(desk, request, readId(params.id)), raw)
		.post("/hosts/:id/scan", ({ request, params }) => scan(desk, request, readId(params.id)), raw)
		.post("/hosts/:id/scan/cancel", ({ request, params }) => cancel(desk, request, readId(params.id)), raw)
		.post("/hosts/:id/delete", ({ request, params }) => remove(desk, request, readId(params.id)), raw)
		.get("/subnets/:id/free/:address", ({ request, params }) =>
			free(desk, request, readId(params.id), params.address),
		)
		.get("/subnets/:id/free/:address/form", ({ request, params }) =>
			freeHere(desk, request, readId(params.id), params.address),
		)
		.post("/subnets/:id/reserve", ({ request, params }) => reserve(desk, request, readId(params.id)), raw);
}

function drawer(desk: Desk, request: Request, id: number): Response {
	const panel = HostPanel({ ...panelOf(desk, id), drawer: true });
	return respondHtml(request, renderFragment(desk.reader(request), panel));
}

function remove(desk: Desk, request: Request, id: number): Response {
	const { host, batchId } = deleteHost(desk.by(request), id);
	return redirectWithUndo(`/subnets/${host.subnetId}`, batchId);
}

/** One echo more, beside those the form brings along; the script asks again each second until there are enough. */
async function ping(desk: Desk, request: Request, id: number): Promise<Response> {
	const field = await readForm(request);
	const place = field("place") === "d" ? "d" : "p";
	const host = demandHost(desk.context, id);
	const before = readEchoes(field("echoes"));
	const { clock } = desk.context;
	const from = clock.monotonicMs();
	const patience = { attempts: 1, retryMs: 0, timeoutMs: PING.timeoutMs };
	let echoes = before;
	let problem: string | undefined;
	try {
		const [echo = -1] = await desk.surroundings.ask([host.address], patience);
		echoes = [...before, echo];
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		problem = error.message;
	}
	if (!isHtmx(request)) {
		return respondPage(request, desk.shell(request), hostPage({ ...panelOf(desk, id), echoes, problem }));
	}
	const waitMs = Math.max(0, Math.round(PING.everyMs - (clock.monotonicMs() - from)));
	return respondHtml(
		request,
		renderFragment(desk.reader(request), PingPanel({ host, place, echoes, waitMs, problem })),
	);
}

/** Microseconds, -1 for silence; what is none is left out. */
function readEchoes(text: string): number[] {
	const parts = text.split(",", PING.echoes - 1);
	return parts.filter((part) => /^(-1|\d{1,8})$/.test(part)).map(Number);
}

/** Only a wish: what comes of it reaches the open page by the live stream. */
function scan(desk: Desk, request: Request, id: number): Response {
	scanNow(desk.by(request), id);
	return isHtmx(request) ? respondNothing() : redirect(`/hosts/${id}`);
}

function cancel(desk: Desk, request: Request, id: number): Response {
	cancelHostScan(desk.by(request), id);
	return isHtmx(request) ? respondNothing() : redirect(`/hosts/${id}`);
}

/** An address of this subnet, and who has it. AppError("not_found") when it is none. */
function demandAddress(desk: Desk, id: number, text: string) {
	const subnet = demandSubnet(desk.context, id);
	const address = parseAddress(text).value;
	if (address === undefined || !contains(subnet.cidr, address)) {
		throw new AppError("not_found", "There is no such address in this subnet.");
	}
	return { subnet, address: formatAddress(address), there: findHostByAddress(desk.context.db, address) };
}

const emptyForm = (request: Request) => ({
	count: (new URL(request.url).searchParams.get("count") ?? "1").slice(0, 4),
	hostname: "",
	description: "",
});

/** The form to reserve one address; an address that is taken by now leads to its host. */
function free(desk: Desk, request: Request, id: number, text: string): Response {
	const { subnet, address, there } = demandAddress(desk, id, text);
	if (there !== undefined) return redirect(`/hosts/${there.id}`);
	return desk.page(request, () => {
		const main = ReserveForm({ subnet, address, values: emptyForm(request) });
		return { title: `Reserve ${address}`, main };
	});
}

/** The same as a piece, to be shown over the page it was asked for on. */
function freeHere(desk: Desk, request: Request, id: number, text: string): Response {
	const { subnet, address, there } = demandAddress(desk, id, text);
	const piece =
		there === undefined
			? ReserveHere({ subnet, address, values: emptyForm(request) })
			: TakenHere({ address, hostId: there.id, name: there.hostname });
	return respondHtml(request, renderFragment(desk.reader(request), piece));
}

/** Takes the address named, or `count` of them from there on, or (`first=1`) the first free one from there on. */
async function reserve(desk: Desk, request: Request, id: number): Promise<Response> {
	const field = await readForm(request);
	const here = field("here") !== "" && isHtmx(request);
	const subnet = demandSubnet(desk.context, id);
	try {
		const [one, ...more] = take(desk.by(request), id, field);
		// The page below learns of it by the live stream.
		if (here) return respondNothing();
		return redirect(more.length > 0 ? `/subnets/${id}?at=${one?.ip}#at` : `/hosts/${one?.id}`);
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const problem = { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
		const values = { count: field("count"), hostname: field("hostname"), description: field("description") };
		const form = { subnet, address: field("address").slice(0, 64), values, problem };
		const { status } = explain(error);
		if (here) return respondHtml(request, renderFragment(desk.reader(request), ReserveHere(form)), status);
		return respondPage(request, desk.shell(request), { title: "Reserve", main: ReserveForm(form) }, status);
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
	if (field("first") === "" && !several) return [reserveAddress(context, field("address").trim(), input)];
	const from = parseAddress(field("address").trim());
	if (from.value === undefined) {
		throw new AppError("invalid", from.problem ?? "This is no address.", { field: "address" });
	}
	if (!several) return [reserveFirstFree(context, subnetId, from.value, input)];
	const row = { from: from.value, count: /^\d{1,4}$/.test(count) ? Number(count) : 0 };
	return reserveRow(context, subnetId, row, input);
}
