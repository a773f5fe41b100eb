/** Presence: the table of what each observation does, the flapping rule to the minute, and what no walk may break. */

import { describe, expect, test } from "bun:test";
import {
	FLAP_LIMIT,
	FLAP_WINDOW_MS,
	type Flip,
	forget,
	isSlow,
	judge,
	neverSeen,
	type Observation,
	type Presence,
	SLOW_FLOOR_US,
} from "../../src/model/presence.ts";
import { seeded } from "../helpers/random.ts";

const MINUTE = 60_000;
const START = 1_700_000_000_000;
const reply = (at: number, latencyUs = 500): Observation => ({ at, latencyUs });
const silence = (at: number): Observation => ({ at, silent: true });

/** The state after observations one minute apart: "r" a reply, "s" silence, "f" our own network failed. */
function walk(steps: string, everyMs = MINUTE): { state: Presence; news: Flip[]; at: number } {
	let state = neverSeen;
	let at = START;
	const news: Flip[] = [];
	for (const step of steps) {
		at += everyMs;
		if (step === "f") {
			state = forget(state, at);
			continue;
		}
		const judged = judge(state, step === "r" ? reply(at) : silence(at));
		state = judged.after;
		news.push(...judged.news);
	}
	return { state, news, at };
}

describe("one host, step by step", () => {
	test.each([
		["", "unknown", []],
		["s", "unknown", []],
		["sss", "unknown", []],
		["r", "up", ["appeared"]],
		["rr", "up", ["appeared"]],
		["sr", "up", ["appeared"]],
		["rs", "down", ["appeared", "went_down"]],
		["rss", "down", ["appeared", "went_down"]],
		["rsr", "up", ["appeared", "went_down", "came_back"]],
		["f", "unknown", []],
		["fs", "unknown", []],
		["fr", "up", ["appeared"]],
		["rf", "unknown", ["appeared"]],
		["rff", "unknown", ["appeared"]],
		["rfr", "up", ["appeared"]],
		["rfs", "down", ["appeared", "went_down"]],
		["rsf", "unknown", ["appeared", "went_down"]],
		["rsfr", "up", ["appeared", "went_down", "came_back"]],
		["rsfs", "down", ["appeared", "went_down"]],
		["rsffs", "down", ["appeared", "went_down"]],
		["rsfsr", "up", ["appeared", "went_down", "came_back"]],
	] as const)("%j ends %s and tells %j", (steps, status, kinds) => {
		const { state, news } = walk(steps);
		expect(state.status).toBe(status);
		expect(news.map(({ kind }) => kind)).toEqual([...kinds]);
	});

	test("came_back says how long it was silent, from its last answer to this one", () => {
		const { news } = walk("rsssr");
		expect(news.at(-1)).toEqual({ kind: "came_back", downMs: 4 * MINUTE, quiet: false });
	});
	test("came_back after the clock was set back says 0, never less", () => {
		const { state, at } = walk("rs");
		expect(judge(state, reply(at - 60 * MINUTE)).news).toEqual([
			{ kind: "came_back", downMs: 0, quiet: false },
		]);
	});
	test("a reply and a proven silence both end the suspicion", () => {
		const suspect = { ...walk("r").state, suspectSince: START };
		expect(judge(suspect, reply(START + MINUTE)).after.suspectSince).toBeUndefined();
		expect(judge(suspect, silence(START + MINUTE)).after.suspectSince).toBeUndefined();
		expect(forget(suspect, START + MINUTE).suspectSince).toBeUndefined();
	});
	test("since when a status holds changes with the status only", () => {
		expect(walk("rrr").state.statusSince).toBe(START + MINUTE);
		expect(walk("rsss").state.statusSince).toBe(START + 2 * MINUTE);
		expect(walk("rff").state.statusSince).toBe(START + 2 * MINUTE);
		expect(walk("ff").state.statusSince).toBeUndefined();
	});
	test("a down host keeps when it was last seen, not its latency", () => {
		const { state } = walk("rs");
		expect(state).toMatchObject({ lastSeenAt: START + MINUTE, latencyUs: undefined, typicalLatencyUs: 500 });
	});
});

