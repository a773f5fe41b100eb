/** What a webhook is sent, for the document: the messages are made in the store, as rows of their event. */

import { type TSchema, Type as t } from "@sinclair/typebox";
import { TOPIC_NAMES } from "../../model/webhook.ts";
import { moment, nullable, shape } from "./operation.ts";

export type MessageDocument = {
	readonly name: string;
	readonly summary: string;
	readonly details: string;
	readonly schema: TSchema;
	readonly example: unknown;
	readonly headers: readonly { readonly name: string; readonly says: string; readonly example: string }[];
};

export const WEBHOOK_MESSAGE = shape(
	{
		type: t.String({ enum: [...TOPIC_NAMES, "test"], description: "The topic." }),
		event: t.String({ description: "The kind of the event, as in GET /events; test for a test." }),
		event_id: nullable(t.Integer({ description: "null for a test." })),
		at: moment("When it happened."),
		label: t.String({ description: "Names the host or subnet." }),
		subnet: nullable(shape({ id: t.Integer(), cidr: t.String(), name: t.String() })),
		host: nullable(
			shape({
				id: t.Integer(),
				ip: t.String(),
				hostname: t.String(),
				tags: t.Array(t.String()),
				status: t.String({ enum: ["up", "down", "unknown"] }),
			}),
		),
		detail: t.Record(t.String(), t.Union([t.String(), t.Number()])),
	},
	{ $id: "WebhookMessage", description: "Something that happened, as a webhook is told." },
);

export const WEBHOOK_MESSAGES: readonly MessageDocument[] = [
	{
		name: "happened",
		summary: "Something happened",
		details:
			"Signed as Standard Webhooks have it: `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over " +
			"`id.timestamp.body`, with the secret behind `whsec_` (read as base64) as the key. Any 2xx within five " +
			"seconds is a success.",
		schema: WEBHOOK_MESSAGE,
		example: {
			type: "down",
			event: "host_down",
			event_id: 4_711,
			at: "2026-11-23T14:30:00.000Z",
			label: "nas.lan",
			subnet: { id: 1, cidr: "10.0.0.0/24", name: "Office LAN" },
			host: { id: 5, ip: "10.0.0.14", hostname: "nas.lan", tags: ["storage"], status: "down" },
			detail: {},
		},
		headers: [
			{
				name: "webhook-id",
				says: "The same at every attempt: a double is known by it.",
				example: "msg_becd408f0e67dcd8c4d23115d7dbf9c0",
			},
			{ name: "webhook-timestamp", says: "Seconds since 1970.", example: "1795444200" },
			{
				name: "webhook-signature",
				says: "v1, and the signature.",
				example: "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
			},
		],
	},
];
