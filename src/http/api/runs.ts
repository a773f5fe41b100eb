/** Sweeps and port scans by JSON: asking for one, how far it is, ending it, and where there are scans at all. */

import { type Static, type TSchema, Type as t } from "@sinclair/typebox";
import { cancelScan, demandScan, scanNow } from "../../ipam/scans.ts";
import { switchSubnet } from "../../ipam/subnets.ts";
import { cancelSweep, demandRun, sweepNow } from "../../ipam/sweeps.ts";
import { RUN_STATES, type SweepRun } from "../../model/run.ts";
import type { ScanRun } from "../../model/scan.ts";
import type { Desk } from "../desk.ts";
import { type Answer, moment, nullable, type Operation, operation, shape } from "./operation.ts";
import { time } from "./shapes.ts";

const NUMBER = t.Integer({ minimum: 0 });
const MOMENTS = {
	trigger: t.String({ enum: ["schedule", "person"] }),
	state: t.String({ enum: [...RUN_STATES] }),
	requested_at: moment("When it was asked for, or due."),
	started_at: nullable(moment("null while it waits.")),
	finished_at: nullable(moment("null until it ends.")),
};

const RUN = shape(
	{
		id: t.Integer({ minimum: 1 }),
		subnet_id: t.Integer({ minimum: 1 }),
		...MOMENTS,
		total: t.Integer({ minimum: 0, description: "Addresses to ask." }),
		done: t.Integer({ minimum: 0, description: "Of them, with a verdict." }),
		replies: NUMBER,
		lost: t.Integer({ minimum: 0, description: "Hosts that were up and did not answer." }),
		method: nullable(t.String({ description: "Who asked: raw, arp+raw, datagram or ping." })),
		problem: nullable(t.String()),
	},
	{ $id: "Run", description: "One sweep of a subnet." },
);
const RUN_EXAMPLE: Static<typeof RUN> = {
	id: 812,
	subnet_id: 1,
	trigger: "person",
	state: "running",
	requested_at: "2026-11-23T14:29:59.000Z",
	started_at: "2026-11-23T14:30:00.000Z",
	finished_at: null,
	total: 254,
	done: 120,
	replies: 31,
	lost: 0,
	method: "raw",
	problem: null,
};

function runJson(run: SweepRun): Static<typeof RUN> {
	return {
		id: run.id,
		subnet_id: run.subnetId,
		trigger: run.trigger,
		state: run.state,
		requested_at: time(run.requestedAt),
		started_at: time(run.startedAt),
		finished_at: time(run.finishedAt),
		total: run.total,
		done: run.done,
		replies: run.replies,
		lost: run.lost,
		method: run.method ?? null,
		problem: run.problem ?? null,
	};
}

const SCAN = shape(
	{
		id: t.Integer({ minimum: 1 }),
		subnet_id: nullable(t.Integer()),
		host_id: nullable(t.Integer({ description: "Of a wish; a scheduled scan has several hosts." })),
		...MOMENTS,
		total: t.Integer({ minimum: 0, description: "Hosts to scan." }),
		done: NUMBER,
		open_ports: NUMBER,
		method: nullable(t.String({ description: "nmap or connect." })),
		problem: nullable(t.String({ description: "Why it failed, or what was left out." })),
	},
	{ $id: "Scan", description: "One port scan." },
);
const SCAN_EXAMPLE: Static<typeof SCAN> = {
	id: 77,
	subnet_id: 1,
	host_id: 5,
	trigger: "person",
	state: "queued",
	requested_at: "2026-11-23T14:30:00.000Z",
	started_at: null,
	finished_at: null,
	total: 1,
	done: 0,
	open_ports: 0,
	method: null,
	problem: null,
};

