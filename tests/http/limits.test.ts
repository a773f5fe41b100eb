/** Asking too often, by a clock that is cranked: how much at once, how much after a while, who is not held up, what is said. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { TRUST_BOUNDS } from "../../src/config/trust.ts";
import { BOUNDS } from "../../src/config.ts";
import { AppError } from "../../src/errors.ts";
import { type Counted, createLimits, type LimitBounds } from "../../src/http/limits.ts";
import { createToken } from "../../src/ipam/tokens.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { type HandClock, handClock } from "../helpers/clock.ts";
import { PASSWORD, signedAs, signIn } from "../helpers/signed.ts";

describe("buckets", () => {
	let clock: HandClock;
	beforeEach(() => {
		clock = handClock();
	});
	const open = (more: Partial<LimitBounds> = {}) =>
		createLimits({ ...TRUST_BOUNDS, asksPerMinute: 6, ...more }, clock);

	/** How many of so many are let through, and the seconds that the first refused one is told to wait. */
	function ask(limits: ReturnType<typeof open>, what: Counted, times: number, who = "person 1") {
		let through = 0;
		let wait: number | undefined;
		for (let n = 0; n < times; n++) {
			try {
				limits.take(what, who);
				through += 1;
			} catch (error) {
				if (!(error instanceof AppError) || error.code !== "limited") throw error;
				wait ??= Number(error.detail?.retryAfterS);
			}
		}
		return [through, wait] as const;
	}

	test("sweeps and scans: three at once, then one a minute; six a minute by all together", async () => {
		const limits = open();
		expect(ask(limits, "ask", 10)).toEqual([3, 60]);
		await clock.advance(59_000);
		expect(ask(limits, "ask", 1)).toEqual([0, 1]);
		await clock.advance(1_000);
		expect(ask(limits, "ask", 2)).toEqual([1, 60]);
		// A pause gives the burst back.
		await clock.advance(180_000);
		expect(ask(limits, "ask", 4)).toEqual([3, 60]);
		expect(ask(limits, "ask", 4, "person 2")).toEqual([3, 60]);
		expect(ask(limits, "ask", 4, "person 3")).toEqual([0, 10]);
		await clock.advance(10_000);
		expect(ask(limits, "ask", 2, "person 3")).toEqual([1, 10]);
	});

	test("what all together may not, costs the one who asked nothing", async () => {
		const limits = open();
		for (const who of ["1", "2"]) ask(limits, "ask", 3, who);
		expect(ask(limits, "ask", 20, "3")).toEqual([0, 10]);
		await clock.advance(60_000);
		expect(ask(limits, "ask", 3, "3")).toEqual([3, undefined]);
	});

	test("tokens: sixty at once, twenty a second, each its own", async () => {
		const limits = open();
		expect(ask(limits, "token", 100, "token 1")).toEqual([60, 1]);
		await clock.advance(1_000);
		expect(ask(limits, "token", 100, "token 1")).toEqual([20, 1]);
		expect(ask(limits, "token", 100, "token 2")).toEqual([60, 1]);
		await clock.advance(3_000);
		expect(ask(limits, "token", 100, "token 1")).toEqual([60, 1]);
	});

	test.each<[Counted, number]>([
		["import", 6],
		["test", 6],
		["login", 30],
	])("%s: %p a minute, each their own", async (what, most) => {
		const limits = open();
		const waitS = 60 / most;
		expect(ask(limits, what, most + 3)).toEqual([most, waitS]);
		expect(ask(limits, what, 1, "person 2")).toEqual([1, undefined]);
		await clock.advance(waitS * 1_000);
		expect(ask(limits, what, 2)).toEqual([1, waitS]);
		await clock.advance(60_000);
		expect(ask(limits, what, most + 1)).toEqual([most, waitS]);
	});

	test("strangers fill no memory: those who asked last stay counted", () => {
		const limits = open({ callersCounted: 10 });
		expect(ask(limits, "login", 31, "1.1.1.1")).toEqual([30, 2]);
		for (let n = 0; n < 9; n++) ask(limits, "login", 1, `10.0.0.${n}`);
		expect(ask(limits, "login", 1, "1.1.1.1")).toEqual([0, 2]);
		for (let n = 0; n < 50; n++) ask(limits, "login", 1, `10.0.1.${n}`);
		expect(ask(limits, "login", 1, "1.1.1.1")).toEqual([1, undefined]);
	});
});

