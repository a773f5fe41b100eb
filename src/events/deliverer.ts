/**
 * Takes due deliveries from the database and sends them: one at a time per webhook, webhooks side by side. A delivery
 * is closed only after its answer, so a crash in between sends it again under the same id: at least once.
 */

import { createOnce, type Log } from "../log.ts";
import type { TargetRules } from "../model/target.ts";
import { retryAfter } from "../model/webhook.ts";
import { type Db, transact } from "../store/database.ts";
import * as deliveries from "../store/deliveries.ts";
import { insertEvent } from "../store/events.ts";
import { whenFree } from "../store/patience.ts";
import { disableWebhook, findWebhook } from "../store/webhooks.ts";
import { type Answer, type PostOptions, post } from "./webhooks.ts";

export type DelivererOptions = Omit<PostOptions, "rules"> & {
	readonly db: Db;
	readonly log: Log;
	/** 0 ≤ n < 1. */
	readonly random: () => number;
	readonly rules: () => TargetRules;
	/** Webhooks served at the same time. */
	readonly webhooksAtOnce: number;
	/** Messages that may wait for one webhook. */
	readonly webhookQueue: number;
	/** What became of a message is noted when the database is free: tried again so often, and so long, in milliseconds. */
	readonly againMs: number;
	readonly againMaxMs: number;
};

export type Deliverer = {
	/** Starts what is due; returns at once. */
	tick(): void;
	/** Resolves when nothing is under way. */
	idle(): Promise<void>;
	/** Cuts what is under way; it stays due. */
	close(): Promise<void>;
};

const GONE = 410;
/** Longest wait a receiver may ask for, in seconds. */
const WAIT_MAX_S = 36_000;

export function openDeliverer(options: DelivererOptions): Deliverer {
	const { db, clock, log } = options;
	const busy = new Map<number, Promise<void>>();
	/** Answers that the database would not take, by webhook: noted before anything else is sent there. */
	const unsettled = new Map<number, () => void>();
	const closing = new AbortController();
	const told = createOnce();
	const work = async (webhookId: number) => {
		try {
			await serve(options, webhookId, unsettled, closing.signal);
			told.well(String(webhookId));
		} catch (error) {
			if (told.fails(String(webhookId), error))
				log.warning("webhook not served", { webhook: webhookId, reason: error });
		} finally {
			busy.delete(webhookId);
		}
	};
	return {
		tick() {
			if (closing.signal.aborted) return;
			const dropped = deliveries.boundQueues(db, options.webhookQueue);
			if (dropped > 0) log.warning("messages to webhooks dropped", { dropped });
			const due = deliveries.listDueWebhooks(db, clock.now(), new Set(busy.keys()));
			for (const id of due.slice(0, options.webhooksAtOnce - busy.size)) busy.set(id, work(id));
		},
		async idle() {
			while (busy.size > 0) await Promise.all(busy.values());
		},
		async close() {
			closing.abort();
			await Promise.all(busy.values());
		},
	};
}

/**
 * Sends what is due, oldest first, until nothing is. Throws what the database threw; an answer that it would not take is
 * kept in `unsettled`, for else a full disk, or a large import, would have the same message sent every second.
 */
async function serve(
	options: DelivererOptions,
	webhookId: number,
	unsettled: Map<number, () => void>,
	closing: AbortSignal,
): Promise<void> {
	const { db, clock } = options;
	for (;;) {
		const late = unsettled.get(webhookId);
		if (late !== undefined) await whenFree(late, { ...options, sleep: clock.sleep, signal: closing });
		unsettled.delete(webhookId);
		const delivery = deliveries.findDue(db, webhookId, clock.now());
		if (delivery === undefined || closing.aborted) return;
		const answer = await post(delivery, { ...options, rules: options.rules() }, closing);
		if (closing.aborted) return;
		const at = clock.now();
		unsettled.set(webhookId, () => settle(options, delivery, answer, at));
	}
}

function settle(
	options: DelivererOptions,
	delivery: deliveries.DueDelivery,
	answer: Answer,
	at: number,
): void {
	const { db, log } = options;
	const { webhookId } = delivery;
	const { status, answerMs, problem } = answer;
	const nextAt = problem === undefined ? undefined : nextTry(delivery, answer, at, options.random);
	const state = problem === undefined ? "delivered" : nextAt === undefined ? "dead" : "waiting";
	const counts = problem === undefined || delivery.dueAt <= at;
	transact(db, () => {
		deliveries.settleDelivery(db, delivery.id, { state, at, nextAt, status, answerMs, problem, counts });
		if (nextAt !== undefined) deliveries.holdDeliveries(db, delivery.id, nextAt);
		if (state === "delivered") deliveries.hurryDeliveries(db, webhookId, at, delivery.attempts > 0);
		if (status === GONE) switchOff(db, webhookId, at);
	});
	if (state === "dead") log.warning("message to a webhook given up", { webhook: webhookId, reason: problem });
}

function switchOff(db: Db, id: number, at: number): void {
	const label = findWebhook(db, id)?.name ?? "";
	disableWebhook(db, id, "The receiver said that it is gone for good (410).", at);
	deliveries.giveUpDeliveries(db, id, "The receiver is gone for good.");
	const detail = { field: "messages", old: "on", new: "off" };
	const about = { subnetId: undefined, hostId: undefined, ip: undefined, label };
	insertEvent(db, { at, kind: "webhook_edited", ...about, detail });
}

/**
 * When it is tried again; undefined: not any more. One that was tried before its time, because a newer message about the
 * same came, keeps its time.
 */
function nextTry(
	{ attempts, dueAt }: deliveries.DueDelivery,
	answer: Answer,
	at: number,
	random: () => number,
): number | undefined {
	if (answer.status === GONE) return undefined;
	const wait = dueAt > at ? dueAt - at : retryAfter(attempts + 1, random());
	const asked = Math.min(answer.retryAfterS ?? 0, WAIT_MAX_S) * 1_000;
	return wait === undefined ? undefined : at + Math.max(wait, asked);
}
