/**
 * Up, down or unknown: the state machine that turns what probes saw into what people are told. Pure; knows one
 * host at a time. Groups of hosts (mass down, own outage) are judged in sweeps/gate.
 */

export type Status = "up" | "down" | "unknown";

/** The latency of a host that answers ARP but no ping: it is up, how far away is not known. */
export const UNTIMED = 0;
/** In place of a latency: it was asked and did not answer. */
export const NO_ANSWER = -1;

/** What is remembered of a host between sweeps. Times are epoch milliseconds. */
export type Presence = {
	readonly status: Status;
	/** Since when `status` holds; undefined: it never answered. */
	readonly statusSince: number | undefined;
	/** Silent since then, but not yet confirmed: still told as up. */
	readonly suspectSince: number | undefined;
	readonly flapping: boolean;
	/** The newest flips, oldest first; at most FLAP_LIMIT + 1 of them. */
	readonly flips: readonly number[];
	readonly lastSeenAt: number | undefined;
	/** Microseconds or UNTIMED; undefined while down. */
	readonly latencyUs: number | undefined;
	/** Running estimate of the median latency: what "slow" is measured against. */
	readonly typicalLatencyUs: number | undefined;
};

/** What one observation of a host says: an answer, or silence that is proven (all confirmations lost). */
export type Observation =
	| { readonly at: number; readonly latencyUs: number }
	| { readonly at: number; readonly silent: true };

/** A change to tell of; `quiet` flips are stored, not told (the host is flapping). */
export type Flip =
	| { readonly kind: "appeared" }
	| { readonly kind: "went_down"; readonly quiet: boolean }
	/** `downMs`: since its last answer; that it was down was known only some seconds after that. */
	| { readonly kind: "came_back"; readonly downMs: number; readonly quiet: boolean }
	| { readonly kind: "flapping"; readonly flips: number };

export const FLAP_WINDOW_MS = 15 * 60_000;
export const FLAP_LIMIT = 6;
/** Amber above this many times the host's own median, and above SLOW_FLOOR_US (noise on a LAN is no news). */
const SLOW_FACTOR = 4;
export const SLOW_FLOOR_US = 1_000;

/** A host that has never answered. */
export const neverSeen: Presence = {
	status: "unknown",
	statusSince: undefined,
	suspectSince: undefined,
	flapping: false,
	flips: [],
	lastSeenAt: undefined,
	latencyUs: undefined,
	typicalLatencyUs: undefined,
};

/**
 * The next state after an observation, with the news it makes (none, one, or a flip together with "flapping").
 * A reply makes a host up at once. Proven silence makes an up host down; a host that never answered stays
 * unknown, and one that is unknown because our own network failed becomes down only if it was ever seen.
 */
export function judge(before: Presence, seen: Observation): { after: Presence; news: Flip[] } {
	const calm = settle(before, seen.at);
	const calmed = before.flapping && !calm.flapping;
	return "silent" in seen ? judgeSilence(calm, seen.at, calmed) : judgeReply(calm, seen.at, seen.latencyUs);
}

/** The state while our own network is known to be broken: nothing can be said. A host never seen stays as it is. */
export function forget(before: Presence, at: number): Presence {
	if (before.status === "unknown") return { ...before, suspectSince: undefined };
	return { ...before, status: "unknown", statusSince: at, suspectSince: undefined };
}

/** Is a latency far above what is usual for this host? */
export function isSlow(latencyUs: number, typicalUs: number | undefined): boolean {
	return typicalUs !== undefined && latencyUs > SLOW_FLOOR_US && latencyUs > SLOW_FACTOR * typicalUs;
}

function judgeReply(before: Presence, at: number, latencyUs: number): { after: Presence; news: Flip[] } {
	const seen = {
		...before,
		suspectSince: undefined,
		lastSeenAt: at,
		latencyUs,
		typicalLatencyUs: typical(before.typicalLatencyUs, latencyUs),
	};
	if (before.status === "up") return { after: seen, news: [] };
	const up: Presence = { ...seen, status: "up", statusSince: at };
	if (before.lastSeenAt === undefined) return { after: up, news: [{ kind: "appeared" }] };
	if (before.status === "unknown" && before.latencyUs !== undefined) return { after: up, news: [] };
	// Down, or down when our own network failed (its latency was cleared then): that was told, so is this.
	const downMs = Math.max(0, at - before.lastSeenAt);
	return flip(up, at, (quiet) => ({ kind: "came_back", downMs, quiet }));
}

function judgeSilence(before: Presence, at: number, calmed: boolean): { after: Presence; news: Flip[] } {
	const silent = { ...before, suspectSince: undefined };
	if (before.lastSeenAt === undefined) return { after: silent, news: [] };
	if (before.status === "down") {
		// The quiet time ended with the host down: what was kept quiet is told now.
		return { after: silent, news: calmed ? [{ kind: "went_down", quiet: false }] : [] };
	}
	const down: Presence = { ...silent, status: "down", statusSince: at, latencyUs: undefined };
	// No latency: it was down already when our own network failed, and that was told then.
	if (before.status === "unknown" && before.latencyUs === undefined) return { after: down, news: [] };
	return flip(down, at, (quiet) => ({ kind: "went_down", quiet }));
}

/** Counts a flip; the one that makes FLAP_LIMIT + 1 in the window starts the quiet time with one "flapping". */
function flip(
	state: Presence,
	at: number,
	tell: (quiet: boolean) => Flip,
): { after: Presence; news: Flip[] } {
	const flips = [...state.flips.filter((t) => t > at - FLAP_WINDOW_MS && t <= at), at].slice(
		-(FLAP_LIMIT + 1),
	);
	const flapping = state.flapping || flips.length > FLAP_LIMIT;
	const news = [tell(flapping)];
	if (flapping && !state.flapping) news.push({ kind: "flapping", flips: flips.length });
	return { after: { ...state, flips, flapping }, news };
}

/** Flapping ends when no flip happened for a whole window; one that lies ahead of now is of a clock that was set back. */
function settle(state: Presence, at: number): Presence {
	if (!state.flapping) return state;
	const last = state.flips.at(-1) ?? 0;
	return Math.abs(at - last) >= FLAP_WINDOW_MS ? { ...state, flapping: false, flips: [] } : state;
}

/** Moves a twentieth of its own size (at least 1 µs) towards each sample: half of them above, half below. */
function typical(before: number | undefined, latencyUs: number): number | undefined {
	if (latencyUs === UNTIMED) return before;
	if (before === undefined) return latencyUs;
	const step = Math.max(1, Math.round(before / 20));
	return latencyUs > before ? Math.min(latencyUs, before + step) : Math.max(latencyUs, before - step);
}
