/** Hosts and events by JSON. */

import { Elysia } from "elysia";
import { AppError } from "../../errors.ts";
import { deleteHost } from "../../ipam/deletions.ts";
import { demandHost, editHost, reserveAddress } from "../../ipam/hosts.ts";
import { demandSubnet } from "../../ipam/subnets.ts";
import type { Host } from "../../model/host.ts";
import { parseAddress } from "../../net/address.ts";
import { listEvents } from "../../store/events.ts";
import { listHosts } from "../../store/hosts.ts";
import type { Desk } from "../desk.ts";
import { readId, readLimit, readListQuery } from "../query.ts";
import { respondJson } from "../respond.ts";
import { eventJson, hostJson, hostPatch, newHost } from "./shapes.ts";
import { readVersion } from "./subnets.ts";

const PAGE = { rows: 100, max: 500 };

export function hostApi(desk: Desk) {
	const { context } = desk;
	return new Elysia({ prefix: "/api/v1", normalize: false })
		.get("/hosts", ({ request }) => respondJson(request, list(desk, request)))
		.get("/subnets/:id/hosts", ({ request, params }) => {
			const subnet = demandSubnet(context, readId(params.id));
			return respondJson(request, list(desk, request, subnet.id));
		})
		.post(
			"/hosts",
			({ request, body }) => {
				const { ip, ...rest } = body;
				const made = reserveAddress(desk.by(request), ip, {
					hostname: "",
					description: "",
					tags: [],
					notes: "",
					...rest,
				});
				return respondJson(request, hostJson(made), 201, { location: `/api/v1/hosts/${made.id}` });
			},
			{ body: newHost },
		)
		.get("/hosts/:id", ({ request, params }) => {
			const host = demandHost(context, readId(params.id));
			return respondJson(request, hostJson(host), 200, { etag: `"${host.version}"` });
		})
		.patch(
			"/hosts/:id",
			({ request, params, body }) => {
				const now = demandHost(context, readId(params.id));
				const { version, ...changes } = body;
				const { hostname, description, tags, notes } = { ...now, ...changes };
				const values = { hostname, description, tags, notes };
				return respondJson(
					request,
					hostJson(editHost(desk.by(request), now.id, readVersion(request, version) ?? now.version, values)),
				);
			},
			{ body: hostPatch },
		)
		.delete("/hosts/:id", ({ request, params }) => {
			const { host, batchId } = deleteHost(desk.by(request), readId(params.id));
			return respondJson(request, { deleted: host.id, batch_id: batchId });
		});
}

/** What happened to hosts. */
export function eventApi(desk: Desk) {
	const { context } = desk;
	return new Elysia({ prefix: "/api/v1" })
		.get("/hosts/:id/events", ({ request, params }) => {
			const host = demandHost(context, readId(params.id));
			const items = listEvents(context.db, { hostId: host.id, limit: PAGE.rows }).map(eventJson);
			return respondJson(request, { items });
		})
		.get("/events", ({ request }) => {
			const params = new URL(request.url).searchParams;
			const limit = readLimit(params, PAGE);
			const cursor = params.get("cursor");
			const found = listEvents(context.db, {
				before: cursor === null ? undefined : readId(cursor),
				limit: limit + 1,
			});
			const items = found.slice(0, limit).map(eventJson);
			const next = found.length > limit ? String(items.at(-1)?.id) : null;
			return respondJson(request, { items, next_cursor: next });
		});
}

/** Hosts by address. The cursor is the last address of the page before: rows that come and go shift nothing. */
function list(desk: Desk, request: Request, subnetId?: number) {
	const params = new URL(request.url).searchParams;
	const { filter } = readListQuery(params, subnetId === undefined ? {} : { subnetId });
	const limit = readLimit(params, PAGE);
	const cursor = params.get("cursor");
	const after = cursor === null ? undefined : { statusOrder: 0, address: readCursor(cursor) };
	const found: Host[] = listHosts(desk.context.db, filter, "address", after, limit + 1);
	const items = found.slice(0, limit);
	return {
		items: items.map(hostJson),
		next_cursor: found.length > limit ? (items.at(-1)?.ip ?? null) : null,
	};
}

function readCursor(text: string): bigint {
	const address = parseAddress(text).value;
	if (address === undefined)
		throw new AppError("invalid", "cursor is what next_cursor said.", { field: "cursor" });
	return address;
}
