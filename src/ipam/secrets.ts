/** Keys that are given out once: made from the system's generator, known again by their SHA-256. Keeps none. */

import { sha256 } from "@oslojs/crypto/sha2";
import { encodeBase32LowerCaseNoPadding, encodeBase64urlNoPadding } from "@oslojs/encoding";

/** Bytes of a session or token: 256 bits, 43 characters. */
const KEY_BYTES = 32;

/** `random` is 0 ≤ n < 1 from the system's generator; each byte takes its own number. */
export function freshBytes(random: () => number, count: number): Uint8Array {
	return Uint8Array.from({ length: count }, () => Math.floor(random() * 256));
}

/** 43 characters of base64url. */
export function newKey(random: () => number): string {
	return encodeBase64urlNoPadding(freshBytes(random, KEY_BYTES));
}

/** Letters and digits that can be typed: eight characters for five bytes. */
export function newWord(random: () => number, bytes: number): string {
	return encodeBase32LowerCaseNoPadding(freshBytes(random, bytes));
}

/** What is kept of a key. */
export function fingerprint(key: string): Uint8Array {
	return sha256(new TextEncoder().encode(key));
}
