/** The proof that a message came from here: Standard Webhooks 1.0 (standardwebhooks.com), HMAC-SHA256. */

import { hmac } from "@oslojs/crypto/hmac";
import { SHA256 } from "@oslojs/crypto/sha2";
import { decodeBase64, encodeBase64 } from "@oslojs/encoding";

const PREFIX = "whsec_";
/** Bytes of a secret: as many as the hash gives. */
const SECRET_BYTES = 32;

/** A fresh secret. `random` is 0 ≤ n < 1 from the system's generator; each byte takes its own number. */
export function newSecret(random: () => number): string {
	const bytes = Uint8Array.from({ length: SECRET_BYTES }, () => Math.floor(random() * 256));
	return `${PREFIX}${encodeBase64(bytes)}`;
}

/** Headers that carry id, time (whole seconds) and the signature over "id.time.body". */
export function signatureHeaders(
	secret: string,
	message: { uid: string; at: number; body: string },
): Record<string, string> {
	const timestamp = String(Math.floor(message.at / 1_000));
	const text = `${message.uid}.${timestamp}.${message.body}`;
	const key = decodeBase64(secret.slice(PREFIX.length));
	const signature = encodeBase64(hmac(SHA256, key, new TextEncoder().encode(text)));
	return {
		"webhook-id": message.uid,
		"webhook-timestamp": timestamp,
		"webhook-signature": `v1,${signature}`,
	};
}
