/** Which of several names a host goes by, and when an answer is believed. Pure. */

import type { NameSource } from "./host.ts";

/** The names known of a host; "" for none. */
export type Names = {
	readonly hostname: string;
	readonly hostnameSource: NameSource | undefined;
	readonly ptrName: string;
	/** An answer unlike `ptrName`, heard once. */
	readonly ptrHeard: string | undefined;
	readonly snmpName: string;
};

/** A name that was found out is another than before. */
export type Renamed = { readonly source: "ptr" | "snmp"; readonly old: string; readonly new: string };

/**
 * Takes an answer of the name service ("" for: surely none). The first name ever is believed at once; any other one
 * only when it is heard twice in a row. `doubt`: it is to be asked again soon.
 */
export function hearPtr(names: Names, name: string): { after: Names; news?: Renamed; doubt: boolean } {
	if (name === names.ptrName) return { after: settle({ ...names, ptrHeard: undefined }), doubt: false };
	const known = names.ptrName !== "";
	if (known && names.ptrHeard !== name) return { after: { ...names, ptrHeard: name }, doubt: true };
	const after = settle({ ...names, ptrName: name, ptrHeard: undefined });
	return known
		? { after, news: { source: "ptr", old: names.ptrName, new: name }, doubt: false }
		: { after, doubt: false };
}

/** Takes the name a host gives itself by SNMP. */
export function hearSnmp(names: Names, name: string): { after: Names; news?: Renamed } {
	if (name === names.snmpName) return { after: settle(names) };
	const after = settle({ ...names, snmpName: name });
	return names.snmpName === ""
		? { after }
		: { after, news: { source: "snmp", old: names.snmpName, new: name } };
}

/** What people typed or imported stays, and so does a SNMP name in use; else the PTR name, else the one by SNMP. */
export function settle(names: Names): Names {
	const { hostnameSource: source, ptrName, snmpName } = names;
	if (source === "typed" || source === "import") return names;
	if (ptrName !== "" && !(source === "snmp" && snmpName !== "")) {
		return { ...names, hostname: ptrName, hostnameSource: "ptr" };
	}
	if (snmpName !== "") return { ...names, hostname: snmpName, hostnameSource: "snmp" };
	return { ...names, hostname: "", hostnameSource: undefined };
}
