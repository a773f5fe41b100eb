/** Reservations that end by themselves: setting the end, freeing those whose end has come, and forgetting old answers. */

import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Host } from "../model/host.ts";
import { transact } from "../store/database.ts";
import { pruneAnswers } from "../store/idempotency.ts";
import { forgetDepartures, listExpired, writeExpiry } from "../store/next-address.ts";
import { record } from "./audit.ts";
import { deleteHosts } from "./deletions.ts";
import { demandHost } from "./hosts.ts";
import { checkExpiry } from "./next-address.ts";

/** Reservations freed at one time. */
const AT_ONCE = 1_000;
const DAY_MS = 86_400_000;

/**
 * The reservation ends then, or (undefined) never. AppError("invalid") for a moment that has passed,
 * AppError("conflict") when the host has answered: then it is in use, and no reservation any more.
 */
export function setExpiry(context: Context, id: number, at: number | undefined): Host {
	checkExpiry(at, context.clock.now());
	const host = transact(context.db, () => {
		const before = demandHost(context, id);
		if (before.expiresAt === at) return before;
		if (at !== undefined && before.firstSeenAt !== undefined) {
			throw new AppError("conflict", "This host has answered: it is in use, and does not end by itself.", {
				field: "expires_at",
			});
		}
		writeExpiry(context.db, id, at);
		note(context, before, at);
		return demandHost(context, id);
	});
	const change = { subnetIds: [host.subnetId], hostIds: [id], urgent: true };
	context.bus.publish({ kind: "change", change });
	return host;
}

/** Everything about reservations that has had its time. */
export async function tendReservations(
	context: Context,
	bounds: { readonly quietDays: number; readonly idempotencyMs: number; readonly idempotencyKeys: number },
): Promise<void> {
	const now = context.clock.now();
	transact(context.db, () => {
		pruneAnswers(context.db, now - bounds.idempotencyMs, bounds.idempotencyKeys);
		forgetDepartures(context.db, now - bounds.quietDays * DAY_MS);
	});
	await freeExpired(context);
}

/** Frees the reservations whose end has come; one that answered meanwhile stays, and has no end any more. */
export async function freeExpired(context: Context): Promise<void> {
	const now = context.clock.now();
	const answered = listExpired(context.db, now, true, AT_ONCE);
	if (answered.length > 0) {
		transact(context.db, () => {
			for (const id of answered) {
				note(context, demandHost(context, id), undefined);
				writeExpiry(context.db, id, undefined);
			}
		});
	}
	const ended = listExpired(context.db, now, false, AT_ONCE);
	if (ended.length > 0) await deleteHosts(context, ended, "reservations that ended");
}

function note(
	context: Context,
	{ id, subnetId, ip, hostname, expiresAt }: Host,
	at: number | undefined,
): void {
	const moment = (ms: number | undefined) => (ms === undefined ? "" : new Date(ms).toISOString());
	const detail = { field: "end", old: moment(expiresAt), new: moment(at) };
	record(context, { kind: "host_edited", subnetId, hostId: id, ip, label: hostname || ip, detail });
}
