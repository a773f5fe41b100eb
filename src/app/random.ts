/** Chance, from the system's generator: handed to whoever rolls dice. */

/** 0 ≤ n < 1. */
export function random(): number {
	return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}
