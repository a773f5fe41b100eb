/** Every route that is posted to, as it is meant to be used: what is sent, and what has to be recorded of it. */

import { decodeBase32IgnorePadding } from "@oslojs/encoding";
import { generateHOTP } from "@oslojs/otp";
import type { EventKind } from "../../src/model/event.ts";
import { bringFile } from "./api-scenes-moving.ts";
import type { Rig } from "./app.ts";
import type { HandClock } from "./clock.ts";
import { until } from "./patience.ts";
import { PASSWORD } from "./signed.ts";

/** What a walk over the forms has at hand. */
export type Walk = {
	readonly rig: Rig;
	readonly clock: HandClock;
	/** The key of the second step, once it was shown. */
	secret: string;
	/** The one value that a query answers. */
	one(sql: string): string;
	/** The version of the first of its kind. */
	version(table: string): string;
	/** What the app on the telephone shows now. */
	code(): string;
};

export type Step = {
	readonly route: string;
	readonly path?: string | ((walk: Walk) => Promise<string> | string);
	readonly fields?:
		| Record<string, string>
		| ((walk: Walk) => Record<string, string> | Promise<Record<string, string>>);
	/** What is recorded; undefined: nothing that people recorded changes. */
	readonly kind?: EventKind;
	/** Of the event's detail. */
	readonly detail?: Record<string, string>;
	readonly status?: number;
};

const own = { own_password: PASSWORD };
export const OTHER = "battery horse correct";
const subnet = { name: "Office", notes: "", gateway: "", sweep_interval_s: "60", sweep_enabled: "on" };
const hook = { url: "http://192.0.2.9/hook", name: "chat", enabled: "on" };

export function openWalk(rig: Rig, clock: HandClock): Walk {
	const one = (sql: string) => String(Object.values(rig.app.context.db.query(sql).get() ?? {})[0]);
	return {
		rig,
		clock,
		secret: "",
		one,
		version: (table) => one(`SELECT version FROM ${table} WHERE id = 1`),
		code() {
			const step = BigInt(Math.floor(clock.now() / 30_000));
			return generateHOTP(decodeBase32IgnorePadding(this.secret), step, 6);
		},
	};
}

/** Every route that is posted to, in an order in which each finds what it needs. */
export const STEPS: readonly Step[] = [
	{ route: "/subnets", fields: { ...subnet, cidr: "10.7.0.0/24" }, kind: "subnet_added" },
	{
		route: "/subnets/:id/edit",
		fields: (walk) => ({ ...subnet, name: "Hall", version: walk.version("subnet") }),
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
		path: (walk) => `/runs/${walk.one("SELECT max(id) FROM sweep_run")}/cancel`,
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
		path: (walk) => `/batches/${walk.one("SELECT max(id) FROM batch")}/undo`,
		kind: "batch_undone",
	},
	{
		route: "/batches/:id/cancel",
		path: (walk) => {
			const columns = "kind, state, source, actor, detail_json, made_at";
			walk.rig.app.context.db.run(
				`INSERT INTO batch (${columns}) VALUES ('delete', 'open', 'two', 'admin', '{}', 1)`,
			);
			return `/batches/${walk.one("SELECT max(id) FROM batch")}/cancel`;
		},
		kind: "batch_cancelled",
	},
	{ route: "/hosts/:id/delete", path: "/hosts/2/delete", kind: "host_deleted" },
	{ route: "/imports", status: 422 },
	{ route: "/imports/phpipam", fields: { url: "http://127.0.0.1:1/api/x", token: "x" }, status: 422 },
	{ route: "/imports/:id/look" },
	{
		route: "/imports/:id/cancel",
		async path(walk) {
			// The look of the step before goes on by itself; once it is over there is nothing to be cancelled.
			await until(async () => {
				await walk.clock.advance(5);
				const { text } = await walk.rig.get("/api/v1/imports/1");
				return (JSON.parse(text) as { progress: unknown }).progress === null;
			}, "the look is over");
			return "/imports/1/cancel";
		},
	},
	{ route: "/imports/:id/around", fields: { cidr: "10.9.9.0/24" }, kind: "subnet_added" },
	{
		route: "/imports/:id/write",
		path: async (walk) => `/imports/${await bringFile(walk.rig, "ip,hostname\n10.0.2.9,desk\n")}/write`,
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
		fields: (walk) => ({ ...hook, name: "night", version: walk.version("webhook") }),
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
		path: (walk) => `/settings/users/${walk.one("SELECT max(id) FROM user")}`,
		fields: { role: "editor", ...own },
		kind: "user_edited",
		detail: { field: "role", old: "viewer", new: "editor" },
	},
	{
		route: "/settings/users/:id/password",
		path: (walk) => `/settings/users/${walk.one("SELECT max(id) FROM user")}/password`,
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
		path: (walk) => `/settings/users/${walk.one("SELECT max(id) FROM user")}/delete`,
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
		path: (walk) => `/settings/tokens/${walk.one("SELECT max(id) FROM api_token")}/revoke`,
		kind: "token_revoked",
		detail: { old: "read" },
	},
	{
		route: "/account/two-step",
		fields: async (walk) => {
			walk.secret =
				/name="secret" value="([A-Z2-7]{32})"/.exec((await walk.rig.get("/account/two-step")).text)?.[1] ??
				"";
			return { secret: walk.secret, code: walk.code(), ...own };
		},
		kind: "user_edited",
		detail: { field: "two-step sign-in", old: "off", new: "on" },
		status: 200,
	},
	{ route: "/account/two-step/stop", fields: own, kind: "user_edited", detail: { old: "on", new: "off" } },
	{
		route: "/account/sessions/:id/end",
		path: async (walk) => {
			await walk.rig.post("/login", { name: "admin", password: PASSWORD }, { cookie: "" });
			return `/account/sessions/${walk.one("SELECT max(id) FROM session")}/end`;
		},
		kind: "user_edited",
		detail: { field: "a session" },
	},
	{
		route: "/account/sessions/end",
		fields: async (walk) => {
			await walk.rig.post("/login", { name: "admin", password: PASSWORD }, { cookie: "" });
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
