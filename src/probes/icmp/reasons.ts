/** Names of ICMP errors for people (RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7, RFC 4443 3). Judges nothing. */

import type { Family } from "../../net/address.ts";

const UNREACHABLE4: Readonly<Record<number, string>> = {
	0: "network unreachable",
	1: "host unreachable",
	2: "protocol unreachable",
	4: "packet too big",
	6: "network unreachable",
	7: "host unreachable",
	9: "forbidden by a firewall",
	10: "forbidden by a firewall",
	13: "forbidden by a firewall",
};

const UNREACHABLE6: Readonly<Record<number, string>> = {
	0: "network unreachable",
	1: "forbidden by a firewall",
	3: "host unreachable",
	5: "forbidden by a firewall",
	6: "network unreachable",
};

/** A short name for the error; the set of names is small, so that they may serve as keys. */
export function reasonOf(family: Family, type: number, code: number): string {
	if (type === (family === 4 ? 11 : 3)) return "time exceeded";
	if (type === (family === 4 ? 3 : 1))
		return (family === 4 ? UNREACHABLE4 : UNREACHABLE6)[code] ?? "unreachable";
	return "other error";
}
