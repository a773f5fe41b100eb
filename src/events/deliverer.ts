/**
 * Takes due deliveries from the database and sends them: one at a time per webhook, webhooks side by side. A delivery
 * is closed only after its answer, so a crash in between sends it again under the same id: at least once.
 */

import { createOnce, type Log } from "../log.ts";
import type { TargetRules } from "../model/target.ts";
import { retryAfter } from "../model/webhook.ts";
import { type Db, transact } from "../store/database.ts";
import * as deliveries from "../store/deliveries.ts";
import { whenFree } from "../store/patience.ts";
import { disableWebhook } from "../store/webhooks.ts";
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
	const closing = new AbortController();
	const told = createOnce();
	const work = async (webhookId: number) => {
		try {
			await serve(options, webhookId, closing.signal);
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

/** Sends what is due, oldest first, until nothing is. */
async function serve(options: DelivererOptions, webhookId: number, closing: AbortSignal): Promise<void> {
	const { db, clock } = options;
	for (;;) {
		const delivery = deliveries.findDue(db, webhookId, clock.now());
		if (delivery === undefined || closing.aborted) return;
		const answer = await post(delivery, { ...options, rules: options.rules() }, closing);
		if (closing.aborted) return;
		// Not noted it would be sent again: while a large import is written, every second.
		const again = { ...options, sleep: clock.sleep, signal: closing };
		await whenFree(() => settle(options, delivery, answer), again);
	}
}

function settle(options: DelivererOptions, delivery: deliveries.DueDelivery, answer: Answer): void {
	const { db, clock, log } = options;
	const { webhookId } = delivery;
	const at = clock.now();
	const { status, answerMs, problem } = answer;
	const wait = problem === undefined ? undefined : waitAfter(delivery.attempts + 1, answer, options.random);
	const state = problem === undefined ? "delivered" : wait === undefined ? "dead" : "waiting";
	const nextAt = wait === undefined ? undefined : at + wait;
	transact(db, () => {
		deliveries.settleDelivery(db, delivery.id, { state, at, nextAt, status, answerMs, problem });
		if (state === "delivered" && delivery.attempts > 0) deliveries.hurryDeliveries(db, webhookId, at);
		if (status === GONE) {
			disableWebhook(db, webhookId, "The receiver said that it is gone for good (410).", at);
			deliveries.giveUpDeliveries(db, webhookId, "The receiver is gone for good.");
		}
	});
	if (state === "dead") log.warning("message to a webhook given up", { webhook: webhookId, reason: problem });
}

/** Milliseconds until the next attempt; undefined: there is none. */
function waitAfter(attempts: number, answer: Answer, random: () => number): number | undefined {
	if (answer.status === GONE) return undefined;
	const wait = retryAfter(attempts, random());
	const asked = Math.min(answer.retryAfterS ?? 0, WAIT_MAX_S) * 1_000;
	return wait === undefined ? undefined : Math.max(wait, asked);
}
