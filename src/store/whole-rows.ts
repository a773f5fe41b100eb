/** Whole rows of host and subnet as JSON and back: what a batch keeps of a thing it deletes. Only the words of SQL. */

/** A whole row of host as JSON. A test holds it against the schema. */
export const HOST_ROW = `json_object(
	'id', host.id, 'ip', host.ip, 'ip_key', hex(host.ip_key), 'subnet_id', host.subnet_id,
	'hostname', host.hostname, 'hostname_source', host.hostname_source, 'description', host.description,
	'tags_json', host.tags_json, 'notes', host.notes, 'mac', host.mac, 'vendor', host.vendor,
	'ptr_name', host.ptr_name, 'ptr_heard', host.ptr_heard, 'snmp_name', host.snmp_name,
	'snmp_enabled', host.snmp_enabled, 'next_name_at', host.next_name_at, 'status', host.status,
	'status_order', host.status_order, 'status_since', host.status_since,
	'suspect_since', host.suspect_since, 'flapping', host.flapping, 'flips_json', host.flips_json,
	'first_seen_at', host.first_seen_at, 'last_seen_at', host.last_seen_at,
	'latency_us', host.latency_us, 'typical_latency_us', host.typical_latency_us,
	'next_scan_at', host.next_scan_at, 'scan_run_id', host.scan_run_id,
	'last_scan_at', host.last_scan_at, 'last_scan_by', host.last_scan_by, 'scan_scope', host.scan_scope,
	'scan_failures', host.scan_failures, 'scan_problem', host.scan_problem, 'expires_at', host.expires_at,
	'version', host.version,
	'created_at', host.created_at, 'updated_at', host.updated_at)`;

export const HOST_COLUMNS = `id, ip, ip_key, subnet_id, hostname, hostname_source, description, tags_json, notes, mac, vendor,
	ptr_name, ptr_heard, snmp_name, snmp_enabled, next_name_at, status, status_order, status_since,
	suspect_since, flapping, flips_json, first_seen_at, last_seen_at, latency_us, typical_latency_us,
	next_scan_at, scan_run_id, last_scan_at, last_scan_by, scan_scope, scan_failures, scan_problem,
	expires_at, version, created_at, updated_at`;

/**
 * The same back again, in the order of HOST_COLUMNS; it belongs to whatever block is around it now. A reservation
 * that had an end has none any more, or it would end again at once.
 */
export const HOST_FROM_JSON = `before_json ->> '$.id', before_json ->> '$.ip', unhex(before_json ->> '$.ip_key'),
	(SELECT id FROM subnet WHERE first_key <= unhex(before_json ->> '$.ip_key') AND last_key >= unhex(before_json ->> '$.ip_key') ORDER BY first_key DESC, prefix DESC LIMIT 1),
	coalesce(before_json ->> '$.hostname', ''), before_json ->> '$.hostname_source',
	coalesce(before_json ->> '$.description', ''), coalesce(before_json ->> '$.tags_json', '[]'),
	coalesce(before_json ->> '$.notes', ''), before_json ->> '$.mac', before_json ->> '$.vendor',
	coalesce(before_json ->> '$.ptr_name', ''), before_json ->> '$.ptr_heard',
	coalesce(before_json ->> '$.snmp_name', ''), before_json ->> '$.snmp_enabled',
	coalesce(before_json ->> '$.next_name_at', 0), coalesce(before_json ->> '$.status', 'unknown'),
	coalesce(before_json ->> '$.status_order', 2), before_json ->> '$.status_since',
	before_json ->> '$.suspect_since', coalesce(before_json ->> '$.flapping', 0),
	coalesce(before_json ->> '$.flips_json', '[]'), before_json ->> '$.first_seen_at',
	before_json ->> '$.last_seen_at', before_json ->> '$.latency_us',
	before_json ->> '$.typical_latency_us', coalesce(before_json ->> '$.next_scan_at', 0), NULL,
	before_json ->> '$.last_scan_at', before_json ->> '$.last_scan_by', before_json ->> '$.scan_scope',
	coalesce(before_json ->> '$.scan_failures', 0), before_json ->> '$.scan_problem',
	NULL, (before_json ->> '$.version') + 1, before_json ->> '$.created_at', before_json ->> '$.updated_at'`;

/** A whole row of subnet as JSON. */
export const SUBNET_ROW = `json_object(
	'id', subnet.id, 'cidr', subnet.cidr, 'first_key', hex(subnet.first_key),
	'last_key', hex(subnet.last_key), 'prefix', subnet.prefix, 'parent_id', subnet.parent_id,
	'name', subnet.name, 'notes', subnet.notes, 'gateway', subnet.gateway,
	'sweep_interval_s', subnet.sweep_interval_s, 'sweep_enabled', subnet.sweep_enabled,
	'scan_enabled', subnet.scan_enabled, 'snmp_enabled', subnet.snmp_enabled,
	'sweep_offset', subnet.sweep_offset, 'next_sweep_at', subnet.next_sweep_at,
	'last_sweep_at', subnet.last_sweep_at, 'last_sweep_problem', subnet.last_sweep_problem,
	'hosts_up', subnet.hosts_up, 'hosts_down', subnet.hosts_down, 'hosts_unknown', subnet.hosts_unknown,
	'version', subnet.version, 'created_at', subnet.created_at, 'updated_at', subnet.updated_at)`;

export const SUBNET_COLUMNS = `id, cidr, first_key, last_key, prefix, parent_id, name, notes, gateway, sweep_interval_s,
	sweep_enabled, scan_enabled, snmp_enabled, sweep_offset, next_sweep_at, last_sweep_at,
	last_sweep_problem, hosts_up, hosts_down, hosts_unknown, version, created_at, updated_at`;

/** The same back again, in the order of SUBNET_COLUMNS. Its hosts are counted as they come back. */
export const SUBNET_FROM_JSON = `before_json ->> '$.id', before_json ->> '$.cidr', unhex(before_json ->> '$.first_key'),
	unhex(before_json ->> '$.last_key'), before_json ->> '$.prefix', :parent,
	coalesce(before_json ->> '$.name', ''), coalesce(before_json ->> '$.notes', ''),
	before_json ->> '$.gateway', coalesce(before_json ->> '$.sweep_interval_s', 60),
	coalesce(before_json ->> '$.sweep_enabled', 1), coalesce(before_json ->> '$.scan_enabled', 1),
	coalesce(before_json ->> '$.snmp_enabled', 0), coalesce(before_json ->> '$.sweep_offset', 0), :at,
	before_json ->> '$.last_sweep_at', before_json ->> '$.last_sweep_problem', 0, 0, 0,
	(before_json ->> '$.version') + 1, before_json ->> '$.created_at', before_json ->> '$.updated_at'`;
