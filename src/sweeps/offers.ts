/** Networks of this machine's interfaces that could be added. */

import { isLinkLocal } from "../net/address.ts";
import { formatCidr, usableCount } from "../net/cidr.ts";
import { localNetworks } from "../probes/links.ts";
import type { Db } from "../store/database.ts";
import { listSubnets } from "../store/subnets.ts";

/** A network of our own that could be added. */
export type Offer = { cidr: string; interface: string; addresses: bigint };

/** Larger networks are added knowingly: of an IPv6 /64 only known hosts are ever asked. */
const OFFER_MAX = 65_536n;

/** Those that are not there yet, of a size that can be swept. */
export function listOffers(db: Db): Offer[] {
	const known = new Set(listSubnets(db).map((subnet) => formatCidr(subnet.cidr)));
	const offers = new Map<string, Offer>();
	for (const { name, cidr, address, loopback } of localNetworks()) {
		const text = formatCidr(cidr);
		if (
			loopback ||
			isLinkLocal(address) ||
			known.has(text) ||
			usableCount(cidr) < 2n ||
			usableCount(cidr) > OFFER_MAX
		)
			continue;
		offers.set(text, { cidr: text, interface: name, addresses: usableCount(cidr) });
	}
	return [...offers.values()];
}
