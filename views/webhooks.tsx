/** Webhooks in the settings: the list, the secret that is shown once, one webhook with its deliveries. */

import type { Delivery, DeliveryState, Webhook } from "../src/model/webhook.ts";
import { ActionButton, Age, Callout, Main, Panel, Wire } from "./elements.tsx";
import { plural, visible } from "./format.ts";
import { Form } from "./reader.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import { type SubnetChoice, TOPIC_LABELS, WebhookForm, type WebhookFormState } from "./webhook-form.tsx";

export type WebhookLine = {
	webhook: Webhook;
	counts: Partial<Record<DeliveryState, number>>;
};

const HOME = "/settings/webhooks";

function Trail(props: { here: string }) {
	return (
		<nav class="trail" aria-label="Breadcrumbs">
			<a href="/settings">Settings</a> / <a href={HOME}>Webhooks</a> /{" "}
			<span aria-current="page">
				<Wire text={props.here} />
			</span>
		</nav>
	);
}

export function Webhooks(props: {
	lines: readonly WebhookLine[];
	form: WebhookFormState;
	subnets: readonly SubnetChoice[];
}) {
	return (
		<SettingsFrame place={HOME} title="Webhooks">
			<Panel title="Who is told" class="padded">
				{props.lines.length === 0 ? (
					<p class="quiet">Nobody yet. Add a URL below, and it hears of what happens within seconds.</p>
				) : (
					<ul class="webhook-list">
						{props.lines.map(({ webhook, counts }) => (
							<li key={webhook.id}>
								<a href={`${HOME}/${webhook.id}`}>
									<Wire text={webhook.name} />
								</a>{" "}
								<State webhook={webhook} />
								<p class="mono quiet">
									<Wire text={webhook.url} />
								</p>
								<p class="quiet">{countsText(counts)}</p>
							</li>
						))}
					</ul>
				)}
			</Panel>
			<Panel title="Add a webhook" class="padded">
				<WebhookForm id="webhook-add" action={HOME} form={props.form} subnets={props.subnets} submit="Add" />
			</Panel>
		</SettingsFrame>
	);
}

function State(props: { webhook: Webhook }) {
	const { enabled, problem } = props.webhook;
	if (enabled) return <span class="pill up">On</span>;
	return <span class="pill unknown">{problem === undefined ? "Off" : "Off · see why"}</span>;
}

function countsText(counts: WebhookLine["counts"]): string {
	const said = [
		`${plural(counts.delivered ?? 0, "message")} delivered`,
		counts.waiting ? `${counts.waiting} waiting` : "",
		counts.dead ? `${counts.dead} given up` : "",
		counts.dropped ? `${counts.dropped} dropped` : "",
	];
	return said.filter((part) => part !== "").join(", ");
}

/** After adding: the only time the secret is seen. */
export function WebhookSecret(props: { webhook: Webhook; secret: string }) {
	return (
		<Main class="narrow-page">
			<Trail here={props.webhook.name} />
			<h1>Added</h1>
			<Panel title="The secret" class="padded">
				<p>Every message is signed with this secret. Copy it to the receiver now: it is not shown again.</p>
				<pre class="secret">{props.secret}</pre>
				<p class="quiet">
					webhook-signature is “v1,” and the base64 of HMAC-SHA256 over webhook-id, webhook-timestamp and the
					body with dots between; the key is what follows “whsec_”, read as base64.
				</p>
				<p>
					<a class="button primary" href={`${HOME}/${props.webhook.id}`}>
						I have it
					</a>
				</p>
			</Panel>
		</Main>
	);
}

export function WebhookPage(props: {
	webhook: Webhook;
	form: WebhookFormState;
	subnets: readonly SubnetChoice[];
	deliveries: readonly Delivery[];
	/** Cursor of the page after this one. */
	next: string | undefined;
	now: number;
}) {
	const { webhook } = props;
	const here = `${HOME}/${webhook.id}`;
	return (
		<Main class="narrow-page" live="work">
			<Trail here={webhook.name} />
			<h1>
				<Wire text={webhook.name} />
			</h1>
			{webhook.problem !== undefined && !webhook.enabled && (
				<Callout kind="bad">
					<p>{visible(webhook.problem)} It is switched off; save it switched on to try again.</p>
				</Callout>
			)}
			<Panel
				title="Deliveries"
				class="padded"
				aside={<ActionButton action={`${here}/test`} label="Send a test" needs="admin" />}
			>
				<Deliveries {...props} />
			</Panel>
			<Panel title="Change" class="padded">
				<WebhookForm
					id="webhook-edit"
					action={here}
					form={props.form}
					subnets={props.subnets}
					version={webhook.version}
					submit="Save"
				/>
			</Panel>
			<details class="delete">
				<summary>Delete…</summary>
				<Form action={`${here}/delete`} needs="admin">
					<p>The webhook goes with the record of its deliveries. What waits is not sent.</p>
					<button type="submit" class="button danger">
						Delete <Wire text={webhook.name} />
					</button>
				</Form>
			</details>
		</Main>
	);
}

