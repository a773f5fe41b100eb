/**
 * Nothing that people or programs change goes unrecorded: every route that is posted to and every operation that writes is
 * used as it is meant to be; whatever differs in the database afterwards has an event that says who, when, from where.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeBase32IgnorePadding } from "@oslojs/encoding";
import { generateHOTP } from "@oslojs/otp";
import { createToken } from "../../src/ipam/tokens.ts";
import type { Event, EventKind } from "../../src/model/event.ts";
import { listEventsAfter } from "../../src/store/events.ts";
import { type Document, furnish, sceneOf } from "../helpers/api-scenes.ts";
import { bringFile } from "../helpers/api-scenes-moving.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { handClock } from "../helpers/clock.ts";
import { until } from "../helpers/patience.ts";
import { PASSWORD, SIGNED, signIn } from "../helpers/signed.ts";

/** What is recorded of the network and of who may what. What a sweep sees, and files on their way in, are not. */
const TABLES: Readonly<Record<string, string>> = {
	subnet:
		"id, cidr, name, notes, gateway, sweep_interval_s, sweep_enabled, scan_enabled, snmp_enabled, parent_id",
	host: "id, ip, subnet_id, hostname, hostname_source, description, tags_json, notes, mac, snmp_enabled, expires_at",
	webhook: "id, name, url, secret, topics_json, subnet_id, tag, enabled",
	user: "id, name, role, password_hash, totp_secret, disabled_at",
	api_token: "id, name, scope, expires_at",
	setting: "*",
	dismissal: "*",
	batch: "id, state",
	sweep_run: "id, state",
	scan_run: "id, state, cancel_asked",
};

const picture = (rig: Rig) =>
	Object.entries(TABLES).map(([table, columns]) => {
		const sql = `SELECT ${columns} FROM ${table}`;
		return `${table} ${JSON.stringify(rig.app.context.db.query(sql).all())}`;
	});
const lastId = (rig: Rig) =>
	rig.app.context.db.query<{ id: number }, []>("SELECT ifnull(max(id), 0) AS id FROM event").get()?.id ?? 0;

const has = (rig: Rig, kind: EventKind, after: number) =>
	listEventsAfter(rig.app.context.db, after, 100).some((event) => event.kind === kind);

/** Does it; answers the tables that differ, and what was recorded meanwhile. */
async function watch(
	rig: Rig,
	work: () => Promise<unknown>,
): Promise<{ changed: string[]; events: Event[] }> {
	const { bus, db } = rig.app.context;
	const before = picture(rig);
	const from = lastId(rig);
	let early = 0;
	const deaf = bus.subscribe(() => {
		early += db.inTransaction ? 1 : 0;
	});
	await work();
	deaf();
	const after = picture(rig);
	expect(early, "told before the commit").toBe(0);
	const changed = Object.keys(TABLES).filter((_, i) => before[i] !== after[i]);
	return { changed, events: listEventsAfter(rig.app.context.db, from, 100) };
}

type Step = {
	readonly route: string;
	readonly path?: string | (() => Promise<string> | string);
	readonly fields?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>);
	/** What is recorded; undefined: nothing that people recorded changes. */
	readonly kind?: EventKind;
	/** Of the event's detail. */
	readonly detail?: Record<string, string>;
	readonly status?: number;
};

let rig: Rig;
const clock = handClock(Date.UTC(2026, 10, 25, 12));
let secret = "";
const one = (sql: string) => String(Object.values(rig.app.context.db.query(sql).get() ?? {})[0]);
const own = { own_password: PASSWORD };
const OTHER = "battery horse correct";
const subnet = { name: "Office", notes: "", gateway: "", sweep_interval_s: "60", sweep_enabled: "on" };
const hook = { url: "http://192.0.2.9/hook", name: "chat", enabled: "on" };
const version = (table: string) => one(`SELECT version FROM ${table} WHERE id = 1`);
const code = () =>
	generateHOTP(decodeBase32IgnorePadding(secret), BigInt(Math.floor(clock.now() / 30_000)), 6);

