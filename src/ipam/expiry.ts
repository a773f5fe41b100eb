/** Reservations that end by themselves: freeing those whose end has come, and forgetting old answers. */

import type { Context } from "../context.ts";
import type { Host } from "../model/host.ts";
import { transact } from "../store/database.ts";
import { pruneAnswers } from "../store/idempotency.ts";
import { forgetDepartures, listExpired, pickExpired, writeExpiry } from "../store/next-address.ts";
import { record } from "./audit.ts";
import { deleteHosts } from "./deletions.ts";
import { demandHost } from "./hosts.ts";

/** Reservations freed at one time. */
const AT_ONCE = 1_000;
const DAY_MS = 86_400_000;

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
	if (ended.length === 0) return;
	// One that answers, or is given more time, before its turn has come stays.
	const still = (some: readonly number[]) => pickExpired(context.db, now, some);
	await deleteHosts(context, ended, "reservations that ended", still);
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
