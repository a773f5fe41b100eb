/** The part of ages.js that tests hold against views/format.ts. */

export function age(at: number, now: number, style: "since" | "seen" | "short"): string;
