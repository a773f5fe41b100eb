/** Webhooks as the gallery shows them: one that works, one that does not, names that strangers chose. */

import type { VNode } from "preact";
import type { Delivery, Webhook } from "../../src/model/webhook.ts";
import { EMPTY_WEBHOOK } from "../../views/webhook-form.tsx";
import { WebhookPage, WebhookSecret, Webhooks } from "../../views/webhooks.tsx";
import { DAY, HOUR, MINUTE, NOW } from "./world.ts";

const chat: Webhook = {
	id: 1,
	name: "Chat of the night shift",
	url: "https://chat.example.org/hooks/9f2c41aa0e7b4d1c8f55",
	topics: ["down", "up", "flapping"],
	subnetId: 1,
	tag: "",
	enabled: true,
	problem: undefined,
	version: 2,
	createdAt: NOW - 30 * DAY,
};
const gone: Webhook = {
	...chat,
	id: 2,
	name: "<img src=x onerror=window.__xss=1>",
	url: `http://10.0.0.9:8123/${"a-long-path/".repeat(14)}`,
	enabled: false,
	problem: "The receiver said that it is gone for good (410).",
};

const delivery = (id: number, ago: number, more: Partial<Delivery>): Delivery => ({
	id,
	webhookId: 1,
	uid: `msg_${id}`,
	topic: "down",
	label: "cam-door",
	state: "delivered",
	attempts: 1,
	createdAt: NOW - ago,
	nextAt: undefined,
	lastAt: NOW - ago,
	status: 200,
	answerMs: 34,
	problem: undefined,
	...more,
});
const deliveries = [
	delivery(5, 20_000, { topic: "up", state: "waiting", attempts: 0, status: undefined, answerMs: undefined }),
	delivery(4, 12 * MINUTE, {
		state: "waiting",
		attempts: 3,
		status: 503,
		answerMs: 412,
		problem: "It answered 503.",
		nextAt: NOW + 28 * MINUTE,
	}),
	delivery(3, HOUR, { topic: "test", label: "Test" }),
	delivery(2, 5 * HOUR, { topic: "up", label: "\u202Egpj.exe <script>" }),
	delivery(1, 2 * DAY, {
		state: "dead",
		attempts: 7,
		status: undefined,
		answerMs: 5_002,
		problem: "No answer within 5 s.",
	}),
];
const subnets = [
	{ id: 1, cidr: "10.0.0.0/24", name: "Office LAN" },
	{ id: 2, cidr: "10.0.8.0/23", name: "" },
];

/** The page at a path; undefined for any other. */
export function hookPage(path: string): { title: string; main: VNode } | undefined {
	const { name, url, topics, tag, enabled } = chat;
	if (path === "/settings/webhooks") {
		const lines = [
			{ webhook: chat, counts: { delivered: 1_204, waiting: 2, dead: 1 } },
			{ webhook: gone, counts: {} },
		];
		return {
			title: "Webhooks",
			main: <Webhooks lines={lines} form={EMPTY_WEBHOOK} subnets={subnets} />,
		};
	}
	if (path === "/settings/webhooks/1") {
		const form = { values: { name, url, topics, subnetId: "1", tag, enabled } };
		const shown = { webhook: chat, form, subnets, deliveries, next: "1", now: NOW };
		return { title: name, main: <WebhookPage {...shown} /> };
	}
	if (path !== "/x/webhook-secret") return undefined;
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
	return { title: "Added", main: <WebhookSecret webhook={chat} secret={secret} /> };
}
