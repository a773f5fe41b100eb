/** Webhooks by JSON: the same verbs as the pages, the secret once. */

import { Type as t } from "@sinclair/typebox";
import { Elysia } from "elysia";
import {
	createWebhook,
	deleteWebhook,
	demandWebhook,
	editWebhook,
	sendAgain,
	testWebhook,
} from "../../ipam/webhooks.ts";
import type { Delivery, Webhook } from "../../model/webhook.ts";
import { listDeliveries } from "../../store/deliveries.ts";
import { listWebhooks } from "../../store/webhooks.ts";
import type { Desk } from "../desk.ts";
import { readId, readLimit } from "../query.ts";
import { respondJson } from "../respond.ts";
import { time } from "./shapes.ts";
import { readVersion } from "./subnets.ts";

const PAGE = { rows: 100, max: 500 };
const HOME = "/webhooks";

const fields = {
	name: t.Optional(t.String({ maxLength: 1_000 })),
	topics: t.Optional(t.Array(t.String({ maxLength: 64 }), { maxItems: 32 })),
	subnet_id: t.Optional(t.Union([t.Integer({ minimum: 1 }), t.Null()])),
	tag: t.Optional(t.String({ maxLength: 400 })),
	enabled: t.Optional(t.Boolean()),
};
const newWebhook = t.Object({ url: t.String(), ...fields }, { additionalProperties: false });
const webhookPatch = t.Object(
	{ url: t.Optional(t.String()), ...fields, version: t.Optional(t.Integer()) },
	{ additionalProperties: false },
);

export function webhookApi(desk: Desk) {
	const { context } = desk;
	const rules = () => desk.surroundings.targetRules();
	return new Elysia({ prefix: "/api/v1", normalize: false })
		.get(HOME, ({ request }) => {
			return respondJson(request, { items: listWebhooks(context.db).map(webhookJson), next_cursor: null });
		})
		.post(
			HOME,
			({ request, body }) => {
				const { subnet_id: subnet, ...rest } = body;
				const input = {
					name: "",
					topics: [],
					tag: "",
					enabled: true,
					...rest,
					subnetId: subnet ?? undefined,
				};
				const { webhook, secret } = createWebhook(desk.by(request), input, rules());
				const location = `/api/v1/webhooks/${webhook.id}`;
				return respondJson(request, { ...webhookJson(webhook), secret }, 201, { location });
			},
			{ body: newWebhook },
		)
		.get(`${HOME}/:id`, ({ request, params }) => {
			const webhook = demandWebhook(context, readId(params.id));
			return respondJson(request, webhookJson(webhook), 200, { etag: `"${webhook.version}"` });
		})
		.patch(
			`${HOME}/:id`,
			({ request, params, body }) => {
				const now = demandWebhook(context, readId(params.id));
				const { subnet_id: subnet, version, ...rest } = body;
				const input = {
					...now,
					...rest,
					subnetId: subnet === undefined ? now.subnetId : (subnet ?? undefined),
				};
				const at = readVersion(request, version) ?? now.version;
				return respondJson(request, webhookJson(editWebhook(desk.by(request), now.id, at, input, rules())));
			},
			{ body: webhookPatch },
		)
		.delete(`${HOME}/:id`, ({ request, params }) =>
			respondJson(request, { deleted: deleteWebhook(desk.by(request), readId(params.id)).id }),
		);
}

/** Messages of a webhook: asking for a test, what became of each, sending one again. */
export function deliveryApi(desk: Desk) {
	const { context } = desk;
	return new Elysia({ prefix: "/api/v1" })
		.post(`${HOME}/:id/test`, ({ request, params }) => {
			const id = readId(params.id);
			testWebhook(desk.by(request), id);
			const [queued] = listDeliveries(context.db, id, { limit: 1 });
			return respondJson(request, queued === undefined ? {} : deliveryJson(queued), 202);
		})
		.get(`${HOME}/:id/deliveries`, ({ request, params }) => {
			const webhook = demandWebhook(context, readId(params.id));
			const query = new URL(request.url).searchParams;
			const limit = readLimit(query, PAGE);
			const cursor = query.get("cursor");
			const before = cursor === null ? undefined : readId(cursor);
			const found = listDeliveries(context.db, webhook.id, { before, limit: limit + 1 });
			const items = found.slice(0, limit).map(deliveryJson);
			const next = found.length > limit ? String(items.at(-1)?.id) : null;
			return respondJson(request, { items, next_cursor: next });
		})
		.post(`${HOME}/:id/deliveries/:delivery/again`, ({ request, params }) => {
			sendAgain(desk.by(request), readId(params.id), readId(params.delivery));
			return respondJson(request, { queued: true }, 202);
		});
}

/** Never the secret. */
function webhookJson(webhook: Webhook) {
	return {
		id: webhook.id,
		name: webhook.name,
		url: webhook.url,
		topics: webhook.topics,
		subnet_id: webhook.subnetId ?? null,
		tag: webhook.tag,
		enabled: webhook.enabled,
		problem: webhook.problem ?? null,
		created_at: time(webhook.createdAt),
		version: webhook.version,
	};
}

function deliveryJson(delivery: Delivery) {
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
