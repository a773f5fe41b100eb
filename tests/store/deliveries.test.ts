/** Which webhook hears of which event, and that the message is as true as the event: same transaction, same fate. */

import { beforeEach, describe, expect, test } from "bun:test";
import { EVENT_KINDS, type EventKind } from "../../src/model/event.ts";
import { TOPICS, topicOf } from "../../src/model/webhook.ts";
import { transact } from "../../src/store/database.ts";
import { boundQueues, pruneDeliveries } from "../../src/store/deliveries.ts";
import { insertEvent } from "../../src/store/events.ts";
import { deleteHost } from "../../src/store/hosts.ts";
import { deleteSubnet } from "../../src/store/subnets.ts";
import { findWebhook } from "../../src/store/webhooks.ts";
import { type HookStage, hookStage } from "../helpers/hooks.ts";

let stage: HookStage;
let office: number;
let rack: number;
let other: number;
let nas: number;
let lamp: number;
beforeEach(() => {
	stage = hookStage();
	office = stage.subnet("10.0.0.0/16");
	rack = stage.subnet("10.0.1.0/24");
	other = stage.subnet("192.168.0.0/24");
	nas = stage.host("10.0.1.9", rack, "storage", "backup");
	lamp = stage.host("192.168.0.9", other);
});

const topics = (id: number) => stage.deliveries(id).map((delivery) => delivery.topic);

describe("who hears of what", () => {
	test.each<[EventKind, string | undefined]>([
		["host_up", "up"],
		["subnet_up", "up"],
		["host_down", "down"],
		["subnet_down", "down"],
		["host_flapping", "flapping"],
		["host_new", "new_host"],
		["hosts_found", "new_host"],
		["sweep_failed", "sweep_failing"],
		["sweep_recovered", "sweep_failing"],
		["own_network_down", "sweep_failing"],
		["host_edited", undefined],
		["host_deleted", undefined],
		["subnet_added", undefined],
	])("%s is told as %s", (kind, topic) => {
		const hook = stage.hook("http://10.0.0.1/");
		stage.happen(kind, { subnetId: rack, hostId: nas });
		expect(topics(hook)).toEqual(topic === undefined ? [] : [topic]);
	});

	test("every kind of event is told at most once, and every topic that is offered has its kinds", () => {
		const told = Object.values(TOPICS).flat();
		expect(new Set(told).size).toBe(told.length);
		expect(EVENT_KINDS.filter((kind) => topicOf(kind) !== undefined).length).toBeGreaterThanOrEqual(11);
	});

	test.each<[string, Record<string, unknown>, string[]]>([
		["no filter", {}, ["down", "up", "down", "new_host"]],
		["two topics", { topics: ["up", "new_host"] }, ["up", "new_host"]],
		["a topic that does not happen", { topics: ["flapping"] }, []],
		["a subnet with those inside it", { subnetId: 1 }, ["down", "up"]],
		["the inner subnet alone", { subnetId: 2 }, ["down", "up"]],
		["the other subnet", { subnetId: 3 }, ["down", "new_host"]],
		["a tag, of a host or within a subnet that went down", { tag: "storage" }, ["down", "up"]],
		["a tag nobody has", { tag: "stor" }, []],
		["tag and topic", { tag: "backup", topics: ["up"] }, ["up"]],
		["switched off", { enabled: false }, []],
	])("%s", (_, values, expected) => {
		const hook = stage.hook("http://10.0.0.1/", values);
		stage.happen("subnet_down", { subnetId: rack });
		stage.happen("host_up", { subnetId: rack, hostId: nas });
		stage.happen("host_down", { subnetId: other, hostId: lamp });
		stage.happen("hosts_found", { subnetId: other });
		stage.happen("host_edited", { subnetId: rack, hostId: nas });
		expect(topics(hook)).toEqual(expected);
	});

	test("an event that was taken back was never told", () => {
		const hook = stage.hook("http://10.0.0.1/");
		const fails = () =>
			transact(stage.db, () => {
				const event = {
					at: 1,
					kind: "host_down" as const,
					subnetId: rack,
					hostId: nas,
					ip: "",
					label: "",
					detail: {},
				};
				insertEvent(stage.db, event);
				throw new Error("no");
			});
		expect(fails).toThrow("no");
		expect(topics(hook)).toEqual([]);
	});
});

