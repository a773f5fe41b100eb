/** Webhooks for people: list, form, the secret once, deliveries, test and "send again". */

import { Elysia } from "elysia";
import { EMPTY_WEBHOOK, type WebhookFormState } from "../../views/webhook-form.tsx";
import { WebhookPage, WebhookSecret, Webhooks } from "../../views/webhooks.tsx";
import { AppError } from "../errors.ts";
import {
	createWebhook,
	deleteWebhook,
	demandWebhook,
	editWebhook,
	sendAgain,
	testWebhook,
	type WebhookInput,
} from "../ipam/webhooks.ts";
import { withoutLogin } from "../model/target.ts";
import { TOPIC_NAMES, type Webhook } from "../model/webhook.ts";
import { formatCidr } from "../net/cidr.ts";
import { countDeliveries, listDeliveries } from "../store/deliveries.ts";
import { listSubnets } from "../store/subnets.ts";
import { listWebhooks } from "../store/webhooks.ts";
import type { Desk } from "./desk.ts";
import { type Fields, readForm, readId } from "./query.ts";
import { explain, redirect, respondPage } from "./respond.ts";

const HOME = "/settings/webhooks";
/** Deliveries on one page. */
const SHOWN = 50;

export function webhookRoutes(desk: Desk) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get(HOME, ({ request }) => respondPage(request, desk.shell(request), list(desk, EMPTY_WEBHOOK)))
		.post(HOME, ({ request }) => add(desk, request), raw)
		.get(`${HOME}/:id`, ({ request, params }) => {
			const webhook = demandWebhook(desk.context, readId(params.id));
			return respondPage(request, desk.shell(request), show(desk, request, webhook));
		})
		.post(`${HOME}/:id`, ({ request, params }) => save(desk, request, readId(params.id)), raw)
		.post(
			`${HOME}/:id/test`,
			({ request, params }) => {
				testWebhook(desk.by(request), readId(params.id));
				return redirect(`${HOME}/${params.id}`);
			},
			raw,
		)
		.post(
			`${HOME}/:id/deliveries/:delivery/again`,
			({ request, params }) => {
				sendAgain(desk.by(request), readId(params.id), readId(params.delivery));
				return redirect(`${HOME}/${params.id}`);
			},
			raw,
		)
		.post(
			`${HOME}/:id/delete`,
			({ request, params }) => {
				deleteWebhook(desk.by(request), readId(params.id));
				return redirect(HOME);
			},
			raw,
		);
}

function list(desk: Desk, form: WebhookFormState) {
	const { db } = desk.context;
	const counts = countDeliveries(db);
	const lines = listWebhooks(db).map((webhook) => ({ webhook, counts: counts.get(webhook.id) ?? {} }));
	return { title: "Webhooks", main: Webhooks({ lines, form, subnets: choices(desk) }) };
}

function show(desk: Desk, request: Request, webhook: Webhook, form = formOf(webhook)) {
	const { db, clock } = desk.context;
	const before = new URL(request.url).searchParams.get("before") ?? "";
	const from = /^[1-9]\d{0,14}$/.test(before) ? Number(before) : undefined;
	const found = listDeliveries(db, webhook.id, { before: from, limit: SHOWN + 1 });
	const deliveries = found.slice(0, SHOWN);
	const next = found.length > SHOWN ? String(deliveries.at(-1)?.id) : undefined;
	const main = WebhookPage({
		webhook,
		form,
		subnets: choices(desk),
		deliveries,
		next,
		now: clock.now(),
	});
	return { title: webhook.name, main };
}

async function add(desk: Desk, request: Request): Promise<Response> {
	const field = await readForm(request);
	try {
		const made = createWebhook(desk.by(request), readInput(field), desk.surroundings.targetRules());
		return respondPage(request, desk.shell(request), { title: "Added", main: WebhookSecret(made) });
	} catch (error) {
		const form = { values: typedIn(field), problem: problemOf(error) };
		return respondPage(request, desk.shell(request), list(desk, form), explain(error).status);
	}
}

async function save(desk: Desk, request: Request, id: number): Promise<Response> {
	const field = await readForm(request);
	try {
		const rules = desk.surroundings.targetRules();
		editWebhook(desk.by(request), id, Number(field("version")), readInput(field), rules);
		return redirect(`${HOME}/${id}`);
	} catch (error) {
		const form = { values: typedIn(field), problem: problemOf(error) };
		const page = show(desk, request, demandWebhook(desk.context, id), form);
		return respondPage(request, desk.shell(request), page, explain(error).status);
	}
}

/** What goes back into the form when something is wrong with it. */
function typedIn(field: Fields): WebhookFormState["values"] {
	return { ...readValues(field), url: withoutLogin(field("url")) };
}

/** What was typed, as it was typed. */
function readValues(field: Fields): WebhookFormState["values"] {
	return {
		name: field("name"),
		url: field("url"),
		topics: TOPIC_NAMES.filter((topic) => field(`topic_${topic}`) !== ""),
		subnetId: field("subnet_id"),
		tag: field("tag"),
		enabled: field("enabled") !== "",
	};
}

function readInput(field: Fields): WebhookInput {
	const { subnetId, ...values } = readValues(field);
	return { ...values, subnetId: subnetId === "" ? undefined : readId(subnetId) };
}

function formOf(webhook: Webhook): WebhookFormState {
	const { name, url, topics, subnetId, tag, enabled } = webhook;
	return { values: { name, url, topics, subnetId: String(subnetId ?? ""), tag, enabled } };
}

function problemOf(error: unknown): NonNullable<WebhookFormState["problem"]> {
	if (!(error instanceof AppError) || error.code === "not_found") throw error;
	return { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
}

function choices(desk: Desk) {
	return listSubnets(desk.context.db).map(({ id, cidr, name }) => ({ id, cidr: formatCidr(cidr), name }));
}
