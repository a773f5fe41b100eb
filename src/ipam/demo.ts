/** Fills an empty database with the invented network of the demonstration and a week of its past. Asks no network. */

import type { Context } from "../context.ts";
import * as demo from "../model/demo.ts";
import type { NewEvent } from "../model/event.ts";
import { FLAP_LIMIT, FLAP_WINDOW_MS, neverSeen } from "../model/presence.ts";
import type { Address } from "../net/address.ts";
import { formatAddress } from "../net/address.ts";
import { type Cidr, parseCidr, usableRange } from "../net/cidr.ts";
import { addressesOf, countOf } from "../net/ranges.ts";
import { countByStatus } from "../store/counts.ts";
import { type Db, transact } from "../store/database.ts";
import { insertEvent } from "../store/events.ts";
import * as history from "../store/history.ts";
import { findHost, insertHost, updateHost } from "../store/hosts.ts";
import { writeMac } from "../store/identities.ts";
import { insertPort } from "../store/ports.ts";
import { readSetting, writeSetting } from "../store/settings.ts";
import { insertSubnet, listSubnets } from "../store/subnets.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Samples of the last day stand so far apart, those of the days before so far: enough for every chart. */
const DAY_STEP_MS = 5 * MINUTE_MS;
const WEEK_STEP_MS = HOUR_MS;
/** Share of the hosts that appeared in the last day, and of addresses that are only reserved. */
const NEW = 0.02;
const RESERVED = 0.012;

/** Is this the database of a demonstration, or an empty one that may become it? */
export function mayBeDemo(db: Db): boolean {
	return readSetting(db, "demo_since") !== undefined || listSubnets(db).length === 0;
}

export type VendorOf = (mac: string) => string | undefined;

/** Fills it, if that was not done before; answers how many hosts there are. */
export function fillDemo(context: Context, vendorOf: VendorOf): number {
	const { db, clock } = context;
	const now = clock.now();
	if (readSetting(db, "demo_since") === undefined) {
		const events: NewEvent[] = [];
		for (const subnet of demo.DEMO_SUBNETS) {
			transact(db, () => fillSubnet(db, subnet, { now, vendorOf, events }));
		}
		transact(db, () => {
			// In the order in which they would have happened.
			for (const event of events.sort((a, b) => a.at - b.at)) insertEvent(db, event);
			writeSetting(db, "demo_since", String(now));
		});
	}
	const { up, down, unknown } = countByStatus(db, {});
	return up + down + unknown;
}

/** What all parts share; `events` collects what happened. */
type Scene = { readonly now: number; readonly vendorOf: VendorOf; readonly events: NewEvent[] };

function fillSubnet(db: Db, subnet: demo.DemoSubnet, scene: Scene): void {
	const { now } = scene;
	const cidr = parseCidr(subnet.cidr).value as Cidr;
	const began = now - 90 * 24 * HOUR_MS;
	const { name, notes } = subnet;
	const values = { name, notes, gateway: undefined, sweepIntervalS: 30, sweepEnabled: true };
	const subnetId = insertSubnet(db, cidr, values, undefined, began);
	const usable = usableRange(cidr);
	for (const address of addressesOf(usable, Number(countOf(usable)))) {
		const role = demo.roleOf(address, subnet.density);
		if (role !== "absent") fillHost(db, { ...scene, subnetId, subnet, address, role });
		else if (demo.lotOf(address, 11) < RESERVED) {
			const text = { hostname: "", hostnameSource: undefined, notes: "", tags: ["planned"] };
			insertHost(db, subnetId, address, { ...text, description: "Reserved for the new rack" }, began);
		}
	}
}

type Part = Scene & {
	readonly subnetId: number;
	readonly subnet: demo.DemoSubnet;
	readonly address: Address;
	readonly role: demo.DemoRole;
};

