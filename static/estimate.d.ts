/** For the test that holds the script against views/format.ts. */
export function bytes(n: number): string;
