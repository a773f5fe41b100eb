/** The look-up of names: whose turn it is, how fast, what is kept and told; with a name service of the mind. */

import { describe, expect, test } from "bun:test";
import { BOUNDS } from "../../src/config.ts";
import type { News } from "../../src/events/bus.ts";
import { silentLog } from "../../src/log.ts";
import { formatAddress } from "../../src/net/address.ts";
import type { LookUp } from "../../src/probes/ptr.ts";
import { listEvents } from "../../src/store/events.ts";
import { findHostByAddress, updateHost } from "../../src/store/hosts.ts";
import { readSetting } from "../../src/store/settings.ts";
import { openNames } from "../../src/sweeps/names.ts";
import { address } from "../helpers/network.ts";
import { stage } from "../helpers/sweeping.ts";

const HOUR = 3_600_000;
const name = (text: string, ttlS = 7_200): LookUp => ({ kind: "name", name: text, ttlS });

/** Hosts that are up, and a station that asks `answers` about them. */
async function office(
	answers: Record<string, LookUp | "silent">,
	options: { snmp?: Record<string, string>; random?: () => number; ptrMs?: number } = {},
) {
	const s = stage(...Object.keys(answers));
	const subnet = s.subnet("10.0.0.0/22");
	await s.tick();
	const asked: string[] = [];
	const news: News[] = [];
	const open = () =>
		openNames({
			db: s.db,
			clock: s.clock,
			random: options.random ?? (() => 0.5),
			log: silentLog,
			timing: BOUNDS,
			lookupsPerSecond: 10,
			publish: (item) => news.push(item),
			async ptr(target, signal) {
				const ip = formatAddress(target);
				asked.push(ip);
				const answer = answers[ip] ?? { kind: "none", ttlS: 0 };
				if (options.ptrMs !== undefined) await s.clock.sleep(options.ptrMs, signal);
				if (answer !== "silent") return answer;
				await s.clock.sleep(4_000, signal);
				return { kind: "failed", reason: "silence", silent: true };
			},
			snmp: options.snmp && (async (target) => options.snmp?.[formatAddress(target)]),
		});
	const station = open();
	const run = async (seconds: number) => {
		for (let i = 0; i < seconds; i++) {
			station.tick();
			await s.clock.advance(1_000);
		}
	};
	/** Lets time pass without a tick in between, then looks. */
	const later = async (ms: number) => {
		await s.clock.advance(ms);
		await run(1);
	};
	return { ...s, s, subnet, asked, news, station, open, run, later, host: s.host, answers };
}

