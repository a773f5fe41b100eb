/** Name servers as settings write them: an address, and its port where that is not the usual one. Pure. */

import { type Address, parseAddress } from "./address.ts";

export type NameServer = { readonly address: Address; readonly port: number };

/** RFC 1035 4.2. */
export const DNS_PORT = 53;

/** Reads "10.0.0.53", "10.0.0.53:5353", "2001:db8::53" or "[2001:db8::53]:5353". */
export function parseServer(text: string): NameServer | undefined {
	const [, bracketed, dotted, tail] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
	const address = parseAddress(bracketed ?? dotted ?? text).value;
	const port = tail === undefined ? DNS_PORT : Number(tail);
	return address === undefined || port < 1 || port > 65_535 ? undefined : { address, port };
}
