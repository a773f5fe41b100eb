/** Port scans by JSON: asking for one, how far it is, and the ports of a host with their past. */

import { Type as t } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { demandHost } from "../../ipam/hosts.ts";
import { cancelScan, demandScan, scanNow, switchSubnetScans } from "../../ipam/scans.ts";
import type { ScanRun } from "../../model/scan.ts";
import { listPortHistory, type PortRow } from "../../store/ports.ts";
import { readHostScan } from "../../store/scanned-hosts.ts";
import type { Desk } from "../desk.ts";
import { readId } from "../query.ts";
import { respondJson } from "../respond.ts";
import { time } from "./shapes.ts";

/** Rows of one answer: open ports first, then those that were open, newest first. */
const PORTS_MAX = 500;

const subnetSwitch = t.Object({ enabled: t.Boolean() }, { additionalProperties: false });

export function scanApi(desk: Desk) {
	const { context } = desk;
	return new Elysia({ prefix: "/api/v1", normalize: false })
		.put(
			"/subnets/:id/scans",
			({ request, params, body }) => {
				const { id, scanEnabled } = switchSubnetScans(desk.by(request), readId(params.id), body.enabled);
				return respondJson(request, { id, scan_enabled: scanEnabled });
			},
			{ body: subnetSwitch },
		)
		.post("/hosts/:id/scan", ({ request, params }) => {
			const { run } = scanNow(desk.by(request), readId(params.id));
			return respondJson(request, scanJson(run), 202, { location: `/api/v1/scans/${run.id}` });
		})
		.get("/scans/:id", ({ request, params }) =>
			respondJson(request, scanJson(demandScan(context, readId(params.id)))),
		)
		.post("/scans/:id/cancel", ({ request, params }) =>
			respondJson(request, scanJson(cancelScan(desk.by(request), readId(params.id)))),
		)
		.get("/hosts/:id/ports", ({ request, params }) => {
			const host = demandHost(context, readId(params.id));
			const scan = readHostScan(context.db, host.id, context.config.scanIntervalMinutes > 0);
			return respondJson(request, {
				items: listPortHistory(context.db, host.id, PORTS_MAX).map(portJson),
				scanned_at: time(scan?.lastAt),
				scanned_by: scan?.lastBy ?? null,
				scan_problem: scan?.problem ?? null,
				scanning: scan?.open ?? null,
				next_scan_at: time(scan?.nextAt),
			});
		});
}

function scanJson(run: ScanRun) {
	return {
		id: run.id,
		subnet_id: run.subnetId ?? null,
		host_id: run.hostId ?? null,
		trigger: run.trigger,
		state: run.state,
		requested_at: time(run.requestedAt),
		started_at: time(run.startedAt),
		finished_at: time(run.finishedAt),
		total: run.total,
		done: run.done,
		open_ports: run.openPorts,
		method: run.method ?? null,
		problem: run.problem ?? null,
	};
}

function portJson(port: PortRow) {
	return {
		port: port.port,
		proto: port.proto,
		state: port.state,
		service: port.service,
		product: port.product,
		version: port.version,
		first_seen_at: time(port.firstSeenAt),
		last_seen_at: time(port.lastSeenAt),
		is_current: port.current,
	};
}
