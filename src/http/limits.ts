/** How often somebody may ask for what costs others something. Counts in memory; knows who asks, not why. */

import type { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../errors.ts";

export type LimitBounds = {
	/** Of all together; one person has half of it at once, then a sixth. */
	readonly asksPerMinute: number;
	readonly tokenPerSecond: number;
	readonly tokenAtOnce: number;
	readonly loginsPerMinute: number;
	readonly importsPerMinute: number;
	readonly webhookTestsPerMinute: number;
};

/** What is counted: sweeps and scans asked by hand, imports, tests of webhooks, requests of a token, sign-ins. */
export type Counted = "ask" | "import" | "test" | "token" | "login";

export type Limits = {
	/** AppError("limited") with `retryAfterS` when `who` has asked too often, or all together have. */
	take(what: Counted, who: string): Promise<void>;
};

type Counter = { consume(key: string): Promise<unknown> };

const SAYS: Readonly<Record<Counted, string>> = {
	ask: "Sweeps and scans were asked for too often",
	import: "Files were imported too often",
	test: "Tests were sent too often",
	token: "This token asks too often",
	login: "Too many sign-ins from your address",
};

export function createLimits(bounds: LimitBounds): Limits {
	let ready: Promise<Record<Counted, readonly Counter[]>> | undefined;
	return {
		async take(what, who) {
			ready ??= openCounters(bounds);
			const [own, all] = (await ready)[what];
			await spend(own, who, what);
			await spend(all, "all", what);
		},
	};
}

/** The library is loaded when something is counted for the first time: at rest it costs nothing. */
async function openCounters(bounds: LimitBounds): Promise<Record<Counted, readonly Counter[]>> {
	const library = await import("rate-limiter-flexible");
	const per = (points: number, duration: number): RateLimiterMemory =>
		new library.RateLimiterMemory({ points, duration, keyPrefix: "" });
	/** One every so often, and a store of more that fills up slowly. */
	const bursty = (every: RateLimiterMemory, more: RateLimiterMemory): BurstyRateLimiter =>
		new library.BurstyRateLimiter(every, more);
	const { asksPerMinute } = bounds;
	const everyS = Math.max(1, Math.round(360 / asksPerMinute));
	const atOnce = Math.max(2, Math.floor(asksPerMinute / 2));
	return {
		ask: [bursty(per(1, everyS), per(atOnce - 1, everyS * 9)), per(asksPerMinute, 60)],
		import: [per(bounds.importsPerMinute, 60)],
		test: [per(bounds.webhookTestsPerMinute, 60)],
		token: [bursty(per(bounds.tokenPerSecond, 1), per(bounds.tokenAtOnce - bounds.tokenPerSecond, 60))],
		login: [per(bounds.loginsPerMinute, 60)],
	};
}

async function spend(counter: Counter | undefined, key: string, what: Counted): Promise<void> {
	try {
		await counter?.consume(key);
	} catch (refused) {
		if (refused instanceof Error) throw refused;
		const retryAfterS = Math.max(1, Math.ceil((refused as RateLimiterRes).msBeforeNext / 1_000));
		throw new AppError("limited", `${SAYS[what]}. Wait ${retryAfterS} s, then it goes on.`, {
			detail: { retryAfterS },
		});
	}
}
