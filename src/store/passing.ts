/** The hosts that pass a filter, found once for the list, the counts and the choices of one answer. Reads only. */

import type { HostFilter } from "../model/host.ts";
import type { Status } from "../model/presence.ts";
import type { Db } from "./database.ts";
import { asksNothing, bindsOf, PASSES, pickHosts } from "./search.ts";

export type Passing = {
	/** Their ids, a JSON array: as statements take it. */
	readonly ids: string;
	readonly byStatus: Readonly<Record<Status, number>>;
};

const PASSING = `SELECT json_group_array(id) AS ids, count(*) FILTER (WHERE status_order = 0) AS up,
		count(*) FILTER (WHERE status_order = 1) AS down, count(*) FILTER (WHERE status_order = 2) AS unknown
	FROM host WHERE id IN (SELECT value FROM json_each(:picked)) AND (:subnet IS NULL OR +subnet_id = :subnet)
		AND ${PASSES}`;

/** Whatever status the filter asks for. undefined: it asks for nothing, or too many carry it (see `pickHosts`). */
export function findPassing(db: Db, filter: HostFilter): Passing | undefined {
	const ids = asksNothing(filter) ? undefined : pickHosts(db, filter);
	if (ids === undefined) return undefined;
	const binds = { ...bindsOf(withoutPicked(filter)), picked: JSON.stringify(ids) };
	const row = db.query<{ ids: string } & Record<Status, number>, [typeof binds]>(PASSING).get(binds);
	const { ids: found = "[]", up = 0, down = 0, unknown = 0 } = row ?? {};
	return { ids: found, byStatus: { up, down, unknown } };
}

/** What picked them need not be asked again; a text is: words find more than carry it. */
function withoutPicked(filter: HostFilter): HostFilter {
	for (const part of ["tag", "port", "service", "seen"] as const) {
		if (filter[part] !== undefined) return { ...filter, [part]: undefined };
	}
	return filter;
}
