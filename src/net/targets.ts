/** Which addresses of a block may be sent an echo at all. Pure: is told which networks are attached. */

import { type Address, type Family, fromV4, MAX_ADDRESS } from "./address.ts";
import { type Cidr, contains, type Range, rangeOf, usableRange } from "./cidr.ts";
import { rangesWithout } from "./ranges.ts";

/** "This network" (RFC 1122 3.2.1.3), multicast (RFC 5771, RFC 4291 2.7), reserved and broadcast (RFC 1112 4). */
const NEVER: Readonly<Record<Family, readonly Range[]>> = {
	4: [
		{ first: fromV4(0), last: fromV4(0x00ffffff) },
		{ first: fromV4(0xe0000000), last: fromV4(0xffffffff) },
	],
	6: [
		{ first: 0n, last: 0n },
		{ first: 0xff00n << 112n, last: MAX_ADDRESS },
	],
};

/**
 * The runs of addresses of `cidr` that may be asked, ascending: without 0/8, multicast, 240/4, and without network
 * and broadcast address of the block itself and of every attached network in it. A block that is only a part of
 * an attached network has no such addresses of its own. 127/8 may be asked.
 */
export function probeable(cidr: Cidr, attached: readonly Cidr[] = []): Range[] {
	const part = attached.some((network) => network.prefix < cidr.prefix && contains(network, cidr));
	let ranges = [part ? rangeOf(cidr) : usableRange(cidr)];
	for (const range of NEVER[cidr.family]) ranges = ranges.flatMap((one) => rangesWithout(one, [range]));
	for (const network of attached) {
		if (network.family !== cidr.family) continue;
		const whole = rangeOf(network);
		const usable = usableRange(network);
		for (const end of ends(whole, usable))
			ranges = ranges.flatMap((one) => rangesWithout(one, [{ first: end, last: end }]));
	}
	return ranges;
}

/** The addresses of `whole` that are not `usable`: none, the lowest, or the lowest and the highest. */
function ends(whole: Range, usable: Range): Address[] {
	return [
		...(whole.first < usable.first ? [whole.first] : []),
		...(whole.last > usable.last ? [whole.last] : []),
	];
}
