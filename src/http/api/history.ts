/** The past of a host by JSON, and its ports: measurements by steps within a bound of points, what was open when. */

import { type Static, Type as t } from "@sinclair/typebox";
import { BOUNDS } from "../../config.ts";
import { AppError } from "../../errors.ts";
import { demandHost } from "../../ipam/hosts.ts";
import { NO_ANSWER, UNTIMED } from "../../model/presence.ts";
import { HOUR_MS } from "../../model/uptime.ts";
import { listPortHistory, type PortRow } from "../../store/ports.ts";
import { listSteps, type Step } from "../../store/samples.ts";
import { readHostScan } from "../../store/scanned-hosts.ts";
import type { Desk } from "../desk.ts";
import { moment, nullable, type Operation, operation, shape } from "./operation.ts";
import { momentParameter, wholeNumber } from "./parameters.ts";
import { time } from "./shapes.ts";

const DAY_MS = 24 * HOUR_MS;
/** Points of an answer when no step is named. */
const POINTS = 48;
/** Ports of one answer: open ones first, then those that were open, newest first. */
const PORTS_MAX = 500;
const NO_SUCH = "There is no such host. It may have been deleted.";

const LATENCY = nullable(t.Number({ minimum: 0 }));
const HISTORY = shape(
	{
		from: moment("Begin of the window."),
		to: moment("Its end."),
		step_s: t.Integer({ minimum: 1 }),
		items: t.Array(
			shape(
				{
					at: moment("Begin of the step."),
					up: t.Integer({ minimum: 0, description: "Sweeps that it answered." }),
					down: t.Integer({ minimum: 0, description: "Sweeps that it did not answer." }),
					latency_min_ms: LATENCY,
					latency_mean_ms: LATENCY,
					latency_max_ms: LATENCY,
				},
				{ $id: "HistoryStep", description: "One step; those in which nothing was measured are not there." },
			),
		),
	},
	{ $id: "History" },
);

const PORT = shape(
	{
		port: t.Integer({ minimum: 1, maximum: 65_535 }),
		proto: t.String({ enum: ["tcp", "udp", "sctp"] }),
		state: t.String(),
		service: t.String(),
		product: t.String(),
		version: t.String(),
		first_seen_at: moment("Open from …"),
		last_seen_at: moment("… to."),
		is_current: t.Boolean({ description: "The last scan that looked at it found it open." }),
	},
	{ $id: "Port", description: "One time a port was open." },
);
const PORTS = shape(
	{
		items: t.Array(PORT),
		scanned_at: nullable(moment("End of the last scan that said something.")),
		scanned_by: nullable(t.String({ description: "nmap or connect." })),
		scan_problem: nullable(t.String({ description: "Why the last scan said nothing." })),
		scanning: nullable(t.String({ description: "queued or running; null: no scan is open." })),
		next_scan_at: nullable(
			moment("When it is due; null where scans are off, while one is open, and before the first."),
		),
	},
	{ $id: "Ports" },
);
const PORTS_EXAMPLE: Static<typeof PORTS> = {
	items: [
		{
			port: 22,
			proto: "tcp",
			state: "open",
			service: "ssh",
			product: "OpenSSH",
			version: "9.2p1",
			first_seen_at: "2026-05-07T10:00:00.000Z",
			last_seen_at: "2026-11-23T14:00:00.000Z",
			is_current: true,
		},
	],
	scanned_at: "2026-11-23T14:00:00.000Z",
	scanned_by: "nmap",
	scan_problem: null,
	scanning: null,
	next_scan_at: "2026-11-23T15:00:00.000Z",
};

export function pastOperations(desk: Desk): Operation[] {
	return [historyOperation(desk), portsOperation(desk), pingOperation(desk)];
}

function historyOperation(desk: Desk): Operation {
	const { context } = desk;
	return operation({
		method: "GET",
		path: "/hosts/{id}/history",
		id: "getHostHistory",
		tag: "Hosts",
		summary: "How a host has been",
		details: `At most ${BOUNDS.historyPoints} points; a refusal says which step would do.`,
		query: {
			from: momentParameter("Begin of the window; a day before its end when not said."),
			to: momentParameter("End of the window; now when not said."),
			step: wholeNumber("Seconds of a step; above an hour whole hours.", {
				min: 1,
				max: 999_999_999,
				example: 1_800,
			}),
		},
		answers: {
			200: {
				says: "The steps in which something was measured.",
				schema: HISTORY,
				example: {
					from: "2026-11-22T14:30:00.000Z",
					to: "2026-11-23T14:30:00.000Z",
					step_s: 1_800,
					items: [
						{
							at: "2026-11-22T14:30:00.000Z",
							up: 30,
							down: 0,
							latency_min_ms: 0.31,
							latency_mean_ms: 0.412,
							latency_max_ms: 1.207,
						},
					],
				},
			},
		},
		refuses: { 404: NO_SUCH },
		handle({ id, query }) {
			const host = demandHost(context, id);
			const window = readWindow(query, context.clock.now());
			const body = {
				from: time(window.from),
				to: time(window.to),
				step_s: window.stepMs / 1_000,
				items: listSteps(context.db, host.id, window).map(stepJson),
			};
			return { status: 200, body };
		},
	});
}

