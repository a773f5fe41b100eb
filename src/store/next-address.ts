/** What stands at addresses, block by block, and what is known of those where nothing stands. Decides nothing. */

import type { Status } from "../model/presence.ts";
import { type Address, fromKey, toKey } from "../net/address.ts";
import type { Db } from "./database.ts";

/** Addresses in a block of host_block. */
const BLOCK = 16n;

/** Blocks in a page. */
const PAGE_BLOCKS = 16n;

/** Hosts by status in an aligned run of addresses. */
export type Block = Readonly<Record<Status, number>> & { readonly first: Address; readonly size: bigint };

type Counts = Record<Status, number>;

/** Groups in the order of the index: it is read no further than asked. */
const PAGES = `SELECT substr(block, 1, 30) AS name, sum(up) AS up, sum(down) AS down, sum(unknown) AS unknown FROM host_block
	WHERE subnet_id = ? AND block >= ? GROUP BY substr(block, 1, 30) ORDER BY 1 LIMIT ?`;
const BLOCKS = `SELECT block AS name, up, down, unknown FROM host_block
	WHERE subnet_id = ? AND block BETWEEN ? AND ? AND up + down + unknown > 0 ORDER BY block`;

/**
 * The pages of 256 addresses of a subnet that ever held hosts, from the block of `from` on, ascending; at most
 * `limit`. The first one counts from that block only.
 */
export function listUsedPages(db: Db, subnetId: number, from: Address, limit: number): Block[] {
	return db
		.query<Counts & { name: string }, [number, string, number]>(PAGES)
		.all(subnetId, blockOf(from), limit)
		.map(({ name, ...counts }) => ({
			...counts,
			first: BigInt(`0x${name}00`),
			size: BLOCK * PAGE_BLOCKS,
		}));
}

/** The blocks of 16 addresses of one page that hold hosts, ascending. */
export function listUsedBlocks(db: Db, subnetId: number, page: Block): Block[] {
	return db
		.query<Counts & { name: string }, [number, string, string]>(BLOCKS)
		.all(subnetId, blockOf(page.first), blockOf(page.first + page.size - 1n))
		.map(({ name, ...counts }) => ({ ...counts, first: BigInt(`0x${name}0`), size: BLOCK }));
}

/** As host_block names it. */
function blockOf(address: Address): string {
	return Buffer.from(toKey(address)).toString("hex").toUpperCase().slice(0, 31);
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

/** The last sweep of a subnet that went well and missed nobody: when it ended, and how many addresses it asked. */
export function findLastSweep(db: Db, subnetId: number): { at: number; asked: number } | undefined {
	return (
		db
			.query<{ at: number; asked: number }, [number]>(
				`SELECT finished_at AS at, total AS asked FROM sweep_run
				WHERE subnet_id = ? AND state = 'done' AND problem IS NULL ORDER BY id DESC LIMIT 1`,
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

/** Those of these hosts whose end has come and that are not in use. */
export function pickExpired(db: Db, now: number, ids: readonly number[]): number[] {
	return db
		.query<{ id: number }, [string, number]>(
			`SELECT id FROM host WHERE id IN (SELECT value FROM json_each(?)) AND expires_at <= ? AND first_seen_at IS NULL`,
		)
		.all(JSON.stringify(ids), now)
		.map(({ id }) => id);
}
