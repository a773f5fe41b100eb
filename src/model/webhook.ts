/** Webhooks: what somebody asked to be told, and a message on its way to them. Pure; sends nothing. */

import type { EventKind } from "./event.ts";

/** What a person may ask to be told about, with the kinds of event each stands for. */
export const TOPICS = {
	up: ["host_up", "subnet_up"],
	down: ["host_down", "subnet_down"],
	flapping: ["host_flapping", "subnet_flapping"],
	new_host: ["host_new", "hosts_found"],
	port_opened: ["port_opened", "port_changed"],
	port_closed: ["port_closed"],
	mac_conflict: ["mac_changed", "mac_conflict"],
	sweep_failing: ["sweep_failed", "sweep_recovered", "own_network_down", "own_network_back"],
} as const satisfies Record<string, readonly string[]>;
export type Topic = keyof typeof TOPICS;
export const TOPIC_NAMES = Object.keys(TOPICS) as readonly Topic[];

/** The topic an event belongs to; undefined: nobody is told of such an event. */
export function topicOf(kind: EventKind): Topic | undefined {
	return TOPIC_NAMES.find((topic) => (TOPICS[topic] as readonly string[]).includes(kind));
}

export const WEBHOOK_LIMITS = { nameChars: 100, urlChars: 2_000, tagChars: 40, webhooks: 50 } as const;

export type Webhook = {
	readonly id: number;
	readonly name: string;
	readonly url: string;
	/** Empty: all of them. */
	readonly topics: readonly Topic[];
	/** Only what happens in this subnet and those inside it; undefined: everywhere. */
	readonly subnetId: number | undefined;
	/** Only hosts with this tag (and subnets that hold such a host); "": all. */
	readonly tag: string;
	readonly enabled: boolean;
	/** Why it was switched off without a person: the receiver is gone, its subnet was deleted. */
	readonly problem: string | undefined;
	readonly version: number;
	readonly createdAt: number;
};

/** waiting: to be sent, or to be tried again. delivered: answered by 2xx. dead: given up. dropped: a newer one took its place. */
export type DeliveryState = "waiting" | "delivered" | "dead" | "dropped";

export type Delivery = {
	readonly id: number;
	readonly webhookId: number;
	/** Sent as webhook-id, the same at every attempt: receivers know doubles by it. */
	readonly uid: string;
	/** A topic, or "test". */
	readonly topic: string;
	/** Names the host or subnet. */
	readonly label: string;
	readonly state: DeliveryState;
	readonly attempts: number;
	readonly createdAt: number;
	/** When it is due; undefined when nothing more will be tried. */
	readonly nextAt: number | undefined;
	readonly lastAt: number | undefined;
	/** Of the last attempt: HTTP status, time to answer in milliseconds, and what went wrong in our own words. */
	readonly status: number | undefined;
	readonly answerMs: number | undefined;
	readonly problem: string | undefined;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Waits after the first, second, … failed attempt; after as many retries a delivery is dead. */
export const RETRY_MS: readonly number[] = [
	5_000,
	5 * MINUTE_MS,
	30 * MINUTE_MS,
	2 * HOUR_MS,
	5 * HOUR_MS,
	10 * HOUR_MS,
];
/** Share by which a wait may be shorter or longer, so that many do not come at once. */
const JITTER = 0.2;

/** Milliseconds until the next attempt after `attempts` failed ones; undefined: give up. `random` is 0 ≤ n < 1. */
export function retryAfter(attempts: number, random: number): number | undefined {
	const wait = RETRY_MS[attempts - 1];
	return wait === undefined ? undefined : Math.round(wait * (1 + JITTER * (2 * random - 1)));
}
