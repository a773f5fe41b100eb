/** Which hardware address stands behind which host, and what people no longer want to hear of that. */

import type { Db } from "./database.ts";

/** News about hardware addresses. */
export type IdentityKind = "mac_changed" | "mac_conflict";

/** Stores the hardware address of a host, and its vendor. */
export function writeMac(db: Db, id: number, mac: string, vendor: string | undefined): void {
	db.query("UPDATE host SET mac = ?, vendor = ? WHERE id = ?").run(mac, vendor ?? null, id);
}

/** A host that shares its hardware address. */
export type Sharer = {
	readonly id: number;
	readonly ip: string;
	readonly hostname: string;
	readonly vendor: string | undefined;
};

/** The first two hosts of the subnet that answered since `since` with this hardware address, by address. */
export function findSharers(db: Db, subnetId: number, mac: string, since: number): Sharer[] {
	return db
		.query<Omit<Sharer, "vendor"> & { vendor: string | null }, [string, number, number]>(
			`SELECT id, ip, hostname, vendor FROM host
			WHERE mac = ? AND subnet_id = ? AND status = 'up' AND last_seen_at >= ? ORDER BY ip_key LIMIT 2`,
		)
		.all(mac, subnetId, since)
		.map((row) => ({ ...row, vendor: row.vendor ?? undefined }));
}

/**
 * Was this told since `since`, or dismissed for good? A change belongs to its host, a conflict to the hardware
 * address, whichever hosts have it.
 */
export function isOldNews(db: Db, kind: IdentityKind, hostId: number, mac: string, since: number): boolean {
	const own = kind === "mac_changed" ? hostId : null;
	const told = db
		.query<{ n: number }, [string, number, string, number | null, number | null]>(
			`SELECT 1 AS n FROM event WHERE kind = ? AND ts >= ? AND detail_json ->> '$.mac' = ?
				AND (? IS NULL OR host_id = ?) LIMIT 1`,
		)
		.get(kind, since, mac, own, own);
	if (told !== null) return true;
	const dismissed = db
		.query<{ n: number }, [string, string, number | null, number | null]>(
			"SELECT 1 AS n FROM dismissal WHERE kind = ? AND mac = ? AND (? IS NULL OR host_id = ?) LIMIT 1",
		)
		.get(kind, mac, own, own);
	return dismissed !== null;
}

/** Remembers that this is not to be told again. A conflict is remembered for every host that has the address. */
export function insertDismissal(db: Db, kind: IdentityKind, hostId: number, mac: string, at: number): void {
	db.query(
		`INSERT OR IGNORE INTO dismissal (kind, host_id, mac, dismissed_at)
		SELECT ?, id, ?, ? FROM host WHERE id = ? OR (? = 'mac_conflict' AND mac = ?)`,
	).run(kind, mac, at, hostId, kind, mac);
}