/** Every route that is posted to, in an order in which each finds what it needs. */
const STEPS: readonly Step[] = [
	{ route: "/subnets", fields: { ...subnet, cidr: "10.7.0.0/24" }, kind: "subnet_added" },
	{
		route: "/subnets/:id/edit",
		fields: () => ({ ...subnet, name: "Hall", version: version("subnet") }),
		kind: "subnet_edited",
		detail: { field: "name", old: "Office", new: "Hall" },
	},
	{
		route: "/subnets/:id/scans",
		fields: { enabled: "no" },
		kind: "subnet_edited",
		detail: { old: "on", new: "off" },
	},
	{
		route: "/subnets/:id/snmp",
		fields: { enabled: "yes" },
		kind: "subnet_edited",
		detail: { old: "off", new: "on" },
	},
	{ route: "/subnets/:id/sweep", path: "/subnets/2/sweep", kind: "sweep_asked" },
	{
		route: "/runs/:id/cancel",
		path: () => `/runs/${one("SELECT max(id) FROM sweep_run")}/cancel`,
		kind: "sweep_asked",
		detail: { old: "asked" },
	},
	{
		route: "/subnets/:id/reserve",
		fields: { address: "10.0.0.77", hostname: "new", count: "1" },
		kind: "host_edited",
		detail: { field: "reserved" },
	},
	{ route: "/hosts/:id/scan", path: "/hosts/2/scan", kind: "scan_asked" },
	{
		route: "/hosts/:id/scan/cancel",
		path: "/hosts/2/scan/cancel",
		kind: "scan_asked",
		detail: { old: "asked" },
	},
	{ route: "/hosts/:id/ping" },
	{
		route: "/hosts/:id/name",
		fields: { source: "ptr" },
		kind: "host_edited",
		detail: { new: "nas.example" },
	},
	{ route: "/hosts/:id/snmp", fields: { enabled: "no" }, kind: "host_edited" },
	{
		route: "/hosts/:id/fields/:field",
		path: "/hosts/1/fields/description",
		fields: { was: "", value: "in the cellar" },
		kind: "host_edited",
		detail: { field: "description", old: "", new: "in the cellar" },
	},
	{ route: "/events/:id/dismiss", path: "/events/900/dismiss", kind: "host_edited" },
	{ route: "/bulk", fields: { ids: "1,2", list: "/subnets/1", do: "edit" } },
	{
		route: "/bulk/edit",
		fields: { ids: "1,2", list: "/subnets/1", set: "notes", notes: "moved" },
		kind: "hosts_edited",
		detail: { fields: "notes" },
	},
	{ route: "/bulk/delete", fields: { ids: "2", list: "/subnets/1" }, kind: "hosts_deleted" },
	{
		route: "/batches/:id/undo",
		path: () => `/batches/${one("SELECT max(id) FROM batch")}/undo`,
		kind: "batch_undone",
	},
	{
		route: "/batches/:id/cancel",
		path: () => {
			const columns = "kind, state, source, actor, detail_json, made_at";
			rig.app.context.db.run(
				`INSERT INTO batch (${columns}) VALUES ('delete', 'open', 'two', 'admin', '{}', 1)`,
			);
			return `/batches/${one("SELECT max(id) FROM batch")}/cancel`;
		},
		kind: "batch_cancelled",
	},
	{ route: "/hosts/:id/delete", path: "/hosts/2/delete", kind: "host_deleted" },
	{ route: "/imports", status: 422 },
	{ route: "/imports/phpipam", fields: { url: "http://127.0.0.1:1/api/x", token: "x" }, status: 422 },
	{ route: "/imports/:id/look" },
	{
		route: "/imports/:id/cancel",
		async path() {
			// The look of the step before goes on by itself; once it is over there is nothing to be cancelled.
			await until(async () => {
				await clock.advance(5);
				const { text } = await rig.get("/api/v1/imports/1");
				return (JSON.parse(text) as { progress: unknown }).progress === null;
			}, "the look is over");
			return "/imports/1/cancel";
		},
	},
	{ route: "/imports/:id/around", fields: { cidr: "10.9.9.0/24" }, kind: "subnet_added" },
	{
		route: "/imports/:id/write",
		path: async () => `/imports/${await bringFile(rig, "ip,hostname\n10.0.2.9,desk\n")}/write`,
		kind: "hosts_imported",
	},
	{
		route: "/settings/webhooks",
		fields: { ...hook, url: "http://192.0.2.9/2" },
		kind: "webhook_added",
		status: 200,
	},
	{
		route: "/settings/webhooks/:id",
		fields: () => ({ ...hook, name: "night", version: version("webhook") }),
		kind: "webhook_edited",
		detail: { field: "name", new: "night" },
	},
	{ route: "/settings/webhooks/:id/test", kind: "webhook_edited", detail: { field: "test" } },
	{
		route: "/settings/webhooks/:id/deliveries/:delivery/again",
		path: "/settings/webhooks/1/deliveries/1/again",
		kind: "webhook_edited",
		detail: { field: "delivery" },
	},
	{ route: "/settings/webhooks/:id/delete", kind: "webhook_deleted" },
	{ route: "/settings/backup", kind: "setting_edited" },
	{ route: "/settings/prune", kind: "setting_edited" },
	{
		route: "/settings/subnets",
		fields: { sweep_interval_s: "120", scan_enabled: "on" },
		kind: "setting_edited",
		detail: { field: "interval", old: "60 s", new: "120 s" },
	},
	{
		route: "/settings/retention",
		fields: { raw_days: "14", hourly_days: "400" },
		kind: "setting_edited",
		detail: { old: "7", new: "14" },
	},
	{ route: "/settings/theme", fields: { theme: "dark" } },
	{
		route: "/settings/users",
		fields: { name: "eve", role: "viewer", password: "hunter two hunter", ...own },
		kind: "user_added",
		detail: { new: "viewer" },
	},
	{
		route: "/settings/users/:id",
		path: () => `/settings/users/${one("SELECT max(id) FROM user")}`,
		fields: { role: "editor", ...own },
		kind: "user_edited",
		detail: { field: "role", old: "viewer", new: "editor" },
	},
	{
		route: "/settings/users/:id/password",
		path: () => `/settings/users/${one("SELECT max(id) FROM user")}/password`,
		fields: { password: OTHER, ...own },
		kind: "user_edited",
		detail: { field: "password" },
	},
	{
		route: "/settings/users/:id/sessions/end",
		path: "/settings/users/2/sessions/end",
		kind: "user_edited",
		detail: { old: "open", new: "ended" },
	},
	{
		route: "/settings/users/:id/delete",
		path: () => `/settings/users/${one("SELECT max(id) FROM user")}/delete`,
		kind: "user_deleted",
		detail: { old: "editor" },
	},
	{
		route: "/settings/tokens",
		fields: { name: "robot", scope: "read", days: "1", ...own },
		kind: "token_added",
		detail: { new: "read" },
		status: 200,
	},
	{
		route: "/settings/tokens/:id/revoke",
		path: () => `/settings/tokens/${one("SELECT max(id) FROM api_token")}/revoke`,
		kind: "token_revoked",
		detail: { old: "read" },
	},
	{
		route: "/account/two-step",
		fields: async () => {
			secret =
				/name="secret" value="([A-Z2-7]{32})"/.exec((await rig.get("/account/two-step")).text)?.[1] ?? "";
			return { secret, code: code(), ...own };
		},
		kind: "user_edited",
		detail: { field: "two-step sign-in", old: "off", new: "on" },
		status: 200,
	},
	{ route: "/account/two-step/stop", fields: own, kind: "user_edited", detail: { old: "on", new: "off" } },
	{
		route: "/account/sessions/:id/end",
		path: async () => {
			await rig.post("/login", { name: "admin", password: PASSWORD }, { cookie: "" });
			return `/account/sessions/${one("SELECT max(id) FROM session")}/end`;
		},
		kind: "user_edited",
		detail: { field: "a session" },
	},
	{
		route: "/account/sessions/end",
		fields: async () => {
			await rig.post("/login", { name: "admin", password: PASSWORD }, { cookie: "" });
			return {};
		},
		kind: "user_edited",
		detail: { field: "sessions" },
	},
	{ route: "/subnets/:id/delete", kind: "subnet_deleted" },
	{ route: "/login", fields: { name: "admin", password: PASSWORD }, kind: "signed_in" },
	{ route: "/logout", kind: "user_edited", detail: { field: "a session" } },
	{
		route: "/account/password",
		fields: { password: OTHER, ...own },
		kind: "user_edited",
		detail: { field: "password" },
	},
	{ route: "/setup", status: 404 },
];

