/** Settings and bounds of who is let in: names, proxies, sessions, passwords, rates. */

import { parseCidr } from "../net/cidr.ts";
import { type Key, number } from "./reading.ts";

export type TrustSettings = Readonly<{
	/** Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, as CIDRs. */
	trustedProxies: readonly string[];
	/** Names this server goes by besides its addresses, localhost and that of PUBLIC_URL, in lower case. */
	hostNames: readonly string[];
	/** Sweeps and scans asked for by hand in a minute, by all together; one person: half of it at once, then a sixth. */
	asksPerMinute: number;
}>;

const HOUR_MS = 3_600_000;

export const TRUST_BOUNDS = {
	/** A session ends so long after the last request of a person, and after its beginning whatever happens. */
	sessionIdleMs: 8 * HOUR_MS,
	sessionMaxMs: 7 * 24 * HOUR_MS,
	/** "Last seen" of a session and "last used" of a token are as exact as this: they are not written at every request. */
	sessionSeenMs: 300_000,
	tokenSeenMs: 60_000,
	/** Open streams are asked so often whether their session still stands. */
	streamCheckMs: 2_000,
	/** The one-time link of the first administrator is made anew after so long. */
	setupLinkMs: HOUR_MS,
	/** argon2id: memory in KiB and passes; hashes under way at the same time, and waiting for their turn. */
	hashMemoryKib: 19_456,
	hashPasses: 2,
	hashesAtOnce: 4,
	/** Of these for people at addresses where their account was not used lately: a flood leaves a processor to pages. */
	hashesOfStrangers: 1,
	hashesWaiting: 32,
	/** Of the places to wait, so many are for people at addresses where their account was used lately. */
	hashesReserved: 8,
	/** Wrong passwords in a row that cost nothing; then one second, doubled each time up to these. */
	freeFailures: 5,
	addressDelayMaxMs: 900_000,
	/** Shorter, for an account is held up by anybody who knows its name; not where it was used lately. */
	accountDelayMaxMs: 60_000,
	/** Failures are forgotten after so long; at most so many rows of them are kept. */
	failureMs: 24 * HOUR_MS,
	failuresKept: 10_000,
	/** Failed sign-ins told one by one: so many at once, then one each time these milliseconds have passed; the rest as a sum. */
	failuresTold: 20,
	failureToldMs: 300_000,
	/** An address counts as known to an account so long after its last use, and so many are. */
	knownAddressMs: 30 * 24 * HOUR_MS,
	knownAddresses: 20,
	/** Requests of one token: a second, and at once. */
	tokenPerSecond: 20,
	tokenAtOnce: 60,
	/** Sign-ins tried from one address in a minute, right or wrong. */
	loginsPerMinute: 30,
	/** Imports and tests of webhooks of one person or token, a minute. */
	importsPerMinute: 6,
	webhookTestsPerMinute: 6,
	/** Callers whose requests are counted at the same time. */
	callersCounted: 10_000,
} as const;

/** Parts between commas; undefined when one of them is none. */
function list(read: (part: string) => string | undefined) {
	return (text: string): readonly string[] | undefined => {
		const parts = text
			.split(/[\s,]+/)
			.filter((part) => part !== "")
			.map(read);
		return parts.includes(undefined) ? undefined : (parts as string[]);
	};
}

const HOST_NAME = /^(?!.*\.\.)[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?$/;

export const TRUST_KEYS = {
	trustedProxies: {
		key: "TRUSTED_PROXIES",
		example: "127.0.0.1/32, 10.0.0.2/32",
		fallback: "",
		read: list((part) => (parseCidr(part).value === undefined ? undefined : part)),
		needs: "a list of networks, each as 10.0.0.2/32",
	},
	hostNames: {
		key: "HOST_NAMES",
		example: "rollcall.lan, ipam.example.org",
		fallback: "",
		read: list((part) => (HOST_NAME.test(part.toLowerCase()) ? part.toLowerCase() : undefined)),
		needs: "a list of host names, without ports",
	},
	asksPerMinute: {
		key: "SCAN_ASKS_PER_MINUTE",
		example: "6",
		fallback: "6",
		read: number(6, 6_000),
		needs: "a number from 6 to 6000",
	},
} satisfies Record<string, Key>;
