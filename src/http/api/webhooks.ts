/** Webhooks by JSON: the same verbs as the pages, the secret once. */

import { type Static, Type as t } from "@sinclair/typebox";
import { createWebhook, deleteWebhook, demandWebhook, editWebhook } from "../../ipam/webhooks.ts";
import { TOPIC_NAMES, type Webhook } from "../../model/webhook.ts";
import { listWebhooks } from "../../store/webhooks.ts";
import type { Desk } from "../desk.ts";
import { moment, nullable, type Operation, operation, pageOf, shape } from "./operation.ts";
import { DELETED, time } from "./shapes.ts";
import { readVersion, tagOf, underMatch } from "./versions.ts";

export const NO_SUCH_WEBHOOK = "There is no such webhook.";
const TOPICS = t.Array(t.String({ enum: [...TOPIC_NAMES] }), { description: "Empty: all of them." });

const WEBHOOK_FIELDS = {
	id: t.Integer({ minimum: 1 }),
	name: t.String(),
	url: t.String({ format: "uri" }),
	topics: TOPICS,
	subnet_id: nullable(t.Integer({ description: "Only what happens in this subnet and those inside it." })),
	tag: t.String({ description: "Only hosts with this tag; empty: all." }),
	enabled: t.Boolean(),
	problem: nullable(t.String({ description: "Why Rollcall switched it off." })),
	created_at: moment("When it was added."),
	version: t.Integer({ minimum: 1 }),
};
const WEBHOOK = shape(WEBHOOK_FIELDS, { $id: "Webhook", description: "Whom to tell of what." });
const MADE = shape(
	{
		...WEBHOOK_FIELDS,
		secret: t.String({ description: "Signs every message (Standard Webhooks). Shown this once." }),
	},
	{ $id: "CreatedWebhook" },
);
const WEBHOOK_EXAMPLE: Static<typeof WEBHOOK> = {
	id: 1,
	name: "Chat",
	url: "https://chat.example.org/hooks/rollcall",
	topics: ["down", "up"],
	subnet_id: null,
	tag: "",
	enabled: true,
	problem: null,
	created_at: "2026-11-23T14:00:00.000Z",
	version: 1,
};

/** Topics are checked by the verb, whose words name them all. */
const INPUT = {
	name: t.Optional(t.String({ maxLength: 1_000 })),
	topics: t.Optional(t.Array(t.String({ maxLength: 64 }), { maxItems: 32 })),
	subnet_id: t.Optional(nullable(t.Integer({ minimum: 1 }))),
	tag: t.Optional(t.String({ maxLength: 400 })),
	enabled: t.Optional(t.Boolean()),
};
const NEW_WEBHOOK = shape({ url: t.String({ maxLength: 40_000 }), ...INPUT }, { $id: "NewWebhook" });
const WEBHOOK_CHANGES = shape(
	{
		url: t.Optional(t.String({ maxLength: 40_000 })),
		...INPUT,
		version: t.Optional(
			t.Integer({ description: "The version it is based on, where If-Match cannot be sent." }),
		),
	},
	{ $id: "WebhookChanges" },
);

export function webhookOperations(desk: Desk): Operation[] {
	return [...listOperations(desk), ...oneOperations(desk)];
}

