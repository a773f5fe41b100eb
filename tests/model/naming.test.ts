/** Which name a host goes by, and which answers are believed. */

import { describe, expect, test } from "bun:test";
import { hearPtr, hearSnmp, type Names, settle } from "../../src/model/naming.ts";

const NONE: Names = {
	hostname: "",
	hostnameSource: undefined,
	ptrName: "",
	ptrHeard: undefined,
	snmpName: "",
};
const named = (more: Partial<Names>): Names => ({ ...NONE, ...more });

/** Answers one after the other; "" for: surely none. */
function hear(names: Names, ...answers: string[]) {
	const told: string[] = [];
	let state = names;
	for (const answer of answers) {
		const { after, news } = hearPtr(state, answer);
		state = after;
		if (news) told.push(`${news.old}>${news.new}`);
	}
	return { state, told };
}

describe("answers of the name service", () => {
	test("the first name is believed at once and is no news", () => {
		const { state, told } = hear(NONE, "nas");
		expect(state).toMatchObject({ ptrName: "nas", hostname: "nas", hostnameSource: "ptr" });
		expect(told).toEqual([]);
	});

	const stories: [string, string[], string, string[]][] = [
		["another name once", ["nas", "web"], "nas", []],
		["another name twice", ["nas", "web", "web"], "web", ["nas>web"]],
		["back before the second time", ["nas", "web", "nas", "web", "nas"], "nas", []],
		["a different one every time", ["nas", "a", "b", "c", "d"], "nas", []],
		["none once", ["nas", ""], "nas", []],
		["none twice", ["nas", "", ""], "", ["nas>"]],
		["none, and again", ["", "", "nas"], "nas", []],
	];
	test.each(stories)("%s", (_, answers, hostname, news) => {
		const { state, told } = hear(NONE, ...answers);
		expect(state.hostname).toBe(hostname);
		expect(told).toEqual(news);
	});

	test("doubt is told, so that it is soon resolved", () => {
		const nas = hear(NONE, "nas").state;
		expect(hearPtr(nas, "web").doubt).toBe(true);
		expect(hearPtr(hear(nas, "web").state, "web").doubt).toBe(false);
		expect(hearPtr(nas, "nas").doubt).toBe(false);
	});
});

describe("the name in use", () => {
	test.each(["typed", "import"] as const)("one that is %s is never overwritten", (hostnameSource) => {
		const own = named({ hostname: "mine", hostnameSource });
		expect(hear(own, "nas", "web", "web").state).toMatchObject({ hostname: "mine", ptrName: "web" });
		expect(hearSnmp(own, "router").after).toMatchObject({ hostname: "mine", snmpName: "router" });
	});

	test("SNMP is the way out where there is no PTR name", () => {
		const { after, news } = hearSnmp(NONE, "router");
		expect(after).toMatchObject({ hostname: "router", hostnameSource: "snmp" });
		expect(news).toBeUndefined();
		const ptr = named({ ptrName: "nas", hostname: "nas", hostnameSource: "ptr" });
		expect(hearSnmp(ptr, "router").after).toMatchObject({ hostname: "nas", snmpName: "router" });
		expect(hear({ ...ptr, snmpName: "router" }, "", "").state).toMatchObject({
			hostname: "router",
			hostnameSource: "snmp",
		});
	});

	test("a SNMP name in use stays when a PTR name comes, and follows its source", () => {
		const snmp = hearSnmp(NONE, "router").after;
		const both = hear(snmp, "nas").state;
		expect(both).toMatchObject({ hostname: "router", hostnameSource: "snmp", ptrName: "nas" });
		expect(hearSnmp(both, "router2")).toMatchObject({
			after: { hostname: "router2" },
			news: { source: "snmp", old: "router", new: "router2" },
		});
	});

	test("a name taken away gives way to the one found out", () => {
		expect(settle(named({ ptrName: "nas", snmpName: "router" }))).toMatchObject({ hostname: "nas" });
		expect(settle(NONE)).toEqual(NONE);
	});
});