describe("the message", () => {
	test("says what happened, where and to whom, and stays so when the host is gone", () => {
		const hook = stage.hook("http://10.0.0.1/");
		stage.happen("host_down", { subnetId: rack, hostId: nas, label: 'nas "quoted" \u202e </script>' });
		deleteHost(stage.db, nas);
		const [delivery] = stage.deliveries(hook);
		const row = stage.db.query("SELECT body FROM webhook_delivery").get() as { body: string };
		expect(JSON.parse(row.body)).toEqual({
			type: "down",
			event: "host_down",
			event_id: 1,
			at: new Date(stage.clock.now()).toISOString(),
			label: 'nas "quoted" \u202e </script>',
			subnet: { id: rack, cidr: "10.0.1.0/24", name: "" },
			host: { id: nas, ip: "10.0.1.9", hostname: "", tags: ["storage", "backup"], status: "unknown" },
			detail: {},
		});
		expect(delivery?.uid).toMatch(/^msg_[0-9a-f]{32}$/);
	});

	test("two webhooks have a message each, with an id of its own", () => {
		const [a, b] = [stage.hook("http://10.0.0.1/"), stage.hook("http://10.0.0.2/")];
		stage.happen("host_up", { subnetId: rack, hostId: nas });
		expect(stage.deliveries(a)[0]?.uid).not.toBe(stage.deliveries(b)[0]?.uid ?? "");
	});
});

describe("bounds", () => {
	test("a full queue keeps the newest state of each host, and tells of the rest", () => {
		const hook = stage.hook("http://10.0.0.1/");
		for (let n = 0; n < 6; n++) {
			stage.happen(n % 2 === 0 ? "host_down" : "host_up", { subnetId: rack, hostId: nas });
		}
		stage.happen("host_down", { subnetId: other, hostId: lamp });
		stage.happen("sweep_failed", { subnetId: other });
		expect(boundQueues(stage.db, 8)).toBe(0);
		expect(boundQueues(stage.db, 7)).toBe(5);
		const waiting = stage.deliveries(hook).filter((delivery) => delivery.state === "waiting");
		expect(waiting.map(({ topic }) => topic)).toEqual(["up", "down", "sweep_failing"]);
		const dropped = stage.deliveries(hook).filter((delivery) => delivery.state === "dropped");
		expect(dropped[0]?.problem).toContain("newer message");
	});

	test("still too full, the oldest go", () => {
		const hook = stage.hook("http://10.0.0.1/");
		for (let n = 0; n < 20; n++) stage.happen("sweep_failed", { subnetId: other, label: String(n) });
		expect(boundQueues(stage.db, 5)).toBe(15);
		const waiting = stage.deliveries(hook).filter((delivery) => delivery.state === "waiting");
		expect(waiting.map(({ label }) => label)).toEqual(["15", "16", "17", "18", "19"]);
	});

	test("old deliveries are pruned", async () => {
		const hook = stage.hook("http://10.0.0.1/");
		stage.happen("sweep_failed");
		await stage.clock.advance(1_000);
		stage.happen("sweep_recovered");
		expect(pruneDeliveries(stage.db, stage.clock.now(), 10)).toBe(1);
		expect(stage.deliveries(hook)).toHaveLength(1);
	});
});

test("a webhook whose subnet is deleted is switched off: it must not tell of everything instead", () => {
	const hook = stage.hook("http://10.0.0.1/", { subnetId: office });
	const free = stage.hook("http://10.0.0.2/");
	deleteSubnet(stage.db, office, undefined);
	expect(findWebhook(stage.db, hook)).toMatchObject({ enabled: false, subnetId: undefined });
	expect(findWebhook(stage.db, hook)?.problem).toContain("subnet");
	expect(findWebhook(stage.db, free)).toMatchObject({ enabled: true, problem: undefined });
});