function listOperations(desk: Desk): Operation[] {
	return [
		operation({
			tag: "Webhooks",
			method: "GET",
			path: "/webhooks",
			id: "listWebhooks",
			summary: "All webhooks",
			answers: {
				200: {
					says: "The webhooks; there are never so many that they need pages.",
					schema: pageOf(WEBHOOK),
					example: { items: [WEBHOOK_EXAMPLE], next_cursor: null },
				},
			},
			handle: () => ({
				status: 200,
				body: { items: listWebhooks(desk.context.db).map(webhookJson), next_cursor: null },
			}),
		}),
		operation({
			tag: "Webhooks",
			method: "POST",
			path: "/webhooks",
			id: "createWebhook",
			summary: "Add a webhook",
			body: NEW_WEBHOOK,
			bodyExample: { url: "https://chat.example.org/hooks/rollcall", topics: ["down", "up"] },
			answers: {
				201: {
					says: "The webhook and its secret.",
					schema: MADE,
					example: { ...WEBHOOK_EXAMPLE, secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD" },
					headers: { location: "Where it is." },
				},
			},
			refuses: { 409: "There are as many webhooks as there may be." },
			handle({ request, body }) {
				const { subnet_id: subnet, ...rest } = body;
				const empty = { name: "", topics: [], tag: "", enabled: true };
				const input = { ...empty, ...rest, subnetId: subnet ?? undefined };
				const { webhook, secret } = createWebhook(desk.by(request), input, desk.surroundings.targetRules());
				const headers = { location: `/api/v1/webhooks/${webhook.id}` };
				return { status: 201, body: { ...webhookJson(webhook), secret }, headers };
			},
		}),
	];
}

const ONE = {
	says: "The webhook, without its secret.",
	schema: WEBHOOK,
	example: WEBHOOK_EXAMPLE,
	headers: { etag: "The version and a digest, for If-Match and If-None-Match." },
} as const;

function told(webhook: Webhook) {
	return { status: 200, body: webhookJson(webhook), headers: { etag: tagOf(webhook.version) } } as const;
}

function oneOperations(desk: Desk): Operation[] {
	return [getOperation(desk), updateOperation(desk), deleteOperation(desk)];
}

function getOperation(desk: Desk): Operation {
	return operation({
		tag: "Webhooks",
		method: "GET",
		path: "/webhooks/{id}",
		id: "getWebhook",
		summary: "One webhook",
		headers: ["If-None-Match"],
		answers: { 200: ONE },
		refuses: { 404: NO_SUCH_WEBHOOK },
		handle: ({ id }) => told(demandWebhook(desk.context, id)),
	});
}

function updateOperation(desk: Desk): Operation {
	const { context } = desk;
	return operation({
		tag: "Webhooks",
		method: "PATCH",
		path: "/webhooks/{id}",
		id: "updateWebhook",
		summary: "Change a webhook",
		headers: ["If-Match"],
		body: WEBHOOK_CHANGES,
		bodyExample: { enabled: false },
		answers: { 200: ONE },
		refuses: {
			404: NO_SUCH_WEBHOOK,
			409: "Somebody else changed it since `version`.",
			412: "Somebody else changed it since the version that If-Match names.",
		},
		handle({ request, id, body }) {
			const now = demandWebhook(context, id);
			const { subnet_id: subnet, version: inBody, ...rest } = body;
			const subnetId = subnet === undefined ? now.subnetId : (subnet ?? undefined);
			const version = readVersion(request, now.version, inBody);
			const rules = desk.surroundings.targetRules();
			const input = { ...now, ...rest, subnetId };
			return told(underMatch(request, () => editWebhook(desk.by(request), id, version, input, rules)));
		},
	});
}

function deleteOperation(desk: Desk): Operation {
	return operation({
		tag: "Webhooks",
		method: "DELETE",
		path: "/webhooks/{id}",
		id: "deleteWebhook",
		summary: "Delete a webhook and its messages",
		answers: {
			200: {
				says: "It is gone.",
				schema: DELETED,
				example: { deleted: 1 },
			},
		},
		refuses: { 404: NO_SUCH_WEBHOOK },
		handle: ({ request, id }) => ({
			status: 200,
			body: { deleted: deleteWebhook(desk.by(request), id).id },
		}),
	});
}

/** Never the secret. */
function webhookJson(webhook: Webhook): Static<typeof WEBHOOK> {
	return {
		id: webhook.id,
		name: webhook.name,
		url: webhook.url,
		topics: [...webhook.topics],
		subnet_id: webhook.subnetId ?? null,
		tag: webhook.tag,
		enabled: webhook.enabled,
		problem: webhook.problem ?? null,
		created_at: time(webhook.createdAt),
		version: webhook.version,
	};
}