function fillHost(db: Db, part: Part): void {
	const { subnetId, subnet, address, now, vendorOf } = part;
	const isNew = demo.lotOf(address, 12) < NEW;
	const seenAt =
		now - (isNew ? demo.lotOf(address, 13) * 20 : 24 * (8 + 80 * demo.lotOf(address, 13))) * HOUR_MS;
	const firstSeenAt = Math.floor(seenAt);
	const latencyUs = demo.latencyAt(address, now);
	const up = { ...neverSeen, status: "up", latencyUs, typicalLatencyUs: latencyUs } as const;
	const id = history.insertFoundHost(db, subnetId, address, {
		...up,
		statusSince: firstSeenAt,
		lastSeenAt: firstSeenAt,
	});
	history.writeSeen(db, id, { ...up, statusSince: firstSeenAt, lastSeenAt: now });
	const { hostname, tags, description, mac, ports } = demo.hostOf(address, subnet);
	const source = hostname === "" ? undefined : ("typed" as const);
	const version = findHost(db, id)?.version ?? 1;
	updateHost(
		db,
		id,
		version,
		{ hostname, hostnameSource: source, description, tags, notes: "" },
		firstSeenAt,
	);
	writeMac(db, id, mac, vendorOf(mac));
	for (const port of ports) insertPort(db, id, { ...port, proto: "tcp", version: "" }, firstSeenAt + HOUR_MS);
	const about = {
		subnetId,
		hostId: id,
		ip: formatAddress(address),
		label: hostname || formatAddress(address),
	};
	if (isNew) part.events.push({ at: firstSeenAt, kind: "host_new", ...about, detail: { mac } });
	fillPast(db, id, { ...part, from: firstSeenAt, about });
}

type Past = Pick<Part, "address" | "role" | "now" | "events"> & {
	readonly from: number;
	readonly about: Pick<NewEvent, "subnetId" | "hostId" | "ip" | "label">;
};

/** Samples of a week; a restless host's last absence is also told. */
function fillPast(db: Db, id: number, past: Past): void {
	const { address, role, now, from } = past;
	const weekAgo = Math.max(from, now - 7 * 24 * HOUR_MS);
	const dayAgo = Math.max(from, now - 24 * HOUR_MS);
	for (let at = weekAgo; at < now; at += at < dayAgo ? WEEK_STEP_MS : DAY_STEP_MS) {
		const answers = demo.answersAt(address, role, at);
		history.insertSample(db, id, at, answers ? demo.latencyAt(address, at) : undefined);
		history.addAnswers(db, at, answers ? 1 : 0, answers ? 0 : 1);
	}
	if (role === "restless") tellAbsence(db, id, { ...past, from: dayAgo });
	if (role === "flapping") tellFlapping(db, id, past);
}

/** Up and down without rest since it was first seen: it is told once, and its state began with its last flip. */
function tellFlapping(db: Db, id: number, { address, role, now, events, from, about }: Past): void {
	const flips: number[] = [];
	for (let at = now; at > from && flips.length <= FLAP_LIMIT; at -= MINUTE_MS) {
		if (demo.answersAt(address, role, at) !== demo.answersAt(address, role, at - MINUTE_MS))
			flips.unshift(at);
	}
	if (flips.length <= FLAP_LIMIT) return;
	const isUp = demo.answersAt(address, role, now);
	events.push({
		at: from + FLAP_WINDOW_MS,
		kind: "host_flapping",
		...about,
		detail: { flips: flips.length },
	});
	history.writePresence(db, id, {
		...neverSeen,
		...{ status: isUp ? "up" : "down", statusSince: flips.at(-1), lastSeenAt: isUp ? now : flips.at(-1) },
		...{ flapping: true, flips, typicalLatencyUs: demo.latencyAt(address, now) },
		latencyUs: isUp ? demo.latencyAt(address, now) : undefined,
	});
}

/** The last time it was away: two events, or one and a host that is down. */
function tellAbsence(db: Db, id: number, { address, role, now, events, from, about }: Past): void {
	let end = now;
	while (end > from && demo.answersAt(address, role, end)) end -= MINUTE_MS;
	if (end <= from) return;
	let begin = end;
	while (!demo.answersAt(address, role, begin)) begin -= MINUTE_MS;
	events.push({ at: begin, kind: "host_down", ...about, detail: {} });
	if (end < now) {
		const [back, latencyUs] = [end + MINUTE_MS, demo.latencyAt(address, now)];
		events.push({ at: back, kind: "host_up", ...about, detail: { downMs: back - begin } });
		history.writePresence(db, id, {
			...neverSeen,
			...{ status: "up", statusSince: back, lastSeenAt: now, latencyUs, typicalLatencyUs: latencyUs },
		});
		return;
	}
	const typicalLatencyUs = demo.latencyAt(address, begin);
	history.writePresence(db, id, {
		...neverSeen,
		...{ status: "down", statusSince: begin, lastSeenAt: begin, typicalLatencyUs },
	});
}
