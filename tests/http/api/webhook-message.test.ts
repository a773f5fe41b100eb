/** The documented messages to webhooks are those that are made: every kind, field by field. */

import { expect, test } from "bun:test";
import Ajv2020 from "ajv/dist/2020";
import { EXAMPLES, WEBHOOK_MESSAGE, WEBHOOK_MESSAGES } from "../../../src/http/api/webhook-message.ts";
import type { EventKind } from "../../../src/model/event.ts";
import { TOPIC_NAMES, TOPICS, topicOf } from "../../../src/model/webhook.ts";
import { queueTest } from "../../../src/store/deliveries.ts";
import { insertEvent } from "../../../src/store/events.ts";
import { type HookStage, hookStage } from "../../helpers/hooks.ts";

const KINDS = Object.keys(EXAMPLES) as (keyof typeof EXAMPLES)[];

const fits = new Ajv2020({ strict: false, validateFormats: false }).compile(WEBHOOK_MESSAGE);

/** The body that the store writes, with numbers and times that differ from run to run as in the examples. */
function made(stage: HookStage): Record<string, unknown> {
	const row = stage.db.query("SELECT body FROM webhook_delivery").get() as { body: string };
	const body = JSON.parse(row.body);
	const host =
		body.host === null
			? null
			: { ...body.host, id: 5, status: topicOf(body.event) === "down" ? "down" : "up" };
	return { ...body, at: "2026-11-23T14:30:00.000Z", event_id: body.event_id === null ? null : 4_711, host };
}

const documented = (topic: string, kind: string) =>
	WEBHOOK_MESSAGES.find(({ name }) => name === topic)?.examples[kind]?.value;

test("every topic is documented, with every kind it stands for, and the test", () => {
	expect(WEBHOOK_MESSAGES.map(({ name }) => name)).toEqual([...TOPIC_NAMES, "test"]);
	for (const topic of TOPIC_NAMES) {
		const message = WEBHOOK_MESSAGES.find(({ name }) => name === topic);
		expect(Object.keys(message?.examples ?? {})).toEqual([...TOPICS[topic]]);
	}
});

test.each(KINDS)("%s is sent as it is documented", (kind) => {
	const stage = hookStage();
	const subnetId = stage.subnet("10.0.0.0/24");
	stage.db.run("UPDATE subnet SET name = 'Office LAN'");
	const hostId = stage.host("10.0.0.14", subnetId, "storage");
	stage.db.run("UPDATE host SET hostname = 'nas.lan'");
	stage.hook("http://10.0.0.1/");
	const { label, detail } = EXAMPLES[kind];
	insertEvent(stage.db, {
		...{ at: stage.clock.now(), kind: kind satisfies EventKind, subnetId, ip: undefined, detail },
		...(label === undefined ? { hostId, label: "nas.lan" } : { hostId: undefined, label }),
	});
	const body = made(stage);
	expect(body).toEqual(documented(topicOf(kind) ?? "", kind) as never);
	expect(fits(body)).toBe(true);
});

test("the test message, too", () => {
	const stage = hookStage();
	queueTest(stage.db, stage.hook("http://10.0.0.1/"), stage.clock.now());
	expect(made(stage)).toEqual(documented("test", "test") as never);
	expect(fits(made(stage))).toBe(true);
});