describe("the turn", () => {
	test("every host that is up, once; again when the answer is too old", async () => {
		const o = await office({ "10.0.0.1": name("nas"), "10.0.0.2": name("web", 10) });
		await o.run(5);
		expect(o.asked.toSorted()).toEqual(["10.0.0.1", "10.0.0.2"]);
		expect(o.host("10.0.0.1")).toMatchObject({ hostname: "nas", hostnameSource: "ptr", ptrName: "nas" });
		// Ten seconds are kept for an hour at least, two hours as they are.
		await o.later(HOUR + 1_000);
		expect(o.asked.slice(2)).toEqual(["10.0.0.2"]);
		await o.later(HOUR);
		expect(o.asked.filter((ip) => ip === "10.0.0.1")).toHaveLength(2);
	});

	test("a long answer and a negative one are kept for a day at most, an hour at least", async () => {
		const o = await office({ "10.0.0.1": name("nas", 86_400 * 30), "10.0.0.2": { kind: "none", ttlS: 5 } });
		await o.run(2);
		await o.later(HOUR - 10_000);
		expect(o.asked).toHaveLength(2);
		await o.later(20_000);
		expect(o.asked.slice(2)).toEqual(["10.0.0.2"]);
		await o.later(24 * HOUR);
		expect(o.asked.filter((ip) => ip === "10.0.0.1")).toHaveLength(2);
	});

	test.each([0, 0.999_999])(
		"spread by chance (%d), but never below the hour or beyond the day",
		async (dice) => {
			const o = await office(
				{
					"10.0.0.1": name("nas", 86_400 * 30),
					"10.0.0.2": { kind: "none", ttlS: 5 },
					"10.0.0.3": name("web", 7_200),
				},
				{ random: () => dice },
			);
			await o.run(2);
			const waits = o.s.db
				.query<{ wait: number }, [number]>("SELECT next_name_at - ? AS wait FROM host ORDER BY ip_key")
				.values(o.s.clock.now())
				.flat();
			const [day = 0, hour = 0, two = 0] = waits as number[];
			expect(day).toBeWithin(21 * HOUR, 24 * HOUR);
			expect(hour).toBeWithin(HOUR - 5_000, 1.2 * HOUR);
			expect(two / HOUR).toBeCloseTo(dice === 0 ? 1.8 : 2.2, 2);
		},
	);

	test("a clock that is set back by months holds nobody up", async () => {
		const o = await office({ "10.0.0.1": name("nas") });
		await o.run(1);
		o.s.clock.setWall(o.s.clock.now() - 90 * 24 * HOUR);
		await o.run(1);
		expect(o.asked).toHaveLength(2);
	});

	test("at most ten a second; silence holds at most fifty places", async () => {
		const many = Object.fromEntries(
			Array.from({ length: 90 }, (_, i) => [`10.0.1.${i + 1}`, "silent" as const]),
		);
		const o = await office(many);
		await o.run(1);
		expect(o.asked).toHaveLength(10);
		await o.run(2);
		expect(o.asked).toHaveLength(30);
		for (let i = 0; i < 8; i++) o.station.tick();
		expect(o.asked).toHaveLength(50);
	});

	test("hosts that are down are not asked", async () => {
		const o = await office({ "10.0.0.1": name("nas") });
		o.s.db.run("UPDATE host SET status = 'down', status_order = 1");
		await o.run(3);
		expect(o.asked).toEqual([]);
	});

	test("a server that cannot say is asked again after ten minutes; what was known stays", async () => {
		const o = await office({ "10.0.0.1": name("nas") });
		await o.run(1);
		o.answers["10.0.0.1"] = { kind: "failed", reason: "SERVFAIL", silent: false };
		await o.later(2 * HOUR);
		expect(o.host("10.0.0.1")).toMatchObject({ hostname: "nas", ptrName: "nas" });
		expect(o.asked).toHaveLength(2);
		await o.later(600_000);
		expect(o.asked).toHaveLength(3);
	});

	test("silence of every server is noted for the doctor, with since when; the first answer ends it", async () => {
		const silent = Object.fromEntries(
			Array.from({ length: 6 }, (_, i) => [`10.0.0.${i + 1}`, "silent" as const]),
		);
		const o = await office(silent);
		const fails = () => readSetting(o.s.db, "names_fail");
		o.answers["127.0.0.1"] = "silent";
		await o.run(4);
		expect(fails()).toBeUndefined();
		await o.run(8);
		expect(JSON.parse(fails() ?? "{}")).toEqual({ since: expect.any(Number), reason: "silence" });
		await o.run(50);
		expect(o.asked.filter((ip) => ip === "127.0.0.1")).toHaveLength(1);
		// Another process finds it noted, asks within a minute, and takes it back.
		await o.station.close();
		const again = o.open();
		o.answers["127.0.0.1"] = { kind: "none", ttlS: 0 };
		again.tick();
		await o.s.clock.advance(1_000);
		expect(fails()).toBeUndefined();
	});

	test("one host about which it keeps silent is no fault of the name server", async () => {
		const o = await office({ "10.0.0.1": "silent", "10.0.0.2": name("nas") });
		for (let i = 0; i < 12; i++) {
			await o.later(700_000);
			await o.s.clock.advance(5_000);
		}
		expect(o.asked.filter((ip) => ip === "10.0.0.1").length).toBeGreaterThan(10);
		expect(o.asked).toContain("127.0.0.1");
		expect(readSetting(o.s.db, "names_fail")).toBeUndefined();
	});

	test("a look-up cut off by the end of the process comes again", async () => {
		const o = await office({ "10.0.0.1": "silent" });
		await o.run(1);
		await o.station.close();
		o.answers["10.0.0.1"] = name("nas");
		const next = o.open();
		next.tick();
		expect(o.asked).toHaveLength(1);
		await o.s.clock.advance(BOUNDS.nameLeaseMs);
		next.tick();
		await o.s.clock.advance(0);
		expect(o.host("10.0.0.1")?.hostname).toBe("nas");
	});
});

