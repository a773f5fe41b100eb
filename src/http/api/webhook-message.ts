/** What a webhook is sent, for the document: the messages are made in the store, as rows of their event. */

import { type Static, type TSchema, Type as t } from "@sinclair/typebox";
import type { EventKind } from "../../model/event.ts";
import { TOPIC_NAMES, TOPICS, type Topic } from "../../model/webhook.ts";
import { moment, nullable, shape } from "./operation.ts";

export type MessageDocument = {
	readonly name: string;
	readonly summary: string;
	readonly details: string;
	readonly schema: TSchema;
	/** By the kind of the event. */
	readonly examples: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;
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
		detail: t.Record(t.String(), t.Union([t.String(), t.Number()]), {
			description: "Small and flat; what there is of it depends on the event, see the examples.",
		}),
	},
	{ $id: "WebhookMessage", description: "Something that happened, as a webhook is told." },
);

type Told = (typeof TOPICS)[Topic][number];
type Example = {
	readonly says: string;
	/** A subnet as a whole, or this machine; else a host. */
	readonly label?: string;
	readonly detail: Static<typeof WEBHOOK_MESSAGE>["detail"];
};

const NAMES = "nas.lan, printer.lan and 10.0.0.21";
const MAC = "00:11:32:8a:00:02";

/** Every kind of event that anybody is told of. */
export const EXAMPLES: Readonly<Record<Told, Example>> = {
	host_up: { says: "A host came back; downMs: since its last answer.", detail: { downMs: 254_000 } },
	subnet_up: {
		says: "Several hosts of a subnet came back in one sweep; of: how many there are.",
		label: "Office LAN",
		detail: { hosts: 3, of: 6, names: NAMES },
	},
	host_down: { says: "A host went down: silent in a sweep and three more times.", detail: {} },
	subnet_down: {
		says: "Several hosts of a subnet went down in one sweep; of: how many were up.",
		label: "Office LAN",
		detail: { hosts: 3, of: 6, names: NAMES },
	},
	host_flapping: {
		says: "A host goes up and down; nothing more is told of it until 15 minutes have been quiet.",
		detail: { flips: 7 },
	},
	subnet_flapping: {
		says: "Several hosts of a subnet began to go up and down.",
		label: "Office LAN",
		detail: { hosts: 3, of: 6, names: NAMES },
	},
	host_new: { says: "A host answered for the first time.", detail: { vendor: "Synology Incorporated" } },
	hosts_found: {
		says: "A sweep found several new hosts; the first sweep of a subnet tells it so.",
		label: "Office LAN",
		detail: { hosts: 42 },
	},
	port_opened: {
		says: "A port opened; of many at once only how many: ports.",
		detail: { port: 443, proto: "tcp", service: "https" },
	},
	port_changed: {
		says: "Something else listens at a port.",
		detail: { port: 22, proto: "tcp", service: "ssh", old: "OpenSSH 9.2", new: "OpenSSH 9.9" },
	},
	port_closed: {
		says: "A port closed; of many at once only how many: ports.",
		detail: { port: 23, proto: "tcp", service: "telnet" },
	},
	mac_changed: {
		says: "Another hardware address answers for a host.",
		detail: { mac: MAC, old: "00:11:32:8a:00:01", vendor: "Synology Incorporated" },
	},
	mac_conflict: {
		says: "One hardware address answers for two hosts of a subnet.",
		detail: { mac: MAC, other: "10.0.0.15", vendor: "Synology Incorporated" },
	},
	sweep_failed: {
		says: "A subnet could not be swept; told once, when it begins.",
		label: "Office LAN",
		detail: { reason: "Sending is not permitted." },
	},
	sweep_recovered: { says: "It is swept again.", label: "Office LAN", detail: {} },
	own_network_down: {
		says: "The machine Rollcall runs on lost its network: hosts are unknown, none is called down. subnet: where that was noticed.",
		label: "This machine",
		detail: { reason: "The default gateway 10.0.0.1 does not answer." },
	},
	own_network_back: { says: "It has its network back.", label: "This machine", detail: { downMs: 420_000 } },
};

const SUBNET = { id: 1, cidr: "10.0.0.0/24", name: "Office LAN" };
const HOST = { id: 5, ip: "10.0.0.14", hostname: "nas.lan", tags: ["storage"] };

function exampleOf(topic: Topic, kind: Told): Static<typeof WEBHOOK_MESSAGE> {
	const { label, detail } = EXAMPLES[kind];
	const status = topic === "down" ? "down" : "up";
	return {
		type: topic,
		event: kind satisfies EventKind,
		event_id: 4_711,
		at: "2026-11-23T14:30:00.000Z",
		label: label ?? HOST.hostname,
		subnet: SUBNET,
		host: label === undefined ? { ...HOST, status } : null,
		detail,
	};
}

const SIGNED =
	"Signed as Standard Webhooks have it: `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over " +
	"`id.timestamp.body`, with the secret behind `whsec_` (read as base64) as the key. Any 2xx within five " +
	"seconds is a success.";

const HEADERS = [
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
] as const;

const SUMMARIES: Readonly<Record<Topic, string>> = {
	up: "Hosts came back",
	down: "Hosts went down",
	flapping: "Hosts keep going up and down",
	new_host: "Hosts answered for the first time",
	port_opened: "A port opened, or something else listens there",
	port_closed: "A port closed",
	mac_conflict: "A hardware address changed, or is on two hosts",
	sweep_failing: "Sweeping fails, or works again",
};

/** One for each topic, and the test that somebody asks for. */
export const WEBHOOK_MESSAGES: readonly MessageDocument[] = [
	...TOPIC_NAMES.map((topic) => ({
		name: topic,
		summary: SUMMARIES[topic],
		details: SIGNED,
		schema: WEBHOOK_MESSAGE,
		examples: Object.fromEntries(
			TOPICS[topic].map((kind) => [kind, { summary: EXAMPLES[kind].says, value: exampleOf(topic, kind) }]),
		),
		headers: HEADERS,
	})),
	{
		name: "test",
		summary: "Somebody tries whether messages arrive",
		details: SIGNED,
		schema: WEBHOOK_MESSAGE,
		examples: {
			test: {
				summary: "It says nothing but that it arrived.",
				value: {
					...{ type: "test", event: "test", event_id: null, at: "2026-11-23T14:30:00.000Z", label: "Test" },
					...{ subnet: null, host: null, detail: {} },
				},
			},
		},
		headers: HEADERS,
	},
];
