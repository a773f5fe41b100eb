/** The columns of Rollcall's own tables that come back whole, subnets and hosts in one. Knows no file. */

export const OWN_COLUMNS = [
	...["type", "address", "name", "description", "tags", "notes", "mac", "gateway", "name_source"],
	...["sweep_interval_s", "sweep_enabled", "scan_enabled", "snmp_enabled"],
];
