/** Names to addresses, by the system's resolver (hosts file, DNS, mDNS: as every other program on this machine). */

import { lookup } from "node:dns/promises";

/** All addresses of a name as text, in the order in which the system would connect to them. */
export async function resolveName(name: string): Promise<readonly string[]> {
	return (await lookup(name, { all: true })).map(({ address }) => address);
}