describe("flapping", () => {
	const kinds = (news: readonly Flip[]) => news.map(({ kind }) => kind);

	test("six flips in fifteen minutes are six news", () => {
		const { state, news } = walk("rsrsrsr");
		const pair = ["went_down", "came_back"] as const;
		expect(kinds(news)).toEqual(["appeared", ...pair, ...pair, ...pair]);
		expect(state.flapping).toBe(false);
		expect(state.flips).toHaveLength(FLAP_LIMIT);
	});
	test("the seventh is quiet, and tells once that the host is flapping", () => {
		const { state, news } = walk("rsrsrsrs");
		expect(news.slice(-2)).toEqual([
			{ kind: "went_down", quiet: true },
			{ kind: "flapping", flips: FLAP_LIMIT + 1 },
		]);
		expect(state.flapping).toBe(true);
	});
	test("further flips are quiet, and nothing is told twice", () => {
		const { news } = walk(`r${"sr".repeat(20)}`);
		expect(news.filter(({ kind }) => kind === "flapping")).toHaveLength(1);
		const flips = news.filter((one) => "quiet" in one);
		expect(flips.filter(({ quiet }) => !quiet)).toHaveLength(FLAP_LIMIT);
	});
	test("seven flips spread over more than fifteen minutes are no flapping", () => {
		const { news } = walk(`r${"sr".repeat(20)}`, FLAP_WINDOW_MS / FLAP_LIMIT + 1);
		expect(kinds(news)).not.toContain("flapping");
	});
	test("a flip exactly fifteen minutes old counts no more", () => {
		expect(kinds(walk(`r${"sr".repeat(20)}`, FLAP_WINDOW_MS / FLAP_LIMIT).news)).not.toContain("flapping");
		expect(kinds(walk(`r${"sr".repeat(20)}`, FLAP_WINDOW_MS / FLAP_LIMIT - 1).news)).toContain("flapping");
	});
	test("it ends with the first observation after fifteen quiet minutes, and counting starts anew", () => {
		const { state, at } = walk("rsrsrsrsr");
		expect(judge(state, reply(at + FLAP_WINDOW_MS - 1)).after.flapping).toBe(true);
		const calm = judge(state, reply(at + FLAP_WINDOW_MS));
		expect(calm).toMatchObject({ after: { flapping: false, flips: [] }, news: [] });
		expect(judge(calm.after, silence(at + FLAP_WINDOW_MS + MINUTE)).news).toEqual([
			{ kind: "went_down", quiet: false },
		]);
	});
	test("a clock set back by a day ends it too, or a host that goes down would be kept quiet until the clock gets there", () => {
		const { state, at } = walk("rsrsrsrsr");
		expect(judge(state, silence(at - 10_000)).news).toEqual([{ kind: "went_down", quiet: true }]);
		expect(judge(state, silence(at - 86_400_000)).news).toEqual([{ kind: "went_down", quiet: false }]);
	});
	test("an outage of our own is no flip", () => {
		expect(walk(`r${"fr".repeat(20)}`).state.flips).toEqual([]);
		expect(walk(`rs${"fs".repeat(20)}`).state.flips).toHaveLength(1);
	});
});

describe("slow", () => {
	test.each([
		[900_000, undefined, false],
		[SLOW_FLOOR_US, 10, false],
		[SLOW_FLOOR_US + 1, 10, true],
		[4_000, 1_000, false],
		[4_001, 1_000, true],
		[80_000, 30_000, false],
		[120_001, 30_000, true],
	] as const)("%d µs where %p is usual: %p", (latencyUs, typicalUs, answer) => {
		expect(isSlow(latencyUs, typicalUs)).toBe(answer);
	});
	test("what is usual follows the median: one outlier moves it by a twentieth, a change is learnt", () => {
		let state = judge(neverSeen, reply(START, 1_000)).after;
		state = judge(state, reply(START + 1, 1_000_000)).after;
		expect(state.typicalLatencyUs).toBe(1_050);
		for (let i = 2; i < 100; i++) state = judge(state, reply(START + i, 20_000)).after;
		expect(state.typicalLatencyUs).toBe(20_000);
		for (let i = 0; i < 200; i++) state = judge(state, reply(START + 100 + i, 300)).after;
		expect(state.typicalLatencyUs).toBe(300);
	});
	test("of a random latency, it comes near the median", () => {
		const random = seeded(5);
		let state = neverSeen;
		for (let i = 0; i < 5_000; i++) {
			state = judge(state, reply(START + i, random.chance(0.9) ? 900 + random.int(200) : 50_000)).after;
		}
		expect(state.typicalLatencyUs).toBeGreaterThan(800);
		expect(state.typicalLatencyUs).toBeLessThan(1_200);
	});
});

