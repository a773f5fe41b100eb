/**
 * How each answer that /openapi.json promises is reached: a network with one of everything, and per operation what
 * has to be so first. Knows the document, not the code behind it.
 */

import { openBatch } from "../../src/ipam/batches.ts";
import { bringFile, MOVING_SCENES } from "./api-scenes-moving.ts";
import { PEOPLE_SCENES } from "./api-scenes-people.ts";
import type { openRig, Rig } from "./app.ts";
import { PASSWORD, signedAs, signIn } from "./signed.ts";

export type Media = { schema?: object; example?: unknown };
export type Described = {
	operationId: string;
	parameters: { name: string; in: string }[];
	requestBody?: { required: boolean; content: Record<string, Media> };
	responses: Record<string, { description: string; content?: Record<string, Media>; headers?: object }>;
	summary?: string;
};
export type Document = { paths: Record<string, Record<string, Described>> };

export type Call = {
	readonly method: string;
	readonly path: string;
	readonly body?: unknown;
	readonly headers?: Record<string, string>;
};

/** One of everything, each with the number 1: a /16, two hosts, a webhook with a message, a batch, runs, news, a token. */
export async function furnish(rig: Rig): Promise<void> {
	const { db } = rig.app.context;
	signIn(db, "viewer", rig.app.context.clock.now());
	const send = async (path: string, body?: unknown) => {
		const answer = await rig.send("POST", `/api/v1${path}`, body);
		if (answer.status >= 400) throw new Error(`${path}: ${answer.text}`);
	};
	await send("/subnets", { cidr: "10.0.0.0/16", name: "Office" });
	await send("/hosts", { ip: "10.0.0.5", hostname: "nas.lan", tags: ["storage"] });
	await send("/hosts", { ip: "10.0.0.6" });
	await send("/hosts", { ip: "10.0.0.7" });
	await send("/webhooks", { url: "http://192.0.2.9/hook" });
	await send("/webhooks/1/test");
	await send("/subnets/1/sweep");
	await send("/hosts/1/scan");
	await send("/hosts/delete", { ids: [3] });
	await send("/tokens", { name: "cron", scope: "read", own_password: PASSWORD });
	await bringFile(rig, "ip,hostname,description\n10.0.1.5,desk,\n10.9.9.9,far,\n");
	db.query("UPDATE host SET ptr_name = 'nas.example' WHERE id = 1").run();
	db.query(
		`INSERT INTO event (id, ts, kind, subnet_id, host_id, ip, label, detail_json)
		VALUES (900, 1, 'mac_changed', 1, 1, '10.0.0.5', 'nas.lan', '{"mac":"00:11:32:8a:00:02","old":"00:11:32:8a:00:01"}')`,
	).run();
}

/** What has to be so first, or has to be sent instead of the example; by operation and status. */
const SCENES: Readonly<Record<string, Partial<Call> | ((rig: Rig) => Promise<Partial<Call>>)>> = {
	"createSubnet 201": { body: { cidr: "10.9.0.0/24", gateway: "10.9.0.1" } },
	"createSubnet 409": { body: { cidr: "10.0.0.0/16" } },
	"updateSubnet 409": { body: { version: 77, name: "late" } },
	"createHost 409": { body: { ip: "10.0.0.5" } },
	"updateHost 409": { body: { version: 77, notes: "late" } },
	"useHostName 409": { body: { source: "snmp" } },
	"updateWebhook 409": { body: { version: 77, name: "late" } },
	"editHosts 200": { body: { filter: "tag=storage", set: { description: "Backups" } } },
	"editHosts 202": { path: "/hosts/edit?wait=false", body: { ids: [1], set: { notes: "later" } } },
	"deleteHosts 200": { body: { ids: [2] } },
	"deleteHosts 202": async (rig) => {
		const made = await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.8" });
		return { path: "/hosts/delete?wait=false", body: { ids: [(made.json() as { id: number }).id] } };
	},
	"nextAddress 201": { body: { ask: false, hostname: "printer-4.lan" } },
	"nextAddress 409": { body: { from: "10.0.255.255", ask: false } },
	...PEOPLE_SCENES,
	"dismissEvent 200": { path: "/events/900/dismiss" },
	...MOVING_SCENES,
	"undoBatch 202": async (rig) => {
		const made = await rig.send("POST", "/api/v1/hosts/edit", { ids: [1], set: { notes: "to be undone" } });
		return { path: `/batches/${(made.json() as { batch_id: number }).batch_id}/undo?wait=false` };
	},
	"undoBatch 409": async (rig) => {
		await rig.send("POST", "/api/v1/batches/1/undo");
		return {};
	},
	"cancelBatch 200": async (rig) => {
		const id = openBatch(rig.app.context, { kind: "bulk_edit", source: "24 hosts" });
		return { path: `/batches/${id}/cancel` };
	},
	"testWebhook 409": switchedOff,
	"sendAgain 409": switchedOff,
	"createWebhook 409": async (rig) => {
		for (let n = 0; n < 50; n++) await rig.send("POST", "/api/v1/webhooks", { url: `http://192.0.2.9/${n}` });
		return {};
	},
};

async function switchedOff(rig: Rig): Promise<Partial<Call>> {
	await rig.send("PATCH", "/api/v1/webhooks/1", { enabled: false });
	return {};
}

/** What makes any operation refuse, or send nothing, with this status; undefined where it needs a scene of its own. */
const REFUSED: Readonly<Record<number, (call: Call) => Partial<Call> | undefined>> = {
	304: () => ({ headers: { "if-none-match": "*" } }),
	400: () => ({ body: '{"a":1,"a":2}' }),
	401: () => ({ headers: { cookie: "" } }),
	403: () => ({ headers: signedAs("viewer") }),
	404: ({ path }) => ({ path: path.replace(/\d+/, "999999") }),
	412: () => ({ headers: { "if-match": '"77"' } }),
	413: () => ({ body: `{"a":"${"x".repeat(1_100_000)}"}` }),
	415: () => ({ body: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } }),
	421: () => ({ headers: { host: "evil.test" } }),
	422: ({ path }) => ({ path: `${path}?nonsense=1` }),
};

/** The request that reaches this answer. */
export async function sceneOf(
	rig: Awaited<ReturnType<typeof openRig>>,
	{ path, method, described }: { path: string; method: string; described: Described },
	status: number,
): Promise<Call> {
	const example = described.requestBody?.content["application/json"]?.example;
	const plain: Call = {
		method: method.toUpperCase(),
		path: path.replaceAll(/\{\w+\}/g, "1"),
		...(example === undefined ? {} : { body: example }),
	};
	const scene = SCENES[`${described.operationId} ${status}`];
	const own = typeof scene === "function" ? await scene(rig) : scene;
	return { ...plain, ...(own ?? REFUSED[status]?.(plain)) };
}
