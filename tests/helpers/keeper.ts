/** A keeper of networks: subnets and hosts made by the verbs people use, in the fewest words. Opens no page. */

import type { Context } from "../../src/context.ts";
import { reserveAddress } from "../../src/ipam/hosts.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import type { Host } from "../../src/model/host.ts";
import type { Subnet } from "../../src/model/subnet.ts";
import { findHostByAddress } from "../../src/store/hosts.ts";
import { address } from "./world.ts";

const SUBNET = { notes: "", gateway: "", sweepIntervalS: 60, sweepEnabled: true };
/** A host about which nothing was typed. */
export const HOST = { hostname: "", description: "", tags: [], notes: "" };

export type Typed = { hostname?: string; description?: string; tags?: string[]; notes?: string };

export type Keeper = {
	/** Named like its block, swept each minute. */
	subnet(cidr: string, more?: { name?: string; sweepEnabled?: boolean }): Subnet;
	host(ip: string, more?: Typed): Host;
	/** So many hosts from 10.0.0.1 on, 128 to a /24, described as "old"; answers their ids. */
	many(count: number): number[];
	at(ip: string): ReturnType<typeof findHostByAddress>;
};

/** One who works in whatever context there is at that moment. */
export function keeperOf(context: () => Context): Keeper {
	const host = (ip: string, more: Typed = {}) => reserveAddress(context(), ip, { ...HOST, ...more });
	return {
		subnet: (cidr, more = {}) => createSubnet(context(), cidr, { ...SUBNET, name: cidr, ...more }),
		host,
		many: (count) =>
			Array.from(
				{ length: count },
				(_, n) => host(`10.0.${n >> 7}.${1 + (n & 127)}`, { description: "old" }).id,
			),
		at: (ip) => findHostByAddress(context().db, address(ip)),
	};
}
