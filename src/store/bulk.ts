/** Writing the same to many hosts at once, and which hosts a selection means. Decides no rule; the verbs in ipam do. */

import type { HostFilter } from "../model/host.ts";
import { WRITTEN } from "./counts.ts";
import type { Db } from "./database.ts";
import { STATUSES } from "./hosts.ts";
import { bindsOf, PASSES } from "./search.ts";

/** What is written to each; undefined: left as it is. */
export type BulkValues = {
	readonly description?: string | undefined;
	readonly notes?: string | undefined;
	/** "" takes a typed name away: the one that was found out comes back. */
	readonly hostname?: string | undefined;
	readonly tagsAdded?: readonly string[] | undefined;
	readonly tagsRemoved?: readonly string[] | undefined;
	/** Instead of all tags. */
	readonly tags?: readonly string[] | undefined;
};

const MATCHING = `SELECT id FROM host WHERE (:subnet IS NULL OR subnet_id = :subnet)
	AND status_order BETWEEN :first AND :last AND ${PASSES} ORDER BY ip_key`;

/** Ids of all hosts that pass the filter, by address. */
export function listMatchingIds(db: Db, filter: HostFilter): number[] {
	const wanted = filter.status === undefined ? undefined : STATUSES.indexOf(filter.status);
	const binds = { ...bindsOf(filter), first: wanted ?? 0, last: wanted ?? STATUSES.length - 1 };
	return db
		.query<{ id: number }, [typeof binds]>(MATCHING)
		.all(binds)
		.map(({ id }) => id);
}

/** Those of these ids that are hosts, by address. */
export function listExistingIds(db: Db, ids: readonly number[]): number[] {
	return db
		.query<{ id: number }, [string]>(
			"SELECT id FROM host WHERE id IN (SELECT value FROM json_each(?)) ORDER BY ip_key",
		)
		.all(JSON.stringify(ids))
		.map(({ id }) => id);
}

/** Tags in their order, without those taken away, with those added at the end; none twice. */
const TAGS = `(SELECT json_group_array(value) FROM (
	SELECT value, min(place) AS place FROM (
		SELECT value, key AS place FROM json_each(coalesce(:tags, tags_json))
		WHERE value NOT IN (SELECT value FROM json_each(:removed))
		UNION ALL SELECT value, 1000 + key FROM json_each(:added))
	GROUP BY value ORDER BY place))`;

const WRITE = `UPDATE host SET
	description = coalesce(:description, description), notes = coalesce(:notes, notes),
	hostname = CASE WHEN :hostname IS NULL THEN hostname WHEN :hostname <> '' THEN :hostname
		WHEN hostname_source IN ('typed', 'import') THEN CASE WHEN ptr_name <> '' THEN ptr_name ELSE snmp_name END
		ELSE hostname END,
	hostname_source = CASE WHEN :hostname IS NULL THEN hostname_source WHEN :hostname <> '' THEN 'typed'
		WHEN hostname_source IN ('typed', 'import')
			THEN CASE WHEN ptr_name <> '' THEN 'ptr' WHEN snmp_name <> '' THEN 'snmp' END
		ELSE hostname_source END,
	tags_json = CASE WHEN :tags IS NULL AND :added = '[]' AND :removed = '[]' THEN tags_json ELSE ${TAGS} END,
	version = version + 1, updated_at = :at
	WHERE id IN (SELECT value FROM json_each(:ids))`;

/** Writes the values to each of these hosts. Stands inside the caller's transaction. */
export function writeToHosts(db: Db, ids: readonly number[], values: BulkValues, at: number): void {
	const json = (tags: readonly string[] | undefined) => JSON.stringify(tags ?? []);
	db.query(WRITE).run({
		ids: JSON.stringify(ids),
		description: values.description ?? null,
		notes: values.notes ?? null,
		hostname: values.hostname ?? null,
		tags: values.tags === undefined ? null : json(values.tags),
		added: json(values.tagsAdded),
		removed: json(values.tagsRemoved),
		at,
	});
}

/** The most tags that one of these hosts carries. */
export function mostTags(db: Db, ids: readonly number[]): number {
	return (
		db
			.query<{ n: number | null }, [string]>(
				"SELECT max(json_array_length(tags_json)) AS n FROM host WHERE id IN (SELECT value FROM json_each(?))",
			)
			.get(JSON.stringify(ids))?.n ?? 0
	);
}

/** How many of these hosts carry something a person wrote, and the most frequent tags among them. */
export function surveyHosts(
	db: Db,
	ids: readonly number[],
	limit: number,
): { annotated: number; tags: { name: string; hosts: number }[] } {
	const list = JSON.stringify(ids);
	const row = db
		.query<{ n: number }, [string]>(
			`SELECT count(*) AS n FROM host WHERE id IN (SELECT value FROM json_each(?)) AND ${WRITTEN}`,
		)
		.get(list);
	const tags = db
		.query<{ name: string; hosts: number }, [string, number]>(
			`SELECT tag AS name, count(*) AS hosts FROM host_tag WHERE host_id IN (SELECT value FROM json_each(?))
			GROUP BY tag ORDER BY hosts DESC, tag LIMIT ?`,
		)
		.all(list, limit);
	return { annotated: row?.n ?? 0, tags };
}
