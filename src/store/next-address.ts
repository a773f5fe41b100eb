/** What stands at addresses, block by block, and what is known of those where nothing stands. Decides nothing. */

import type { Status } from "../model/presence.ts";
import { type Address, fromKey, toKey } from "../net/address.ts";
import type { Db } from "./database.ts";

/** Addresses in a block of host_block. */
export const BLOCK = 16n;

/** Hosts by status in one block of 16 addresses, by its first. */
export type Block = Readonly<Record<Status, number>> & { readonly first: Address };

/** The blocks of a subnet that hold hosts, from the block of `from` on, ascending; at most `limit`. */
export function listUsedBlocks(db: Db, subnetId: number, from: Address, limit: number): Block[] {
	const block = Buffer.from(toKey(from)).toString("hex").toUpperCase().slice(0, 31);
	return db
		.query<Record<Status, number> & { block: string }, [number, string, number]>(
			`SELECT block, up, down, unknown FROM host_block
			WHERE subnet_id = ? AND block >= ? AND up + down + unknown > 0 ORDER BY block LIMIT ?`,
		)
		.all(subnetId, block, limit)
		.map(({ block, ...counts }) => ({ ...counts, first: BigInt(`0x${block}0`) }));
}

export type Standing = { readonly address: Address; readonly status: Status; readonly hostname: string };

/** The hosts from `first` to `last`, ascending, whatever subnet they belong to. */
export function listStanding(db: Db, first: Address, last: Address): Standing[] {
	return db
		.query<{ ip_key: Uint8Array; status: Status; hostname: string }, [Uint8Array, Uint8Array]>(
			"SELECT ip_key, status, hostname FROM host WHERE ip_key BETWEEN ? AND ? ORDER BY ip_key",
		)
		.all(toKey(first), toKey(last))
		.map((row) => ({ address: fromKey(row.ip_key), status: row.status, hostname: row.hostname }));
}

/** When a host that was deleted since answered last at this address. */
export function findDeparture(db: Db, address: Address): number | undefined {
	return (
		db
			.query<{ at: number }, [Uint8Array]>("SELECT last_seen_at AS at FROM departed WHERE ip_key = ?")
			.get(toKey(address))?.at ?? undefined
	);
}

/** Forgets those that answered last before this moment. */
export function forgetDepartures(db: Db, before: number): void {
	db.query("DELETE FROM departed WHERE last_seen_at < ?").run(before);
}

/** The last sweep of a subnet that went well: when it ended, and how many addresses it asked. */
export function findLastSweep(db: Db, subnetId: number): { at: number; asked: number } | undefined {
	return (
		db
			.query<{ at: number; asked: number }, [number]>(
				`SELECT finished_at AS at, total AS asked FROM sweep_run
				WHERE subnet_id = ? AND state = 'done' ORDER BY id DESC LIMIT 1`,
			)
			.get(subnetId) ?? undefined
	);
}

export function writeExpiry(db: Db, id: number, at: number | undefined): void {
	db.query("UPDATE host SET expires_at = ? WHERE id = ?").run(at ?? null, id);
}

/** Reservations whose end has come; `answered`: those that are in use by now. At most `limit`. */
export function listExpired(db: Db, now: number, answered: boolean, limit: number): number[] {
	return db
		.query<{ id: number }, [number, number, number]>(
			`SELECT id FROM host WHERE expires_at <= ? AND (first_seen_at IS NOT NULL) = ? ORDER BY expires_at LIMIT ?`,
		)
		.all(now, answered ? 1 : 0, limit)
		.map(({ id }) => id);
}
