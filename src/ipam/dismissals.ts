/** Putting news about hardware addresses away for good: this is known, it is all right. */

import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Event } from "../model/event.ts";
import { transact } from "../store/database.ts";
import { findEvent } from "../store/events.ts";
import { insertDismissal } from "../store/identities.ts";
import { record } from "./audit.ts";

/**
 * The news of an event is not told again. AppError("not_found") when there is no such event, AppError("invalid") for
 * news of another kind, or when its host is gone.
 */
export function dismissEvent(context: Context, id: number): Event {
	const dismissed = transact(context.db, () => {
		const event = findEvent(context.db, id);
		if (event === undefined) throw new AppError("not_found", "There is no such event.");
		const { kind, hostId, detail } = event;
		if ((kind !== "mac_changed" && kind !== "mac_conflict") || hostId === undefined) {
			throw new AppError("invalid", "Only news about the hardware address of a host can be dismissed.");
		}
		// Two that take turns are one thing: neither is told again.
		const macs = kind === "mac_changed" ? [detail.mac, detail.old] : [detail.mac];
		for (const mac of macs) insertDismissal(context.db, kind, hostId, String(mac), context.clock.now());
		const { subnetId, ip, label } = event;
		const told = { field: "news about its hardware address", old: "told", new: "not told again" };
		record(context, { kind: "host_edited", subnetId, hostId, ip, label, detail: told });
		return { ...event, dismissed: true };
	});
	const { subnetId, hostId } = dismissed;
	context.bus.publish({
		kind: "change",
		change: {
			subnetIds: subnetId === undefined ? [] : [subnetId],
			hostIds: hostId === undefined ? [] : [hostId],
			urgent: true,
		},
	});
	return dismissed;
}
