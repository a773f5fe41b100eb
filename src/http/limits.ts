/**
 * How often somebody may ask for what costs others something: buckets of tokens, each filled at its own pace and never
 * above its brim. Counts in memory, by the clock it is handed; knows who asks, not why.
 */

import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";

export type LimitBounds = {
	/** Of all together; one person has half of it at once, then a sixth. */
	readonly asksPerMinute: number;
	readonly tokenPerSecond: number;
	readonly tokenAtOnce: number;
	readonly loginsPerMinute: number;
	readonly importsPerMinute: number;
	readonly webhookTestsPerMinute: number;
	/** Callers that are remembered; those who have not asked lately are forgotten first. */
	readonly callersCounted: number;
};

/** What is counted: sweeps and scans asked by hand, imports, tests of webhooks, requests of a token, sign-ins. */
export type Counted = "ask" | "import" | "test" | "token" | "login";

export type Limits = {
	/** AppError("limited") with `retryAfterS` when `who` has asked too often, or all together have; then nothing is spent. */
	take(what: Counted, who: string): void;
};

const SAYS: Readonly<Record<Counted, string>> = {
	ask: "Sweeps and scans were asked for too often",
	import: "Files were imported too often",
	test: "Tests were sent too often",
	token: "This token asks too often",
	login: "Too many sign-ins from your address",
};

/** So much at once, and so much again in a minute. */
type Pace = { readonly atOnce: number; readonly perMinute: number };

export function createLimits(bounds: LimitBounds, clock: Pick<Clock, "monotonicMs">): Limits {
	const { asksPerMinute: asks } = bounds;
	const own: Record<Counted, Pace> = {
		ask: { atOnce: asks / 2, perMinute: asks / 6 },
		import: { atOnce: bounds.importsPerMinute, perMinute: bounds.importsPerMinute },
		test: { atOnce: bounds.webhookTestsPerMinute, perMinute: bounds.webhookTestsPerMinute },
		token: { atOnce: bounds.tokenAtOnce, perMinute: bounds.tokenPerSecond * 60 },
		login: { atOnce: bounds.loginsPerMinute, perMinute: bounds.loginsPerMinute },
	};
	const all: Partial<Record<Counted, Pace>> = { ask: { atOnce: asks, perMinute: asks } };
	const buckets = createBuckets(bounds.callersCounted);
	return {
		take(what, who) {
			const now = clock.monotonicMs();
			const mine = buckets.look(`${what} ${who}`, own[what], now);
			const shared = all[what] === undefined ? undefined : buckets.look(`${what}`, all[what], now);
			const waitMs = Math.max(mine.waitMs, shared?.waitMs ?? 0);
			if (waitMs > 0) throw refusal(what, Math.max(1, Math.ceil(waitMs / 1_000)));
			mine.spend();
			shared?.spend();
		},
	};
}

function refusal(what: Counted, retryAfterS: number): AppError {
	return new AppError("limited", `${SAYS[what]}. Wait ${retryAfterS} s, then it goes on.`, {
		detail: { retryAfterS },
	});
}

/** `left` of it at this moment. */
type Bucket = { left: number; at: number };

function createBuckets(most: number) {
	// In the order of their last use.
	const known = new Map<string, Bucket>();
	return {
		/** How long it takes until there is one in it, and taking that one. */
		look(key: string, { atOnce, perMinute }: Pace, now: number) {
			const perMs = perMinute / 60_000;
			const bucket = known.get(key) ?? { left: atOnce, at: now };
			const left = Math.min(atOnce, bucket.left + (now - bucket.at) * perMs);
			// A hair's breadth: sums of fractions are not exact.
			const waitMs = left >= 1 - 1e-9 ? 0 : (1 - left) / perMs;
			return {
				waitMs,
				spend() {
					known.delete(key);
					known.set(key, { left: left - 1, at: now });
					if (known.size > most) known.delete(known.keys().next().value ?? "");
				},
			};
		},
	};
}
