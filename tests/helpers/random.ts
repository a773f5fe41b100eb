/** Chance that can be repeated: a seeded generator and draws from it. Knows nothing of what is drawn for. */

export type Random = {
	/** A whole number from 0 to `below` − 1. */
	int(below: number): number;
	/** `bits` random bits. */
	bits(bits: number): bigint;
	/** True in `share` of the draws. */
	chance(share: number): boolean;
	pick<T>(list: readonly T[]): T;
};

/** The generator “mulberry32” on `seed`: the same seed gives the same draws everywhere. */
export function seeded(seed: number): Random {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return (mixed ^ (mixed >>> 14)) >>> 0;
	};
	const int = (below: number) => Math.floor((next() / 2 ** 32) * below);
	return {
		int,
		bits(bits) {
			let value = 0n;
			for (let taken = 0; taken < bits; taken += 32) value = (value << 32n) | BigInt(next());
			return value & ((1n << BigInt(bits)) - 1n);
		},
		chance: (share) => next() / 2 ** 32 < share,
		pick(list) {
			const item = list[int(list.length)];
			if (item === undefined) throw new Error("nothing to pick from");
			return item;
		},
	};
}
