/** "1 host", "2 hosts": how the command line counts. */

/** A number and its word. */
export function plural(n: number, word: string): string {
	return `${n} ${word}${n === 1 ? "" : "s"}`;
}
