/** The fields of hosts and subnets that a batch may change and undo restores: only the words of SQL. */

const HOST_FIELDS = [
	...["hostname", "hostname_source", "description", "tags_json", "notes", "mac", "vendor", "snmp_enabled"],
	...["expires_at"],
] as const;

const SUBNET_FIELDS = [
	...["name", "notes", "gateway", "sweep_interval_s", "sweep_enabled", "scan_enabled", "snmp_enabled"],
] as const;

type Noun = "host" | "subnet";

/** Found out, not written: they follow another field and say nothing of a person by themselves. */
const FOLLOWS = new Set<string>(["hostname", "hostname_source", "vendor"]);

function valuesOf(noun: Noun, fields: readonly string[]): string {
	return `json_object(${fields.map((field) => `'${field}', ${noun}.${field}`).join(", ")})`;
}

/** All these fields of a thing as one JSON object. */
export const VALUES: Readonly<Record<Noun, string>> = {
	host: valuesOf("host", HOST_FIELDS),
	subnet: valuesOf("subnet", SUBNET_FIELDS),
};

function fieldNow(noun: Noun, fields: readonly string[]): string {
	return `CASE key ${fields.map((field) => `WHEN '${field}' THEN ${noun}.${field}`).join(" ")} END`;
}

/** The field called `key`, as it is now. */
export const FIELD_NOW: Readonly<Record<Noun, string>> = {
	host: fieldNow("host", HOST_FIELDS),
	subnet: fieldNow("subnet", SUBNET_FIELDS),
};

/** `b` is the row of the batch; its `kept` holds the fields that changed since, ", " between them. */
function takenBack(field: string): string {
	return `b.after_json -> '$.${field}' IS NOT NULL AND ', ' || b.kept || ',' NOT LIKE '%, ${field},%'`;
}

function restored(fields: readonly string[]): string[] {
	return fields
		.filter((field) => !FOLLOWS.has(field))
		.map(
			(field) =>
				`${field} = CASE WHEN ${takenBack(field)} THEN b.before_json ->> '$.${field}' ELSE ${field} END`,
		);
}

const NAME_BACK = "b.after_json -> '$.hostname' IS NOT NULL AND b.kept NOT LIKE '%hostname%'";
const WAS_WRITTEN = "b.before_json ->> '$.hostname_source' IN ('typed', 'import')";
/** As model/naming settles it: a SNMP name in use stays, else the PTR name, else the one by SNMP. */
const SNMP_STAYS = "b.before_json ->> '$.hostname_source' = 'snmp' AND snmp_name <> ''";

/** What each field becomes when a batch is taken back; a name that was found out is the one that is known by now. */
export const RESTORED: Readonly<Record<Noun, string>> = {
	host: [
		`hostname = CASE WHEN NOT (${NAME_BACK}) THEN hostname WHEN ${WAS_WRITTEN} THEN b.before_json ->> '$.hostname'
			WHEN ${SNMP_STAYS} THEN snmp_name WHEN ptr_name <> '' THEN ptr_name ELSE snmp_name END`,
		`hostname_source = CASE WHEN NOT (${NAME_BACK}) THEN hostname_source
			WHEN ${WAS_WRITTEN} THEN b.before_json ->> '$.hostname_source'
			WHEN ${SNMP_STAYS} THEN 'snmp' WHEN ptr_name <> '' THEN 'ptr' WHEN snmp_name <> '' THEN 'snmp' END`,
		`vendor = CASE WHEN ${takenBack("mac")} THEN b.before_json ->> '$.vendor' ELSE vendor END`,
		...restored(HOST_FIELDS),
	].join(",\n\t\t"),
	subnet: restored(SUBNET_FIELDS).join(",\n\t\t"),
};
