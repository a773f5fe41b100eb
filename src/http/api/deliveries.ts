/** Messages to webhooks by JSON: asking for a test, what became of each, sending one again. */

import { type Static, Type as t } from "@sinclair/typebox";
import { demandWebhook, sendAgain, testWebhook } from "../../ipam/webhooks.ts";
import type { Delivery } from "../../model/webhook.ts";
import { listDeliveries } from "../../store/deliveries.ts";
import type { Desk } from "../desk.ts";
import { moment, nullable, type Operation, operation, pageOf, shape } from "./operation.ts";
import { CURSOR, LIMIT, PAGE, readCursor, writeCursor } from "./parameters.ts";
import { time } from "./shapes.ts";
import { NO_SUCH_WEBHOOK } from "./webhooks.ts";

const DELIVERY = shape(
	{
		id: t.Integer({ minimum: 1 }),
		webhook_message_id: t.String({ description: "Sent as webhook-id, the same at every attempt." }),
		topic: t.String({ description: "A topic, or test." }),
		label: t.String(),
		state: t.String({ enum: ["waiting", "delivered", "dead", "dropped"] }),
		attempts: t.Integer({ minimum: 0 }),
		created_at: moment("When it was queued."),
		next_at: nullable(moment("When it is tried next; null: never again.")),
		last_at: nullable(moment("When it was tried last.")),
		status: nullable(t.Integer({ description: "HTTP status of the last answer." })),
		answer_ms: nullable(t.Integer({ minimum: 0 })),
		problem: nullable(t.String()),
	},
	{ $id: "Delivery", description: "One message to a webhook." },
);
const DELIVERY_EXAMPLE: Static<typeof DELIVERY> = {
	id: 301,
	webhook_message_id: "msg_2Yh0Zk8uK3",
	topic: "down",
	label: "nas.lan",
	state: "delivered",
	attempts: 1,
	created_at: "2026-11-23T14:30:00.000Z",
	next_at: null,
	last_at: "2026-11-23T14:30:01.000Z",
	status: 204,
	answer_ms: 48,
	problem: null,
};

export function deliveryOperations(desk: Desk): Operation[] {
	return [testOperation(desk), listOperation(desk), againOperation(desk)];
}

const OFF = "The webhook is switched off.";

function testOperation(desk: Desk): Operation {
	const { context } = desk;
	return operation({
		tag: "Webhooks",
		method: "POST",
		path: "/webhooks/{id}/test",
		id: "testWebhook",
		summary: "Send a message that says only that messages arrive",
		answers: { 202: { says: "The message, queued.", schema: DELIVERY, example: DELIVERY_EXAMPLE } },
		refuses: { 404: NO_SUCH_WEBHOOK, 409: OFF },
		handle({ request, id }) {
			testWebhook(desk.by(request), id);
			const [queued] = listDeliveries(context.db, id, { limit: 1 });
			if (queued === undefined) throw new Error("a message that was queued is not there");
			return { status: 202, body: deliveryJson(queued) };
		},
	});
}

function listOperation(desk: Desk): Operation {
	const { context } = desk;
	return operation({
		tag: "Webhooks",
		method: "GET",
		path: "/webhooks/{id}/deliveries",
		id: "listDeliveries",
		summary: "What became of the messages, newest first",
		query: { limit: LIMIT, cursor: CURSOR },
		answers: {
			200: {
				says: "A page of messages.",
				schema: pageOf(DELIVERY),
				example: { items: [DELIVERY_EXAMPLE], next_cursor: null },
			},
		},
		refuses: { 404: NO_SUCH_WEBHOOK },
		handle({ id, query }) {
			demandWebhook(context, id);
			const limit = query.limit ?? PAGE.rows;
			const before = query.cursor === undefined ? undefined : readCursor(query.cursor, ["number"])[0];
			const found = listDeliveries(context.db, id, { before, limit: limit + 1 });
			const items = found.slice(0, limit);
			const last = items.at(-1);
			const next = found.length > limit && last !== undefined ? writeCursor([last.id]) : null;
			return { status: 200, body: { items: items.map(deliveryJson), next_cursor: next } };
		},
	});
}

function againOperation(desk: Desk): Operation {
	return operation({
		tag: "Webhooks",
		method: "POST",
		path: "/webhooks/{id}/deliveries/{delivery}/again",
		id: "sendAgain",
		summary: "Send a message again, under the same id",
		answers: {
			202: {
				says: "It is queued.",
				schema: shape({ queued: t.Boolean() }, { $id: "Queued" }),
				example: { queued: true },
			},
		},
		refuses: { 404: "There is no such webhook or message. Old ones are removed.", 409: OFF },
		handle({ request, ids: [webhook = 0, delivery = 0] }) {
			sendAgain(desk.by(request), webhook, delivery);
			return { status: 202, body: { queued: true } };
		},
	});
}

function deliveryJson(delivery: Delivery): Static<typeof DELIVERY> {
	return {
		id: delivery.id,
		webhook_message_id: delivery.uid,
		topic: delivery.topic,
		label: delivery.label,
		state: delivery.state,
		attempts: delivery.attempts,
		created_at: time(delivery.createdAt),
		next_at: time(delivery.nextAt),
		last_at: time(delivery.lastAt),
		status: delivery.status ?? null,
		answer_ms: delivery.answerMs ?? null,
		problem: delivery.problem ?? null,
	};
}
