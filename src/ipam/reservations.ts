/** Reserving several addresses in a row: all of them in one transaction, or none. */

import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { HOST_LIMITS, type Host, RESERVE_MAX } from "../model/host.ts";
import { countedName } from "../model/text.ts";
import { type Address, formatAddress } from "../net/address.ts";
import { transact } from "../store/database.ts";
import { checkHost, type HostInput } from "./fields.ts";
import { placeHost } from "./hosts.ts";

/**
 * Records `count` hosts from `from` on. A "#" in the hostname becomes 1, 2, 3 and so on. AppError("invalid") when the
 * row leaves the subnet, AppError("conflict") when one of its addresses is taken; then none is reserved.
 */
export function reserveRow(
	context: Context,
	subnetId: number,
	row: { from: Address; count: number },
	input: HostInput,
): Host[] {
	const { from, count } = row;
	if (!Number.isInteger(count) || count < 1 || count > RESERVE_MAX) {
		throw new AppError("invalid", `Reserve between 1 and ${RESERVE_MAX} addresses at once.`, {
			field: "count",
		});
	}
	const values = Array.from({ length: count }, (_, i) =>
		checkHost({ ...input, hostname: countedName(input.hostname, i + 1, HOST_LIMITS.hostnameChars) }),
	);
	const made = transact(context.db, () =>
		values.map((value, i) => {
			const address = from + BigInt(i);
			const host = placeHost(context, address, value);
			if (host.subnetId === subnetId) return host;
			throw new AppError(
				"invalid",
				`${formatAddress(address)} is not in this subnet. Nothing was reserved.`,
				{
					field: "count",
				},
			);
		}),
	);
	const change = { subnetIds: [subnetId], hostIds: made.map(({ id }) => id), urgent: true };
	context.bus.publish({ kind: "change", change });
	return made;
}
