/** The scan columns of `host`: when it was scanned and is scanned next, and what a page says of it. Decides no time. */

import type { HostScan } from "../model/scan.ts";
import type { Db } from "./database.ts";

/** A host as the recorder of scans needs it; undefined when it is gone. */
export type ScannedHost = {
	readonly id: number;
	readonly subnetId: number;
	readonly ip: string;
	readonly label: string;
	readonly isUp: boolean;
	readonly nextScanAt: number;
	readonly lastScanAt: number | undefined;
	readonly scope: string | undefined;
	readonly failures: number;
};

export function findScannedHost(db: Db, id: number): ScannedHost | undefined {
	const row = db.query<HostRow, [number]>(FIND_HOST).get(id);
	if (row === null) return undefined;
	return {
		id: row.id,
		subnetId: row.subnet_id,
		ip: row.ip,
		label: row.hostname || row.ip,
		isUp: row.status === "up" && row.suspect_since === null,
		nextScanAt: row.next_scan_at,
		lastScanAt: row.last_scan_at ?? undefined,
		scope: row.scan_scope ?? undefined,
		failures: row.scan_failures,
	};
}

const FIND_HOST = `SELECT id, subnet_id, ip, hostname, status, suspect_since, next_scan_at, last_scan_at, scan_scope,
	scan_failures FROM host WHERE id = ?`;

export function writeScanned(
	db: Db,
	id: number,
	scan: { at: number; by: string; scope: string; nextAt: number },
): void {
	db.query(
		`UPDATE host SET last_scan_at = ?, last_scan_by = ?, scan_scope = ?, next_scan_at = ?, scan_failures = 0,
			scan_problem = NULL WHERE id = ?`,
	).run(scan.at, scan.by, scan.scope, scan.nextAt, id);
}

export function writeScanFailure(
	db: Db,
	id: number,
	failure: { problem: string; failures: number; nextAt: number },
): void {
	db.query("UPDATE host SET scan_problem = ?, scan_failures = ?, next_scan_at = ? WHERE id = ?").run(
		failure.problem,
		failure.failures,
		failure.nextAt,
		id,
	);
}

/** When a host is scanned next, and nothing else. */
export function writeNextScan(db: Db, id: number, nextAt: number): void {
	db.query("UPDATE host SET next_scan_at = ? WHERE id = ?").run(nextAt, id);
}
/** What the page of a host says of its scans. `scheduled`: scans happen by the clock. */
export function readHostScan(db: Db, hostId: number, scheduled: boolean): HostScan | undefined {
	const row = db
		.query<HostScanRow, [number]>(
			`SELECT last_scan_at, last_scan_by, scan_problem, next_scan_at, status, scan_enabled,
				run.state AS open, run.total AS open_hosts, iif(run.trigger = 'person', run.id, NULL) AS asked, run.cancel_asked AS ending
			FROM host JOIN subnet ON subnet.id = host.subnet_id
				LEFT JOIN scan_run AS run ON run.id = host.scan_run_id AND run.state IN ('queued', 'running')
			WHERE host.id = ?`,
		)
		.get(hostId);
	if (row === null) return undefined;
	const planned = scheduled && row.status === "up" && row.scan_enabled === 1;
	return {
		lastAt: row.last_scan_at ?? undefined,
		lastBy: row.last_scan_by ?? undefined,
		problem: row.scan_problem ?? undefined,
		open: row.open ?? undefined,
		openHosts: row.open_hosts ?? 0,
		asked: row.asked ?? undefined,
		ending: row.ending === 1,
		nextAt: planned ? row.next_scan_at : undefined,
	};
}
type HostRow = {
	id: number;
	subnet_id: number;
	ip: string;
	hostname: string;
	status: string;
	suspect_since: number | null;
	next_scan_at: number;
	last_scan_at: number | null;
	scan_scope: string | null;
	scan_failures: number;
};

type HostScanRow = {
	last_scan_at: number | null;
	last_scan_by: string | null;
	scan_problem: string | null;
	next_scan_at: number;
	status: string;
	scan_enabled: number;
	open: "queued" | "running" | null;
	open_hosts: number | null;
	asked: number | null;
	ending: number | null;
};
