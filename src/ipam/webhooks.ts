/** Adding, changing, testing and removing webhooks; sending a delivery again. Each a rule and one transaction. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { newSecret } from "../events/signature.ts";
import { readTarget, type TargetRules } from "../model/target.ts";
import { readLine } from "../model/text.ts";
import { TOPIC_NAMES, type Topic, WEBHOOK_LIMITS, type Webhook } from "../model/webhook.ts";
import { transact } from "../store/database.ts";
import { queueTest, resendDelivery } from "../store/deliveries.ts";
import { findSubnet } from "../store/subnets.ts";
import * as webhooks from "../store/webhooks.ts";
import { change, nowhere, record } from "./audit.ts";
import { need } from "./fields.ts";

export type WebhookInput = {
	readonly name: string;
	readonly url: string;
	/** None: all of them. */
	readonly topics: readonly string[];
	/** Undefined: everywhere. */
	readonly subnetId: number | undefined;
	readonly tag: string;
	readonly enabled: boolean;
};

/**
 * Adds a webhook and answers its secret, which nobody is told again. AppError("invalid") names the field;
 * AppError("conflict") when there are as many as there may be.
 */
export function createWebhook(
	context: Context,
	input: WebhookInput,
	rules: TargetRules,
): { webhook: Webhook; secret: string } {
	const values = checkWebhook(context, input, rules);
	const secret = newSecret(context.random);
	const webhook = transact(context.db, () => {
		if (webhooks.listWebhooks(context.db).length >= WEBHOOK_LIMITS.webhooks) {
			throw new AppError(
				"conflict",
				`There are ${WEBHOOK_LIMITS.webhooks} webhooks already: delete one first.`,
			);
		}
		const id = webhooks.insertWebhook(context.db, values, secret, context.clock.now());
		record(context, { kind: "webhook_added", ...nowhere, label: values.name, detail: {} });
		return demandWebhook(context, id);
	});
	return { webhook, secret };
}

/** AppError("conflict") when somebody else was quicker. Where nothing differs nothing is written. */
export function editWebhook(
	context: Context,
	id: number,
	version: number,
	input: WebhookInput,
	rules: TargetRules,
): Webhook {
	const values = checkWebhook(context, input, rules);
	return transact(context.db, () => {
		const before = demandWebhook(context, id);
		const changes = changesOf(before, values);
		if (changes.length === 0 && version === before.version) return before;
		if (!webhooks.updateWebhook(context.db, id, version, values, context.clock.now())) {
			throw new AppError("conflict", "Somebody else changed this webhook meanwhile. Look at it again.", {
				detail: { version: before.version },
			});
		}
		for (const detail of changes) {
			record(context, { kind: "webhook_edited", ...nowhere, label: values.name, detail });
		}
		return demandWebhook(context, id);
	});
}

/** Old and new; but of the address only that it changed: it often holds a secret, and everybody reads the record. */
function changesOf(before: Webhook, after: webhooks.WebhookValues): Record<string, string>[] {
	return [
		...(before.url === after.url ? [] : [{ field: "address" }]),
		...change("name", before.name, after.name),
		...change("topics", before.topics.join(", "), after.topics.join(", ")),
		...change("subnet", before.subnetId, after.subnetId),
		...change("tag", before.tag, after.tag),
		...change("messages", before.enabled, after.enabled),
	];
}

/** Its deliveries go with it. */
export function deleteWebhook(context: Context, id: number): Webhook {
	return transact(context.db, () => {
		const webhook = demandWebhook(context, id);
		webhooks.deleteWebhook(context.db, id);
		record(context, { kind: "webhook_deleted", ...nowhere, label: webhook.name, detail: {} });
		return webhook;
	});
}

/** Queues a message that says only that messages arrive. AppError("conflict") when the webhook is switched off. */
export function testWebhook(context: Context, id: number): void {
	transact(context.db, () => {
		const webhook = demandWebhook(context, id);
		if (!webhook.enabled) throw off();
		queueTest(context.db, id, context.clock.now());
		record(context, {
			kind: "webhook_edited",
			...nowhere,
			label: webhook.name,
			detail: { field: "test", new: "asked for" },
		});
	});
}

/** Sends a delivery from the start, under the same id. */
export function sendAgain(context: Context, webhookId: number, deliveryId: number): void {
	transact(context.db, () => {
		const webhook = demandWebhook(context, webhookId);
		if (!webhook.enabled) throw off();
		record(context, {
			...{ kind: "webhook_edited", ...nowhere, label: webhook.name },
			detail: { field: "delivery", new: "sent again" },
		});
		if (!resendDelivery(context.db, webhookId, deliveryId, context.clock.now())) {
			throw new AppError("not_found", "There is no such delivery. Old ones are removed.");
		}
	});
}

export function demandWebhook(context: Ground, id: number): Webhook {
	const webhook = webhooks.findWebhook(context.db, id);
	if (webhook === undefined) throw new AppError("not_found", "There is no such webhook.");
	return webhook;
}

function off(): AppError {
	return new AppError("conflict", "This webhook is switched off: switch it on first.");
}

function checkWebhook(context: Context, input: WebhookInput, rules: TargetRules): webhooks.WebhookValues {
	const url = need("url", readTarget(input.url, rules));
	const stray = input.topics.find((topic) => !(TOPIC_NAMES as readonly string[]).includes(topic));
	if (stray !== undefined) {
		throw new AppError("invalid", `topics are of ${TOPIC_NAMES.join(", ")}.`, { field: "topics" });
	}
	if (input.subnetId !== undefined && findSubnet(context.db, input.subnetId) === undefined) {
		throw new AppError("invalid", "There is no such subnet.", { field: "subnet_id" });
	}
	const name = need("name", readLine(input.name, WEBHOOK_LIMITS.nameChars));
	return {
		name: name === "" ? url.host : name,
		url: url.href,
		topics: TOPIC_NAMES.filter((topic) => input.topics.includes(topic)) satisfies Topic[],
		subnetId: input.subnetId,
		tag: need("tag", readLine(input.tag, WEBHOOK_LIMITS.tagChars)),
		enabled: input.enabled,
	};
}