function portsOperation(desk: Desk): Operation {
	const { context } = desk;
	return operation({
		method: "GET",
		path: "/hosts/{id}/ports",
		id: "listHostPorts",
		tag: "Hosts",
		summary: "Ports of a host, with their past",
		details: `Those that are open first, then those that were, newest first; at most ${PORTS_MAX}.`,
		answers: { 200: { says: "The ports.", schema: PORTS, example: PORTS_EXAMPLE } },
		refuses: { 404: NO_SUCH },
		handle({ id }) {
			const host = demandHost(context, id);
			const scan = readHostScan(context.db, host.id, context.config.scanIntervalMinutes > 0);
			const body = {
				items: listPortHistory(context.db, host.id, PORTS_MAX).map(portJson),
				scanned_at: time(scan?.lastAt),
				scanned_by: scan?.lastBy ?? null,
				scan_problem: scan?.problem ?? null,
				scanning: scan?.open ?? null,
				next_scan_at: time((scan?.open === undefined && scan?.nextAt) || undefined),
			};
			return { status: 200, body };
		},
	});
}

/** Echoes of one ping, and the waits after each. */
const PATIENCE = { attempts: 2, retryMs: 300, timeoutMs: 1_000 };

function pingOperation(desk: Desk): Operation {
	return operation({
		method: "POST",
		path: "/hosts/{id}/ping",
		id: "pingHost",
		tag: "Hosts",
		summary: "Ask a host whether it answers now",
		details: "Two echoes at most, beside the sweeps; the answer is recorded nowhere.",
		answers: {
			200: {
				says: "Whether it answered.",
				schema: shape(
					{
						ip: t.String(),
						up: t.Boolean(),
						latency_ms: nullable(t.Number({ minimum: 0 })),
						silent_to_ping: t.Boolean({ description: "It answered ARP, but no ping." }),
					},
					{ $id: "Ping" },
				),
				example: { ip: "10.0.0.14", up: true, latency_ms: 0.398, silent_to_ping: false },
			},
		},
		refuses: { 404: NO_SUCH, 503: "Nothing can be asked at present; `detail` says why." },
		async handle({ id }) {
			const host = demandHost(desk.context, id);
			const [latencyUs = NO_ANSWER] = await desk.surroundings.ask([host.address], PATIENCE);
			const body = {
				ip: host.ip,
				up: latencyUs !== NO_ANSWER,
				latency_ms: latencyUs > UNTIMED ? latencyUs / 1_000 : null,
				silent_to_ping: latencyUs === UNTIMED,
			};
			return { status: 200, body };
		},
	});
}

function stepJson(step: Step) {
	const ms = (us: number | undefined) => (us === undefined ? null : Math.round(us) / 1_000);
	return {
		at: time(step.at),
		up: step.up,
		down: step.down,
		latency_min_ms: ms(step.minUs),
		latency_mean_ms: ms(step.meanUs),
		latency_max_ms: ms(step.maxUs),
	};
}

function portJson(port: PortRow): Static<typeof PORT> {
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

/**
 * `from` and `to` in epoch milliseconds (the last day when not said) and `step` in seconds. AppError("invalid") names
 * the parameter and the reason: an empty window, a step that is none, more than BOUNDS.historyPoints points.
 */
export function readWindow(
	said: { from?: number | undefined; to?: number | undefined; step?: number | undefined },
	now: number,
): { from: number; to: number; stepMs: number } {
	const to = said.to ?? now;
	const from = said.from ?? to - DAY_MS;
	if (from >= to) throw refuse("from", "from lies before to.");
	const stepMs = stepOf(said.step, to - from);
	const points = Math.ceil((to - from) / stepMs);
	if (points > BOUNDS.historyPoints) {
		const most = BOUNDS.historyPoints;
		const enough = Math.ceil((to - from) / most / 1_000);
		throw refuse(
			"step",
			`That would be ${points} points, ${most} are allowed: use a step of ${enough} s or more.`,
		);
	}
	// Whole hours come from the hourly sums, which begin at the full hour.
	return { from: stepMs % HOUR_MS === 0 ? from - (from % HOUR_MS) : from, to, stepMs };
}

/** Milliseconds; above an hour whole hours, because finer samples are not kept for ever. */
function stepOf(seconds: number | undefined, windowMs: number): number {
	if (seconds === undefined) {
		const stepMs = Math.max(1_000, Math.ceil(windowMs / POINTS / 1_000) * 1_000);
		return stepMs <= HOUR_MS ? stepMs : Math.ceil(stepMs / HOUR_MS) * HOUR_MS;
	}
	const stepMs = seconds * 1_000;
	if (stepMs > HOUR_MS && stepMs % HOUR_MS !== 0) {
		throw refuse("step", "A step of more than an hour is a multiple of 3600.");
	}
	return stepMs;
}

function refuse(field: string, says: string): AppError {
	return new AppError("invalid", says, { field });
}
