/** Hardware addresses of hosts: stores them and tells what is odd about them. Part of the recorder's transaction. */

import { formatMac, type Mac } from "../net/mac.ts";
import type { VendorOf } from "../probes/vendor.ts";
import type { Db } from "../store/database.ts";
import { insertEvent } from "../store/events.ts";
import type { HostState } from "../store/history.ts";
import { findSharers, isOldNews, writeMac } from "../store/identities.ts";
import type { Tally } from "./telling.ts";

/** The same news of a host or address is told at most once in so long. */
const REPEAT_MS = 24 * 3_600_000;

/**
 * Notes that `mac` answers for a host. Another one than before is news; one learned for the first time is not.
 * False: nothing new.
 */
export function learnMac(
	db: Db,
	tally: Tally,
	host: HostState,
	seen: { readonly ip: string; readonly mac: Mac; readonly vendorOf: VendorOf | undefined },
	at: number,
): { readonly mac: string; readonly vendor: string | undefined } | undefined {
	const mac = formatMac(seen.mac);
	if (mac === host.mac) return undefined;
	const vendor = seen.vendorOf?.(seen.mac);
	writeMac(db, host.id, mac, vendor);
	if (host.mac !== undefined && !isOldNews(db, "mac_changed", host.id, mac, at - REPEAT_MS)) {
		const detail = { mac, old: host.mac, ...(vendor === undefined ? {} : { vendor }) };
		tally.telling.push({ kind: "mac_changed", detail, host, ip: seen.ip });
	}
	return { mac, vendor };
}

/**
 * Tells of hardware addresses that now answer for two addresses of one subnet. `learned`: those that are new
 * somewhere; `since`: when the sweep began. A host that only moved did not answer at its old address since then.
 */
export function tellConflicts(
	db: Db,
	tally: Tally,
	subnetId: number,
	learned: ReadonlySet<string>,
	span: { readonly since: number; readonly at: number },
): void {
	for (const mac of learned) {
		const [host, other] = findSharers(db, subnetId, mac, span.since);
		if (host === undefined || other === undefined) continue;
		if (isOldNews(db, "mac_conflict", host.id, mac, span.at - REPEAT_MS)) continue;
		const detail = { mac, other: other.ip, ...(host.vendor === undefined ? {} : { vendor: host.vendor }) };
		tally.events.push(
			insertEvent(db, {
				...{ at: span.at, kind: "mac_conflict", subnetId, hostId: host.id, ip: host.ip },
				...{ label: host.hostname || host.ip, detail },
			}),
		);
	}
}