describe("requests", () => {
	let rig: Rig;
	let clock: HandClock;
	beforeEach(async () => {
		clock = handClock();
		rig = await openRig({ SCAN_ASKS_PER_MINUTE: "6" }, { clock });
		signIn(rig.app.context.db, "editor", clock.now());
		signIn(rig.app.context.db, "viewer", clock.now());
		for (let n = 1; n <= 9; n++)
			await rig.post("/subnets", { cidr: `10.0.${n}.0/24`, sweep_interval_s: "60" });
	});
	afterEach(() => rig.close());

	/** Statuses of the answers, and what the last one told to wait. */
	async function each(times: number, ask: (n: number) => ReturnType<Rig["post"]>) {
		const answers = [];
		for (let n = 1; n <= times; n++) answers.push(await ask(n));
		const last = answers.at(-1);
		return { statuses: answers.map(({ status }) => status), last, wait: last?.headers.get("retry-after") };
	}

	test("sweeps by hand: the fourth is put off and nothing is queued for it; a viewer is refused, not counted", async () => {
		const runs = () => rig.app.context.db.query("SELECT count(*) AS n FROM sweep_run").get();
		const refused = await each(5, (n) => rig.post(`/subnets/${n}/sweep`, {}, signedAs("viewer")));
		expect(refused.statuses).toEqual([403, 403, 403, 403, 403]);
		const own = await each(4, (n) => rig.post(`/subnets/${n}/sweep`));
		expect([own.statuses, own.wait]).toEqual([[303, 303, 303, 429], "60"]);
		expect(own.last?.text).toContain("Wait 60 s");
		expect(runs()).toEqual({ n: 3 });
		const other = await each(4, (n) => rig.post(`/subnets/${n + 4}/sweep`, {}, signedAs("editor")));
		expect([other.statuses, other.wait]).toEqual([[303, 303, 303, 429], "60"]);
		expect(runs()).toEqual({ n: 6 });
		await clock.advance(60_000);
		expect((await rig.post("/subnets/4/sweep")).status).toBe(303);
	});

	test("one that runs already is answered again: one sweep of a subnet at a time", async () => {
		const again = await each(3, () => rig.send("POST", "/api/v1/subnets/1/sweep"));
		expect(again.statuses).toEqual([202, 202, 202]);
		const ids = new Set([again.last?.text].map((text) => (JSON.parse(text ?? "{}") as { id: number }).id));
		expect([...ids]).toEqual([1]);
		expect(rig.app.context.db.query("SELECT count(*) AS n FROM sweep_run").get()).toEqual({ n: 1 });
	});

	test("scans count with sweeps, on pages and in the API alike", async () => {
		await rig.post("/subnets/1/reserve", { address: "10.0.1.9", count: "1" });
		const ways = ["/subnets/1/sweep", "/api/v1/subnets/2/sweep", "/hosts/1/scan", "/api/v1/hosts/1/scan"];
		const { statuses, last } = await each(4, (n) => rig.post(ways[n - 1] ?? "", {}, { "content-type": "" }));
		expect(statuses[3]).toBe(429);
		expect(last?.headers.get("content-type")).toStartWith("application/problem+json");
	});

	test("imports: six, then a wait; the seventh is not even read", async () => {
		const csv = { "content-type": "text/csv" };
		const bring = () =>
			rig.fetch("/api/v1/imports?dry_run=true", { method: "POST", headers: csv, body: "ip\n10.0.1.5\n" });
		const answers = [];
		for (let n = 0; n < 7; n++) answers.push(await bring());
		expect(answers.map(({ status }) => status)).toEqual([...Array<number>(6).fill(201), 429]);
		expect(answers[6]?.headers.get("retry-after")).toBe("10");
		expect(rig.app.context.db.query("SELECT count(*) AS n FROM import_batch").get()).toEqual({ n: 6 });
		const page = await rig.post("/imports/phpipam", { url: "http://192.0.2.1/", token: "x" });
		expect([page.status, page.headers.get("retry-after")]).toEqual([429, "10"]);
	});

	test("tests of a webhook: six, then a wait", async () => {
		await rig.post("/settings/webhooks", { url: "http://192.0.2.9/hook", name: "chat", enabled: "on" });
		const { statuses, wait } = await each(7, () => rig.post("/settings/webhooks/1/test"));
		expect([statuses, wait]).toEqual([[...Array<number>(6).fill(303), 429], "10"]);
		expect((await rig.send("POST", "/api/v1/webhooks/1/test")).status).toBe(429);
	});

	test("a token: sixty, then a problem with the seconds to wait; another token goes on", async () => {
		const keyOf = (name: string) => createToken(rig.app.context, { name, scope: "read", days: 1 }).key;
		const [one, two] = [keyOf("one"), keyOf("two")];
		const ask = (key: string) => rig.get("/api/v1/subnets/1", { cookie: "", authorization: `Bearer ${key}` });
		const { statuses, last, wait } = await each(61, () => ask(one));
		expect(statuses.filter((status) => status === 200)).toHaveLength(60);
		expect([statuses[60], wait]).toEqual([429, "1"]);
		expect(JSON.parse(last?.text ?? "")).toMatchObject({ code: "limited", status: 429 });
		expect((await ask(two)).status).toBe(200);
		await clock.advance(1_000);
		expect((await ask(one)).status).toBe(200);
	});

	test.each([
		["pages of a session", "/live", () => ({})],
		["a token", "/api/v1/stream", (key: string) => ({ cookie: "", authorization: `Bearer ${key}` })],
	] as const)("streams of %s: one too many ends the oldest, not the others", async (_, path, headersOf) => {
		const { key } = createToken(rig.app.context, { name: "wall", scope: "read", days: 1 });
		const open = () => rig.fetch(path, { headers: headersOf(key) });
		const other = await rig.fetch(path, { headers: signedAs("viewer") });
		const streams = [];
		for (let n = 0; n <= BOUNDS.streamsEach; n++) streams.push(await open());
		expect(streams.map(({ status }) => status)).toEqual(Array(BOUNDS.streamsEach + 1).fill(200));
		/** What it has been sent, and whether it has ended. */
		const state = async (stream: Response) => {
			const reader = stream.body?.getReader();
			for (let reads = 0; reads < 9; reads++) {
				const part = await Promise.race([reader?.read(), clock.sleep(1).then(() => "open" as const)]);
				if (part === "open") return "open";
				if (part?.done) return "ended";
			}
			return "open";
		};
		const states = Promise.all([other, ...streams].map(state));
		await clock.advance(20);
		const [theirs, ...own] = await states;
		expect(theirs).toBe("open");
		expect(own).toEqual(["ended", ...Array<"open">(BOUNDS.streamsEach).fill("open")]);
	});

	test("sign-ins: who is known at an address is not held up by a crowd of tries from there", async () => {
		const signIn = (name: string) => rig.post("/login", { name, password: PASSWORD }, { cookie: "" });
		expect((await signIn("editor")).status).toBe(303);
		await each(40, (n) => rig.post("/login", { name: `name${n}`, password: "" }, { cookie: "" }));
		expect((await signIn("admin")).status).toBe(429);
		expect((await signIn(" EDITOR")).status).toBe(303);
	});

	test("sign-ins from one address: thirty, then a wait that the page tells; right ones count too", async () => {
		const fields = { name: "nobody", password: "" };
		const { statuses, last, wait } = await each(31, () => rig.post("/login", fields, { cookie: "" }));
		// After five wrong ones the password check itself holds back.
		expect(new Set(statuses)).toEqual(new Set([401, 429]));
		expect(wait).toBe("2");
		expect(last?.text).toContain("Too many sign-ins from your address. Wait 2 s");
	});
});
