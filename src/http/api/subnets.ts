/** Subnets and their sweeps by JSON. */

import { Elysia } from "elysia";
import { AppError } from "../../errors.ts";
import { deleteSubnet } from "../../ipam/deletions.ts";
import { createSubnet, demandSubnet, editSubnet } from "../../ipam/subnets.ts";
import { cancelSweep, demandRun, sweepNow } from "../../ipam/sweeps.ts";
import type { Desk } from "../desk.ts";
import { readId } from "../query.ts";
import { respondJson } from "../respond.ts";
import { readSummaries } from "../summaries.ts";
import { newSubnet, runJson, subnetJson, subnetPatch } from "./shapes.ts";

export function subnetApi(desk: Desk) {
	const { context } = desk;
	return new Elysia({ prefix: "/api/v1", normalize: false })
		.get("/subnets", ({ request }) => {
			const items = readSummaries(context.db).map(({ subnet }) => subnetJson(subnet));
			return respondJson(request, { items, next_cursor: null });
		})
		.post(
			"/subnets",
			({ request, body }) => {
				const made = createSubnet(desk.by(request), body.cidr, {
					name: body.name ?? "",
					notes: body.notes ?? "",
					gateway: body.gateway ?? "",
					sweepIntervalS: body.sweep_interval_s ?? context.config.sweepIntervalS,
					sweepEnabled: body.sweep_enabled ?? true,
				});
				return respondJson(request, summaryOf(desk, made.id), 201, {
					location: `/api/v1/subnets/${made.id}`,
				});
			},
			{ body: newSubnet },
		)
		.get("/subnets/:id", ({ request, params }) => {
			const subnet = summaryOf(desk, readId(params.id));
			return respondJson(request, subnet, 200, { etag: `"${subnet.version}"` });
		})
		.patch(
			"/subnets/:id",
			({ request, params, body }) => {
				const now = demandSubnet(context, readId(params.id));
				editSubnet(desk.by(request), now.id, readVersion(request, body.version) ?? now.version, {
					name: body.name ?? now.name,
					notes: body.notes ?? now.notes,
					gateway: body.gateway === null ? "" : (body.gateway ?? now.gateway ?? ""),
					sweepIntervalS: body.sweep_interval_s ?? now.sweepIntervalS,
					sweepEnabled: body.sweep_enabled ?? now.sweepEnabled,
				});
				return respondJson(request, summaryOf(desk, now.id));
			},
			{ body: subnetPatch },
		)
		.delete("/subnets/:id", async ({ request, params }) => {
			const gone = await deleteSubnet(desk.by(request), readId(params.id));
			const kept = gone.heir === undefined ? 0 : gone.hosts;
			return respondJson(request, {
				deleted: gone.subnet.id,
				hosts_deleted: gone.hosts - kept,
				hosts_moved: kept,
				batch_id: gone.batchId,
			});
		});
}

/** Asking for sweeps, and how far they are. */
export function sweepApi(desk: Desk) {
	const { context } = desk;
	return new Elysia({ prefix: "/api/v1" })
		.post("/subnets/:id/sweep", ({ request, params }) => {
			const { run } = sweepNow(desk.by(request), readId(params.id));
			return respondJson(request, runJson(run), 202, { location: `/api/v1/runs/${run.id}` });
		})
		.get("/runs/:id", ({ request, params }) =>
			respondJson(request, runJson(demandRun(context, readId(params.id)))),
		)
		.post("/runs/:id/cancel", ({ request, params }) =>
			respondJson(request, runJson(cancelSweep(desk.by(request), readId(params.id)))),
		);
}

function summaryOf(desk: Desk, id: number) {
	const found = readSummaries(desk.context.db).find(({ subnet }) => subnet.id === id);
	if (found === undefined) throw new AppError("not_found", "There is no such subnet.");
	return subnetJson(found.subnet);
}

/** The version an edit was based on: If-Match (RFC 9110 13.1.1), else the body's; undefined: whatever is there. */
export function readVersion(request: Request, inBody: number | undefined): number | undefined {
	const match = /^(?:W\/)?"(\d{1,15})"$/.exec(request.headers.get("if-match") ?? "")?.[1];
	return match === undefined ? inBody : Number(match);
}
