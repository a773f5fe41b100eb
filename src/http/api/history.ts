/** The past of a host by JSON: measurements by steps, within a bound of points. */

import { Elysia } from "elysia";
import { BOUNDS } from "../../config.ts";
import { AppError } from "../../errors.ts";
import { demandHost } from "../../ipam/hosts.ts";
import { HOUR_MS } from "../../model/uptime.ts";
import { listSteps, type Step } from "../../store/samples.ts";
import type { Desk } from "../desk.ts";
import { readId } from "../query.ts";
import { respondJson } from "../respond.ts";
import { time } from "./shapes.ts";

const DAY_MS = 24 * HOUR_MS;
/** Points of an answer when no step is named. */
const POINTS = 48;
/** ISO 8601 with a zone, as we write it ourselves; milliseconds and seconds may be missing. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

export function pastApi(desk: Desk) {
	const { context } = desk;
	return new Elysia({ prefix: "/api/v1" }).get("/hosts/:id/history", ({ request, params }) => {
		const host = demandHost(context, readId(params.id));
		const window = readWindow(new URL(request.url).searchParams, context.clock.now());
		const items = listSteps(context.db, host.id, window).map(stepJson);
		return respondJson(request, {
			from: time(window.from),
			to: time(window.to),
			step_s: window.stepMs / 1_000,
			items,
		});
	});
}

/** One step; those in which nothing was measured are not there. */
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

/**
 * `from` and `to` (ISO 8601; the last day when not said) and `step` in seconds. AppError("invalid") names the
 * parameter and the reason: a moment that is none, an empty window, more than BOUNDS.historyPoints points.
 */
export function readWindow(
	params: URLSearchParams,
	now: number,
): { from: number; to: number; stepMs: number } {
	const to = readMoment(params, "to") ?? now;
	const from = readMoment(params, "from") ?? to - DAY_MS;
	if (from >= to) throw refuse("from", "from lies before to.");
	const stepMs = readStep(params.get("step"), to - from);
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

function readMoment(params: URLSearchParams, name: string): number | undefined {
	const text = params.get(name);
	if (text === null) return undefined;
	const at = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
	if (Number.isNaN(at) || at < 0) {
		throw refuse(name, `${name} is a time such as 2026-11-23T14:00:00Z.`);
	}
	return at;
}

/** Seconds; above an hour whole hours, because finer samples are not kept for ever. */
function readStep(text: string | null, windowMs: number): number {
	if (text === null) {
		const stepMs = Math.max(1_000, Math.ceil(windowMs / POINTS / 1_000) * 1_000);
		return stepMs <= HOUR_MS ? stepMs : Math.ceil(stepMs / HOUR_MS) * HOUR_MS;
	}
	const stepMs = /^[1-9]\d{0,8}$/.test(text) ? Number(text) * 1_000 : Number.NaN;
	if (Number.isNaN(stepMs)) throw refuse("step", "step is a whole number of seconds, 1 or more.");
	if (stepMs > HOUR_MS && stepMs % HOUR_MS !== 0) {
		throw refuse("step", "A step of more than an hour is a multiple of 3600.");
	}
	return stepMs;
}

function refuse(field: string, says: string): AppError {
	return new AppError("invalid", says, { field });
}
