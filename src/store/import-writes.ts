/** From judged rows to hosts, all of them in a few statements: what an import writes. Stands in its caller's transaction. */

import type { Db } from "./database.ts";

/** The subnets there are, in one short text: another one means that rows have to be judged anew. */
export function subnetsNow(db: Db): string {
	const row = db
		.query<{ n: number; ids: string | null }, []>(
			"SELECT count(*) AS n, group_concat(id) AS ids FROM (SELECT id FROM subnet ORDER BY id)",
		)
		.get();
	return `${row?.n ?? 0}/${Bun.hash(row?.ids ?? "").toString(36)}`;
}

/** A host to be added has been found by a sweep meanwhile, and nobody wrote anything to it: it is changed instead. */
export function adoptFound(db: Db, id: number): void {
	db.query(
		`UPDATE import_row SET verdict = 'change', row_id = host.id, version = host.version FROM host
		WHERE import_row.import_id = ? AND import_row.noun = 'host' AND import_row.verdict = 'add'
			AND host.ip_key = import_row.ip_key AND host.description = '' AND host.notes = ''
			AND host.first_seen_at IS NOT NULL
			AND host.tags_json = '[]' AND host.hostname_source IS NOT 'typed' AND host.hostname_source IS NOT 'import'`,
	).run(id);
}

/** The first row whose host is no longer what it was when the row was judged. */
export function findOutdated(db: Db, id: number): { line: number; address: string } | undefined {
	const row = db
		.query<{ line: number; address: string }, [number, number, number]>(
			`SELECT line, address FROM import_row JOIN host USING (ip_key)
				WHERE import_id = ? AND noun = 'host' AND verdict = 'add'
			UNION ALL
			SELECT line, address FROM import_row LEFT JOIN host ON host.id = import_row.row_id
				WHERE import_id = ? AND noun = 'host' AND verdict = 'change' AND host.version IS NOT import_row.version
			UNION ALL
			SELECT line, address FROM import_row LEFT JOIN subnet ON subnet.id = import_row.row_id
				WHERE import_id = ? AND noun = 'subnet' AND verdict = 'change' AND subnet.version IS NOT import_row.version
			LIMIT 1`,
		)
		.get(id, id, id);
	return row ?? undefined;
}

/** Numbers of the rows of one verdict, by address: hosts that lie side by side are written together. */
export function listRowNumbers(db: Db, id: number, verdict: "add" | "change"): number[] {
	return db
		.query<{ n: number }, [number, string]>(
			"SELECT n FROM import_row WHERE import_id = ? AND noun = 'host' AND verdict = ? ORDER BY ip_key",
		)
		.all(id, verdict)
		.map((row) => row.n);
}

/** Throws when a host that is to be added has no place. */
export function demandHomes(db: Db, id: number): void {
	const homeless = db
		.query<{ address: string }, [number]>(
			`SELECT address FROM import_row WHERE import_id = ? AND noun = 'host' AND verdict = 'add'
				AND home NOT IN (SELECT cidr FROM subnet) LIMIT 1`,
		)
		.get(id);
	if (homeless !== null)
		throw new Error(`${homeless.address} was judged to lie in a subnet that is not there`);
}

/** Adds the hosts of these rows. */
export function addHosts(db: Db, id: number, numbers: readonly number[], at: number): void {
	db.query(
		`INSERT INTO host (ip, ip_key, subnet_id, hostname, hostname_source, description, tags_json, notes, mac,
				snmp_enabled, ptr_name, snmp_name, created_at, updated_at)
			SELECT address, ip_key, subnet.id, ifnull(hostname, ''), hostname_source, ifnull(description, ''),
				ifnull(tags_json, '[]'), ifnull(import_row.notes, ''), nullif(mac, ''), import_row.snmp_enabled,
				CASE hostname_source WHEN 'ptr' THEN hostname ELSE '' END,
				CASE hostname_source WHEN 'snmp' THEN hostname ELSE '' END, :at, :at
			FROM json_each(:numbers) AS number CROSS JOIN import_row ON import_id = :id AND n = number.value
				JOIN subnet ON subnet.cidr = import_row.home`,
	).run({ id, at, numbers: JSON.stringify(numbers) });
}

const SAME_FIELDS = `hostname = coalesce(r.hostname, host.hostname),
	hostname_source = CASE WHEN r.hostname IS NULL THEN host.hostname_source ELSE r.hostname_source END,
	description = coalesce(r.description, host.description), tags_json = coalesce(r.tags_json, host.tags_json),
	notes = coalesce(r.notes, host.notes),
	mac = CASE WHEN r.mac IS NULL OR (host.first_seen_at IS NOT NULL AND host.mac IS NOT NULL) THEN host.mac
		ELSE nullif(r.mac, '') END,
	vendor = CASE WHEN r.mac IS NULL OR (host.first_seen_at IS NOT NULL AND host.mac IS NOT NULL) THEN host.vendor END,
	snmp_enabled = coalesce(r.snmp_enabled, host.snmp_enabled)`;

/** Makes the hosts of these rows what the rows say; what a row leaves out stays, and so does an address that answered. */
export function changeHosts(db: Db, id: number, numbers: readonly number[], at: number): void {
	db.query(
		`UPDATE host SET ${SAME_FIELDS}, version = host.version + 1, updated_at = ?
		FROM json_each(?) AS number CROSS JOIN import_row AS r ON r.import_id = ? AND r.n = number.value
		WHERE r.ip_key = host.ip_key`,
	).run(at, JSON.stringify(numbers), id);
}

/** Ids of the hosts behind these rows. */
export function listHostIds(db: Db, id: number, numbers: readonly number[]): number[] {
	return db
		.query<{ id: number }, [string, number]>(
			`SELECT host.id AS id FROM json_each(?) AS number CROSS JOIN import_row ON import_id = ? AND n = number.value
				JOIN host USING (ip_key)`,
		)
		.all(JSON.stringify(numbers), id)
		.map((row) => row.id);
}

/** Switches that a new subnet does not get when it is inserted. */
export function switchSubnet(
	db: Db,
	id: number,
	switches: { readonly scanEnabled: boolean | undefined; readonly snmpEnabled: boolean | undefined },
): void {
	const { scanEnabled, snmpEnabled } = switches;
	db.query(
		"UPDATE subnet SET scan_enabled = coalesce(?, scan_enabled), snmp_enabled = coalesce(?, snmp_enabled) WHERE id = ?",
	).run(
		scanEnabled === undefined ? null : Number(scanEnabled),
		snmpEnabled === undefined ? null : Number(snmpEnabled),
		id,
	);
}

/** What a plan compares a row with; read by the ten thousand. */
export function openHostReader(db: Db): (key: Uint8Array) => HostRow | undefined {
	const find = db.query<HostRow, [Uint8Array]>(
		`SELECT id, version, hostname, description, tags_json, notes, mac, snmp_enabled, first_seen_at FROM host
		WHERE ip_key = ?`,
	);
	return (key) => find.get(key) ?? undefined;
}

export type HostRow = {
	id: number;
	version: number;
	hostname: string;
	description: string;
	tags_json: string;
	notes: string;
	mac: string | null;
	snmp_enabled: number | null;
	first_seen_at: number | null;
};
