/**
 * Giving back what was made of rows that are done with, while a file is gone through: left to itself the engine lets it grow
 * to several times what is needed, and the thread's memory is the program's.
 */

/** After so many rows; a collection takes some ten milliseconds. */
const SWEPT_ROWS = 10_000;

/** Call for each row with its number, from 0. */
export function sweepRow(n: number): void {
	if (n > 0 && n % SWEPT_ROWS === 0) Bun.gc(true);
}
