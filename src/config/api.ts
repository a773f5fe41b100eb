/** Bounds of the API: next addresses, wishes that happen once, questions to the network, the stream of events. */

export const API_BOUNDS = {
	/** Nobody is given an address of a deleted host that answered in the last so many days. */
	quietDays: 7,
	/** Silence heard by a sweep or a question counts so long, in milliseconds; so many addresses are asked ahead. */
	silenceTrustMs: 120_000,
	askAhead: 64,
	/** Silent addresses remembered. */
	silentMax: 8_192,
	/** Keys of idempotent wishes: kept so long, in milliseconds, and at most. */
	idempotencyMs: 86_400_000,
	idempotencyKeys: 50_000,
	/** Questions to the sweep thread that may be open, and how long one waits beyond its own patience, in milliseconds. */
	questionsMax: 256,
	askMs: 2_000,
	/** Events that a reader of the stream of events is given when it comes back; beyond it reads the list. */
	catchUpEvents: 1_000,
} as const;