/** The first try and the retry after it; what has been due for a minute is held up by something else. */
const SOON_MS = 10_000;
const OVERDUE_MS = 60_000;

/** Is its answer worth waiting for with the page open? */
function goesSoon({ state, nextAt }: Delivery, now: number): boolean {
	return state === "waiting" && nextAt !== undefined && nextAt < now + SOON_MS && nextAt > now - OVERDUE_MS;
}

function Deliveries(props: Parameters<typeof WebhookPage>[0]) {
	const { webhook, deliveries, next, now } = props;
	if (deliveries.length === 0) return <p class="quiet">None yet. A test shows whether messages arrive.</p>;
	return (
		<>
			<ul
				class="deliveries"
				data-underway={deliveries.some((delivery) => goesSoon(delivery, now)) || undefined}
			>
				{deliveries.map((delivery) => (
					<li key={delivery.id} id={`d${delivery.id}`}>
						<StatePill delivery={delivery} />
						<span class="what">
							<b>{TOPIC_LABELS[delivery.topic as keyof typeof TOPIC_LABELS] ?? "Test"}</b>{" "}
							{delivery.topic !== "test" && <Wire text={delivery.label} />}
							<span class="quiet">
								{" "}
								<Age at={delivery.createdAt} now={now} />
							</span>
							<span class="result">{resultOf(delivery, now)}</span>
						</span>
						{/* What waits for its first try goes by itself; what failed may wait for hours. */}
						{(delivery.state !== "waiting" || delivery.attempts > 0) && webhook.enabled && (
							<ActionButton
								needs="admin"
								action={`${HOME}/${webhook.id}/deliveries/${delivery.id}/again`}
								label={delivery.state === "waiting" ? "Send now" : "Send again"}
							/>
						)}
					</li>
				))}
			</ul>
			{next !== undefined && (
				<p class="more">
					<a class="button plain" href={`${HOME}/${webhook.id}?before=${next}`}>
						Older
					</a>
				</p>
			)}
		</>
	);
}

const STATES: Readonly<Record<DeliveryState, { mark: string; says: string }>> = {
	delivered: { mark: "up", says: "Delivered" },
	waiting: { mark: "unknown", says: "Waiting" },
	dead: { mark: "down", says: "Given up" },
	dropped: { mark: "unknown", says: "Dropped" },
};

function StatePill(props: { delivery: Delivery }) {
	const { state, attempts } = props.delivery;
	const { mark, says } = STATES[state];
	return <span class={`pill ${mark}`}>{state === "waiting" && attempts > 0 ? "Trying again" : says}</span>;
}

/** "200 after 34 ms", "It refused the connection. Attempt 3, the next in 28 m". */
function resultOf(delivery: Delivery, now: number): string {
	const { status, answerMs, problem, attempts, nextAt, state } = delivery;
	const parts: string[] = [];
	if (status !== undefined && problem === undefined) parts.push(`answered ${status}`);
	if (problem !== undefined) parts.push(problem.replace(/\.$/, ""));
	if (answerMs !== undefined && attempts > 0) parts.push(`after ${answerMs} ms`);
	if (attempts > 1) parts.push(`attempt ${attempts}`);
	if (state === "waiting" && attempts > 0 && nextAt !== undefined) {
		parts.push(`next in ${inWords(nextAt - now)}`);
	}
	return parts.join(" · ");
}

function inWords(ms: number): string {
	if (ms < 60_000) return `${Math.max(1, Math.round(ms / 1_000))} s`;
	return ms < 5_400_000 ? `${Math.round(ms / 60_000)} m` : `${Math.round(ms / 3_600_000)} h`;
}
