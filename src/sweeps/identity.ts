/** Hardware addresses of hosts: stores them and tells what is odd about them. Part of the recorder's transaction. */

import { formatMac, type Mac } from "../net/mac.ts";
import type { Db } from "../store/database.ts";
import type { HostState } from "../store/history.ts";
import { findSharer, isOldNews, writeMac } from "../store/identities.ts";
import type { Tally } from "./telling.ts";

/** The same news of a host or address is told at most once in so long. */
const REPEAT_MS = 24 * 3_600_000;

/**
 * Notes that `mac` answers for a host. Another one than before is news, and so is one that answers for another
 * address of the same subnet too; a hardware address learned for the first time is not. False: nothing new.
 */
export function learnMac(
	db: Db,
	tally: Tally,
	host: HostState,
	seen: { readonly ip: string; readonly mac: Mac; readonly vendor: string | undefined },
	at: number,
): boolean {
	const mac = formatMac(seen.mac);
	if (mac === host.mac) return false;
	writeMac(db, host.id, mac, seen.vendor);
	const vendor = seen.vendor === undefined ? {} : { vendor: seen.vendor };
	if (host.mac !== undefined && !isOldNews(db, "mac_changed", host.id, mac, at - REPEAT_MS)) {
		const detail = { mac, old: host.mac, ...vendor };
		tally.telling.push({ kind: "mac_changed", detail, host, ip: seen.ip });
	}
	const sharer = findSharer(db, host, mac);
	const told = tally.telling.some((one) => one.kind === "mac_conflict" && one.detail.mac === mac);
	if (sharer === undefined || told || isOldNews(db, "mac_conflict", host.id, mac, at - REPEAT_MS))
		return true;
	tally.telling.push({
		kind: "mac_conflict",
		detail: { mac, other: sharer.ip, ...vendor },
		host,
		ip: seen.ip,
	});
	return true;
}