describe("what is believed and told", () => {
	const kinds = (o: Awaited<ReturnType<typeof office>>) =>
		listEvents(o.s.db, { limit: 50 })
			.toReversed()
			.map(({ kind }) => kind);

	test("a change is asked again soon, believed the second time, and told once", async () => {
		const o = await office({ "10.0.0.1": name("nas") });
		await o.run(1);
		o.answers["10.0.0.1"] = name("web");
		await o.later(2 * HOUR);
		expect(o.host("10.0.0.1")?.hostname).toBe("nas");
		await o.later(BOUNDS.nameDoubtMs);
		expect(o.host("10.0.0.1")?.hostname).toBe("web");
		expect(listEvents(o.s.db, { limit: 1 })[0]).toMatchObject({
			kind: "name_changed",
			label: "web",
			detail: { source: "ptr", old: "nas", new: "web" },
		});
		expect(kinds(o)).toEqual(["hosts_found", "name_changed"]);
	});

	test("a service that never says the same twice makes no news, and is not asked all the time", async () => {
		const o = await office({ "10.0.0.1": name("nas") });
		await o.run(1);
		for (let i = 0; i < 120; i++) {
			o.answers["10.0.0.1"] = name(`liar-${i}`);
			await o.later(60_000);
		}
		expect(o.asked.length).toBeLessThan(8);
		expect(o.host("10.0.0.1")?.hostname).toBe("nas");
		expect(kinds(o)).toEqual(["hosts_found"]);
	});

	test("a name typed while it is looked up stays; the other one is kept beside it", async () => {
		const o = await office({ "10.0.0.1": "silent" });
		await o.run(1);
		const host = findHostByAddress(o.s.db, address("10.0.0.1"));
		const values = {
			hostname: "mine",
			hostnameSource: "typed",
			description: "",
			tags: [],
			notes: "",
		} as const;
		updateHost(o.s.db, host?.id ?? 0, host?.version ?? 0, values, 0);
		o.answers["10.0.0.1"] = name("nas");
		await o.later(600_000 + 4_000);
		expect(o.host("10.0.0.1")).toMatchObject({ hostname: "mine", hostnameSource: "typed", ptrName: "nas" });
	});

	test("a name that changes by itself makes open forms old: the version grows, otherwise it stays", async () => {
		const o = await office({ "10.0.0.1": name("nas") });
		const before = o.host("10.0.0.1")?.version ?? 0;
		await o.run(1);
		expect(o.host("10.0.0.1")?.version).toBe(before + 1);
		await o.later(2 * HOUR);
		expect(o.asked).toHaveLength(2);
		expect(o.host("10.0.0.1")?.version).toBe(before + 1);
		expect(o.news).toHaveLength(1);
	});

	test("an endless name is cut where a hostname has to end", async () => {
		const o = await office({ "10.0.0.1": name("\\000".repeat(250)) });
		await o.run(1);
		expect([...(o.host("10.0.0.1")?.hostname ?? "")]).toHaveLength(253);
	});
});

describe("SNMP", () => {
	test("is the way out: a quick agent does not take the place of a slow name server", async () => {
		const o = await office(
			{ "10.0.0.1": name("nas.lan"), "10.0.0.2": "silent" },
			{
				snmp: { "10.0.0.1": "SWITCH-1", "10.0.0.2": "SWITCH-2" },
				ptrMs: 50,
			},
		);
		o.s.db.run("UPDATE subnet SET snmp_enabled = 1");
		await o.run(6);
		expect(o.host("10.0.0.1")).toMatchObject({
			hostname: "nas.lan",
			hostnameSource: "ptr",
			snmpName: "SWITCH-1",
		});
		expect(o.host("10.0.0.2")).toMatchObject({ hostname: "SWITCH-2", hostnameSource: "snmp", ptrName: "" });
	});

	test("only where it is switched on: by the subnet, or by the host against it", async () => {
		const snmp = { "10.0.0.1": "router", "10.0.0.2": "switch" };
		const none: LookUp = { kind: "none", ttlS: 0 };
		const o = await office({ "10.0.0.1": none, "10.0.0.2": none }, { snmp });
		await o.run(1);
		expect(o.host("10.0.0.1")?.snmpName).toBe("");
		o.s.db.run("UPDATE subnet SET snmp_enabled = 1");
		o.s.db.run("UPDATE host SET snmp_enabled = 0 WHERE ip = '10.0.0.2'");
		await o.later(HOUR + 1_000);
		expect(o.host("10.0.0.1")).toMatchObject({ hostname: "router", hostnameSource: "snmp" });
		expect(o.host("10.0.0.2")?.snmpName).toBe("");
	});
});