describe("pages", () => {
	beforeAll(async () => {
		rig = await openRig({ WEBHOOK_ALLOW_LOOPBACK: "true" }, { clock });
		await furnish(rig);
	});
	afterAll(() => rig.close());

	test("every route that is posted to is here", () => {
		const posted = rig.app.routes.filter(
			({ method, path }) => method === "POST" && !path.startsWith("/api/"),
		);
		expect(STEPS.map(({ route }) => route).sort()).toEqual(posted.map(({ path }) => path).sort());
	});

	test.each(STEPS.map((step) => [step.route, step] as const))("%s", async (route, step) => {
		// Imports are a few a minute, and the session may have ended in the step before.
		await clock.advance(61_000);
		signIn(rig.app.context.db, "admin", clock.now());
		const path =
			(typeof step.path === "function" ? await step.path() : step.path) ?? route.replaceAll(/:\w+/g, "1");
		const fields = typeof step.fields === "function" ? await step.fields() : (step.fields ?? {});
		let status = 0;
		const began = clock.now();
		const last = lastId(rig);
		const { changed, events } = await watch(rig, async () => {
			const asked = rig.post(path, fields).then((answer) => {
				status = answer.status;
			});
			// What works in slices waits for its next turn.
			while (status === 0) await clock.advance(5);
			await asked;
			// The clock runs ahead of what must be loaded first: what goes on by itself is recorded a little later.
			const { kind } = step;
			if (kind !== undefined) await until(() => has(rig, kind, last), kind);
		});
		if (step.status === undefined) expect([200, 204, 303]).toContain(status);
		else expect(status).toBe(step.status);
		const kinds = events.map(({ kind }) => kind);
		if (step.kind === undefined) expect({ changed, kinds }).toEqual({ changed: [], kinds: [] });
		else expect(kinds).toContain(step.kind);
		for (const event of events) {
			expect(event.by).toMatchObject({ kind: "person", name: "admin", from: "" });
			expect(event.at).toBeGreaterThanOrEqual(began);
			expect(event.at).toBeLessThanOrEqual(clock.now());
		}
		const told = events.find(({ kind }) => kind === step.kind);
		if (step.detail !== undefined) expect(told?.detail).toMatchObject(step.detail);
		const shown = JSON.stringify(events);
		for (const hidden of [PASSWORD, OTHER, secret || "-", SIGNED.cookie]) {
			if (hidden !== "-") expect(shown).not.toContain(hidden);
		}
	});
});