/** What must hold after every step; returns the name of what does not. */
function broken(
	before: Presence,
	after: Presence,
	news: readonly Flip[],
	seen: Observation,
): string | undefined {
	const kinds = news.map(({ kind }) => kind);
	const told = (kind: Flip["kind"]) => kinds.includes(kind);
	const rules: Readonly<Record<string, boolean>> = {
		"a host never seen is unknown": after.lastSeenAt !== undefined || after.status === "unknown",
		"a host that was seen stays seen": before.lastSeenAt === undefined || after.lastSeenAt !== undefined,
		"a reply makes it up": "silent" in seen || (after.status === "up" && after.lastSeenAt === seen.at),
		"silence leaves nothing up": !("silent" in seen) || after.status !== "up",
		"no suspicion is left": after.suspectSince === undefined,
		"appeared once, at the first reply":
			told("appeared") === (before.lastSeenAt === undefined && !("silent" in seen)),
		"went_down only from up or unknown, or when flapping ended":
			!told("went_down") ||
			((before.status !== "down" || (before.flapping && !after.flapping)) && after.status === "down"),
		"came_back from down, and from what was down before our own outage":
			told("came_back") ===
			(after.status === "up" &&
				before.lastSeenAt !== undefined &&
				before.latencyUs === undefined &&
				before.status !== "up"),
		"flapping is told when it starts": told("flapping") === (after.flapping && !before.flapping),
		"flips are few and ascending":
			after.flips.length <= FLAP_LIMIT + 1 &&
			after.flips.every((t, i) => i === 0 || t >= (after.flips[i - 1] ?? 0)),
		"quiet exactly while flapping": news.every((one) => !("quiet" in one) || one.quiet === after.flapping),
		"a change of status has a time": before.status === after.status || after.statusSince === seen.at,
		"no change keeps its time": before.status !== after.status || after.statusSince === before.statusSince,
		"downMs is not negative": news.every((one) => one.kind !== "came_back" || one.downMs >= 0),
		"up has a latency, down has none":
			(after.status !== "up" || after.latencyUs !== undefined) &&
			(after.status !== "down" || after.latencyUs === undefined),
	};
	return Object.entries(rules).find(([, holds]) => !holds)?.[0];
}

test("random walks break no invariant", () => {
	const random = seeded(4);
	let flapped = 0;
	for (let round = 0; round < 500; round++) {
		let state: Presence = neverSeen;
		let at = START;
		const restless = random.pick([0.05, 0.5, 0.9]);
		let answers = random.chance(0.5);
		for (let step = 0; step < 120; step++) {
			at += random.pick([5_000, MINUTE, MINUTE, 5 * MINUTE, 20 * MINUTE]);
			if (random.chance(0.05)) {
				state = forget(state, at);
				expect(state.status).toBe("unknown");
				continue;
			}
			if (random.chance(0.1) && state.status === "up") state = { ...state, suspectSince: at };
			if (random.chance(restless)) answers = !answers;
			const seen = answers ? reply(at, 1 + random.int(5_000)) : silence(at);
			const { after, news } = judge(state, seen);
			const rule = broken(state, after, news, seen);
			if (rule !== undefined)
				throw new Error(`${rule}: ${JSON.stringify({ round, step, state, seen, after, news })}`);
			if (after.flapping && !state.flapping) flapped++;
			state = after;
		}
	}
	expect(flapped).toBeGreaterThan(100);
});

test("a host that never answers never becomes down, whatever happens to our network", () => {
	const random = seeded(6);
	let state: Presence = neverSeen;
	for (let step = 0; step < 5_000; step++) {
		state = random.chance(0.2) ? forget(state, START + step) : judge(state, silence(START + step)).after;
		expect(state).toEqual(neverSeen);
	}
});
