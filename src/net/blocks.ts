/** Many blocks of addresses at once: which is the most specific around an address. Pure; blocks nest or are apart. */

import type { Address } from "./address.ts";
import { type Cidr, compareCidr, lastOf } from "./cidr.ts";

type Node<T> = { readonly cidr: Cidr; readonly last: Address; readonly value: T; readonly parent: number };

/** A fixed set of blocks, each with what belongs to it. */
export class Blocks<T> {
	readonly #nodes: Node<T>[] = [];

	constructor(entries: readonly { readonly cidr: Cidr; readonly value: T }[]) {
		const sorted = [...entries].sort((a, b) => compareCidr(a.cidr, b.cidr));
		let around = -1;
		for (const { cidr, value } of sorted) {
			while (around >= 0 && (this.#nodes[around]?.last ?? 0n) < cidr.base)
				around = this.#nodes[around]?.parent ?? -1;
			around = this.#nodes.push({ cidr, last: lastOf(cidr), value, parent: around }) - 1;
		}
	}

	/** What belongs to the smallest block around `address`; undefined: none is. */
	around(address: Address): T | undefined {
		let low = -1;
		let high = this.#nodes.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((this.#nodes[middle]?.cidr.base ?? 0n) <= address) low = middle;
			else high = middle - 1;
		}
		for (let node = this.#nodes[low]; node !== undefined; node = this.#nodes[node.parent]) {
			if (node.last >= address) return node.value;
		}
		return undefined;
	}
}
