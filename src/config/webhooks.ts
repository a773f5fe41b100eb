/** Bounds of webhooks and what is sent to them. */

export const WEBHOOK_BOUNDS = {
	/** One message to a webhook, in milliseconds; bytes read of its answer. */
	webhookTimeoutMs: 5_000,
	webhookAnswerBytes: 4_096,
	/** Webhooks served at the same time (as many as there may be: one that hangs holds up no other), and messages that may wait for one. */
	webhooksAtOnce: 50,
	webhookQueue: 1_000,
	/** Days that deliveries are kept. */
	deliveryDays: 30,
} as const;