const document = await (async () => {
	const asked = await openRig();
	const { text } = await asked.get("/openapi.json");
	await asked.close();
	return JSON.parse(text) as Document;
})();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
	Object.entries(methods).flatMap(([method, described]) =>
		method === "get" ? [] : [{ path, method, described }],
	),
);

describe("operations, by a token", () => {
	test("there are some", () => expect(operations.length).toBeGreaterThan(25));

	test.each(operations.map((operation) => [operation.described.operationId, operation] as const))(
		"%s",
		async (_, operation) => {
			const ask = async (addresses: readonly bigint[]) => new Int32Array(addresses.length).fill(-1);
			const on = await openRig({ WEBHOOK_ALLOW_LOOPBACK: "true" }, { ask });
			try {
				await furnish(on);
				const { key } = createToken(on.app.context, { name: "robot", scope: "admin", days: undefined });
				const success = Number(
					Object.keys(operation.described.responses).find((status) => status.startsWith("2")),
				);
				const call = await sceneOf(on, operation, success);
				let status = 0;
				const { changed, events } = await watch(on, async () => {
					const { body } = call;
					const type = body === undefined ? {} : { "content-type": "application/json" };
					const headers = { cookie: "", authorization: `Bearer ${key}`, ...type, ...call.headers };
					const init: RequestInit = { method: call.method, headers };
					if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
					const answer = await on.fetch(`/api/v1${call.path}`, init);
					status = answer.status;
					await answer.text();
				});
				expect(status).toBe(success);
				if (changed.length > 0) expect([changed, events.length > 0]).toEqual([changed, true]);
				for (const { by } of events) expect(by).toMatchObject({ kind: "token", name: "robot", from: "" });
			} finally {
				await on.close();
			}
		},
	);
});
