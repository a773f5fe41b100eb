/** A database with a network in it, webhooks that want to hear of it, and the one who delivers, on a clock by hand. */

import { systemClock } from "../../src/clock.ts";
import { BOUNDS } from "../../src/config.ts";
import { type DelivererOptions, openDeliverer } from "../../src/events/deliverer.ts";
import { newSecret } from "../../src/events/signature.ts";
import { silentLog } from "../../src/log.ts";
import type { EventKind } from "../../src/model/event.ts";
import type { Delivery } from "../../src/model/webhook.ts";
import { type Db, openDatabase, transact } from "../../src/store/database.ts";
import { listDeliveries } from "../../src/store/deliveries.ts";
import { insertEvent } from "../../src/store/events.ts";
import { insertHost } from "../../src/store/hosts.ts";
import { insertSubnet } from "../../src/store/subnets.ts";
import { insertWebhook, type WebhookValues } from "../../src/store/webhooks.ts";
import { type HandClock, handClock } from "./clock.ts";
import { address, cidr } from "./network.ts";
import { PATIENCE_MS } from "./patience.ts";

export type HookStage = {
	readonly db: Db;
	readonly clock: HandClock;
	/** Adds a webhook; answers its id. */
	hook(url: string, more?: Partial<WebhookValues>): number;
	subnet(text: string): number;
	host(ip: string, subnetId: number, ...tags: string[]): number;
	/** Something happens, in a transaction of its own. */
	happen(kind: EventKind, about?: { subnetId?: number; hostId?: number; label?: string }): void;
	/** Newest last. */
	deliveries(webhookId: number): Delivery[];
	deliverer(more?: Partial<DelivererOptions>): ReturnType<typeof openDeliverer>;
};

/** Wall time is the hand's, waiting and durations are real: receivers are real too. */
export function hookStage(path = ":memory:"): HookStage {
	const db = openDatabase(path, { busyMs: 1_000 });
	const clock = handClock();
	return {
		db,
		clock,
		hook: (url, more = {}) => {
			const values = { name: "hook", url, topics: [], subnetId: undefined, tag: "", enabled: true, ...more };
			return insertWebhook(db, values, newSecret(Math.random), clock.now());
		},
		subnet: (text) => {
			const values = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
			return insertSubnet(db, cidr(text), values, undefined, clock.now());
		},
		host: (ip, subnetId, ...tags) => {
			const values = { hostname: "", hostnameSource: undefined, description: "", tags, notes: "" };
			return insertHost(db, subnetId, address(ip), values, clock.now());
		},
		happen: (kind, about = {}) =>
			transact(db, () => {
				const at = clock.now();
				const event = {
					at,
					kind,
					subnetId: undefined,
					hostId: undefined,
					ip: "",
					label: "",
					detail: {},
					...about,
				};
				insertEvent(db, event);
			}),
		deliveries: (webhookId) => listDeliveries(db, webhookId, { limit: 10_000 }).toReversed(),
		deliverer: (more = {}) =>
			openDeliverer({
				db,
				clock: { ...systemClock, now: clock.now },
				log: silentLog,
				random: () => 0.5,
				resolve: async () => ["127.0.0.1"],
				rules: () => ({ allowLoopback: true, ownPort: undefined, ownAddresses: [] }),
				userAgent: "Rollcall/test",
				timeoutMs: PATIENCE_MS,
				answerBytes: BOUNDS.webhookAnswerBytes,
				webhooksAtOnce: BOUNDS.webhooksAtOnce,
				webhookQueue: BOUNDS.webhookQueue,
				againMs: 20,
				againMaxMs: 10_000,
				...more,
			}),
	};
}

/** Ticks until nothing is under way. */
export async function turn(deliverer: ReturnType<HookStage["deliverer"]>): Promise<void> {
	deliverer.tick();
	await deliverer.idle();
}