function scanJson(run: ScanRun): Static<typeof SCAN> {
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

const LOCATION = { location: "Where to look how far it is." };

export function runOperations(desk: Desk): Operation[] {
	return [...sweepOperations(desk), ...scanOperations(desk), ...switchOperations(desk)];
}

function sweepOperations(desk: Desk): Operation[] {
	const answer = { says: "The sweep.", schema: RUN, example: RUN_EXAMPLE } as const;
	return [
		operation({
			method: "POST",
			path: "/subnets/{id}/sweep",
			id: "sweepSubnet",
			tag: "Subnets",
			summary: "Sweep a subnet now",
			details: "Before all scheduled sweeps, and whole. One that waits or runs already is answered instead.",
			answers: { 202: { ...answer, headers: LOCATION } },
			refuses: { 404: "There is no such subnet." },
			handle({ request, id }) {
				const { run } = sweepNow(desk.by(request), id);
				return { status: 202, body: runJson(run), headers: { location: `/api/v1/runs/${run.id}` } };
			},
		}),
		...following({
			...{ path: "/runs", noun: "a sweep", ids: ["getRun", "cancelRun"], answer },
			...{ details: "A running one ends within a second; one that has ended stays as it is." },
			...{ noSuch: "There is no such sweep. Old ones are removed." },
			look: (id) => runJson(demandRun(desk.context, id)),
			end: (request, id) => runJson(cancelSweep(desk.by(request), id)),
		}),
	];
}

function scanOperations(desk: Desk): Operation[] {
	const answer = { says: "The scan.", schema: SCAN, example: SCAN_EXAMPLE } as const;
	return [
		operation({
			method: "POST",
			path: "/hosts/{id}/scan",
			id: "scanHost",
			tag: "Hosts",
			summary: "Look for open ports of a host now",
			details: "Before all scheduled scans. One that waits or runs already is answered instead.",
			answers: { 202: { ...answer, headers: LOCATION } },
			refuses: { 404: "There is no such host. It may have been deleted." },
			handle({ request, id }) {
				const { run } = scanNow(desk.by(request), id);
				return { status: 202, body: scanJson(run), headers: { location: `/api/v1/scans/${run.id}` } };
			},
		}),
		...following({
			...{ path: "/scans", noun: "a port scan", ids: ["getScan", "cancelScan"], answer },
			details:
				"A running one ends within a second, and the ports stay as they were; one that has ended stays as it is.",
			noSuch: "There is no such port scan. Old ones are removed.",
			look: (id) => scanJson(demandScan(desk.context, id)),
			end: (request, id) => scanJson(cancelScan(desk.by(request), id)),
		}),
	];
}

/** Looking how far something is that was asked for, and ending it. */
function following<S extends TSchema>(kind: {
	readonly path: string;
	readonly noun: string;
	readonly ids: readonly [look: string, end: string];
	readonly answer: Answer & { readonly schema: S };
	readonly details: string;
	readonly noSuch: string;
	readonly look: (id: number) => Static<S>;
	readonly end: (request: Request, id: number) => Static<S>;
}): Operation[] {
	const { path, noun, ids, answer, details, noSuch, look, end } = kind;
	const shared = { tag: "Runs", answers: { 200: answer }, refuses: { 404: noSuch } } as const;
	return [
		operation({
			...{ ...shared, method: "GET", path: `${path}/{id}`, id: ids[0], summary: `How far ${noun} is` },
			handle: ({ id }) => ({ status: 200, body: look(id) }),
		}),
		operation({
			...{
				...shared,
				method: "POST",
				path: `${path}/{id}/cancel`,
				id: ids[1],
				summary: `End ${noun}`,
				details,
			},
			handle: ({ request, id }) => ({ status: 200, body: end(request, id) }),
		}),
	];
}

function switchOperations(desk: Desk): Operation[] {
	const SWITCH = shape({ enabled: t.Boolean() }, { $id: "Switch" });
	return [
		operation({
			method: "PUT",
			path: "/subnets/{id}/scans",
			id: "switchSubnetScans",
			tag: "Subnets",
			summary: "Scan the hosts of a subnet for open ports, or not",
			body: SWITCH,
			bodyExample: { enabled: true },
			answers: {
				200: {
					says: "How it is now.",
					schema: shape({ id: t.Integer(), scan_enabled: t.Boolean() }, { $id: "SubnetScans" }),
					example: { id: 1, scan_enabled: true },
				},
			},
			refuses: { 404: "There is no such subnet." },
			handle({ request, id, body }) {
				const { scanEnabled } = switchSubnet(desk.by(request), id, { scanEnabled: body.enabled });
				return { status: 200, body: { id, scan_enabled: scanEnabled } };
			},
		}),
		operation({
			method: "PUT",
			path: "/subnets/{id}/snmp",
			id: "switchSubnetSnmp",
			tag: "Subnets",
			summary: "Ask the hosts of a subnet for their name by SNMP, or not",
			body: SWITCH,
			bodyExample: { enabled: true },
			answers: {
				200: {
					says: "How it is now.",
					schema: shape({ id: t.Integer(), snmp_enabled: t.Boolean() }, { $id: "SubnetSnmp" }),
					example: { id: 1, snmp_enabled: true },
				},
			},
			refuses: { 404: "There is no such subnet." },
			handle({ request, id, body }) {
				const { snmpEnabled } = switchSubnet(desk.by(request), id, { snmpEnabled: body.enabled });
				return { status: 200, body: { id, snmp_enabled: snmpEnabled } };
			},
		}),
	];
}
