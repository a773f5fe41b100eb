/**
 * Everything the API does, asked once by a generated client: whoever compiles this has types for all of it. It adds
 * a subnet 10.77.0.0/24, a webhook, a user and a token, and takes all away again; it prints the operations it called.
 */

import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./paths.ts";

type Host = components["schemas"]["Host"];

const url = process.env.ROLLCALL_URL ?? "http://localhost:8080";
const token = process.env.ROLLCALL_TOKEN ?? "";

const called = new Set<string>();
const note: Middleware = {
	onRequest({ request, schemaPath }) {
		called.add(`${request.method} ${schemaPath}`);
		return undefined;
	},
};
/** Asks; one that asked too often (a token may 20 times a second, 60 at once) waits as long as it is told. */
async function patient(request: Request): Promise<Response> {
	const answer = await fetch(request.clone());
	if (answer.status !== 429) return answer;
	const seconds = Number(answer.headers.get("retry-after") ?? 1);
	await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
	return patient(request);
}

const api = createClient<paths>({
	baseUrl: `${url}/api/v1`,
	headers: { authorization: `Bearer ${token}` },
	fetch: patient,
});
api.use(note);

/** The answer, or the problem as an error. */
function must<T>({ data, error }: { data?: T; error?: { detail: string; field?: string } }): T {
	if (data === undefined) throw new Error(`${error?.field ?? ""} ${error?.detail}`.trim());
	return data;
}

/** All hosts of a subnet, page by page. */
async function* hostsOf(id: number): AsyncGenerator<Host> {
	for (let cursor: string | undefined; ; ) {
		const query = cursor === undefined ? { limit: 2 } : { limit: 2, cursor };
		const page = must(await api.GET("/subnets/{id}/hosts", { params: { path: { id }, query } }));
		yield* page.items;
		if (page.next_cursor === null) return;
		cursor = page.next_cursor;
	}
}

async function subnets(): Promise<number> {
	const made = must(await api.POST("/subnets", { body: { cidr: "10.77.0.0/24", sweep_enabled: false } }));
	const path = { id: made.id };
	const { response } = await api.GET("/subnets/{id}", { params: { path } });
	const match = response.headers.get("etag") ?? "";
	const changes = { params: { path, header: { "If-Match": match } }, body: { name: "Made by a client" } };
	const changed = must(await api.PATCH("/subnets/{id}", changes));
	if (changed.name !== "Made by a client") throw new Error("the name did not change");
	const late = await api.PATCH("/subnets/{id}", changes);
	if (late.response.status !== 412) throw new Error("a late edit was not refused");
	must(await api.GET("/subnets", { params: { query: { limit: 10 } } }));
	must(await api.PUT("/subnets/{id}/scans", { params: { path }, body: { enabled: false } }));
	must(await api.PUT("/subnets/{id}/snmp", { params: { path }, body: { enabled: false } }));
	return made.id;
}

async function hosts(subnet: number): Promise<number[]> {
	must(await api.POST("/hosts", { body: { ip: "10.77.0.9", hostname: "nas.lan", tags: ["storage"] } }));
	const header = { "Idempotency-Key": "client-1" };
	const wish = { params: { path: { id: subnet }, header }, body: { hostname: "next.lan", ask: false } };
	const next = must(await api.POST("/subnets/{id}/next-address", wish));
	const again = must(await api.POST("/subnets/{id}/next-address", wish));
	if (next.host.ip !== again.host.ip) throw new Error("one wish was given two addresses");
	must(await api.GET("/subnets/{id}/gaps", { params: { path: { id: subnet } } }));
	const all: Host[] = [];
	for await (const host of hostsOf(subnet)) all.push(host);
	if (all.length !== 2) throw new Error(`there are ${all.length} hosts`);
	const found = must(await api.GET("/hosts", { params: { query: { ip: "10.77.0.9" } } }));
	const path = { id: found.items[0]?.id ?? 0 };
	must(await api.GET("/hosts/{id}", { params: { path } }));
	must(await api.PATCH("/hosts/{id}", { params: { path }, body: { notes: "seen by a client" } }));
	must(await api.GET("/hosts/{id}/history", { params: { path, query: { step: 3_600 } } }));
	must(await api.GET("/hosts/{id}/ports", { params: { path } }));
	must(await api.GET("/hosts/{id}/events", { params: { path } }));
	must(await api.PUT("/hosts/{id}/snmp", { params: { path }, body: { enabled: null } }));
	// These may be refused: the host is invented, and nobody may be there who could ask.
	await api.POST("/hosts/{id}/ping", { params: { path } });
	await api.POST("/hosts/{id}/name", { params: { path }, body: { source: "ptr" } });
	return all.map(({ id }) => id);
}

async function many(ids: readonly number[]): Promise<void> {
	const body = { ids: [...ids], set: { description: "by a client" }, tags_add: ["client"] };
	must(await api.POST("/hosts/edit", { body }));
	const { batch_id: id } = must(await api.POST("/hosts/delete", { body: { ids: [...ids] } }));
	const path = { id };
	must(await api.GET("/batches/{id}", { params: { path } }));
	// It is done already: there is nothing to cancel.
	const late = await api.POST("/batches/{id}/cancel", { params: { path } });
	if (late.error?.code !== "conflict") throw new Error("it was cancelled");
	const undone = must(await api.POST("/batches/{id}/undo", { params: { path } }));
	if (undone.state !== "undone") throw new Error("it was not undone");
}

async function runs(subnet: number, host: number): Promise<void> {
	const sweep = must(await api.POST("/subnets/{id}/sweep", { params: { path: { id: subnet } } }));
	must(await api.GET("/runs/{id}", { params: { path: { id: sweep.id } } }));
	must(await api.POST("/runs/{id}/cancel", { params: { path: { id: sweep.id } } }));
	const scan = must(await api.POST("/hosts/{id}/scan", { params: { path: { id: host } } }));
	must(await api.GET("/scans/{id}", { params: { path: { id: scan.id } } }));
	must(await api.POST("/scans/{id}/cancel", { params: { path: { id: scan.id } } }));
}

async function events(): Promise<void> {
	const { items } = must(await api.GET("/events", { params: { query: { limit: 1 } } }));
	const last = items[0]?.id ?? 1;
	const refused = await api.POST("/events/{id}/dismiss", { params: { path: { id: last } } });
	if (refused.error?.code !== "invalid") throw new Error("such news cannot be put away");
	const query = { last_event_id: last - 1 };
	const { response } = await api.GET("/stream", { params: { query }, parseAs: "stream" });
	const reader = response.body?.getReader();
	let text = "";
	while (!text.includes(`id: ${last}\n`)) text += new TextDecoder().decode((await reader?.read())?.value);
	await reader?.cancel();
	must(await api.GET("/doctor"));
}

async function files(subnet: number): Promise<void> {
	const csv = "ip,hostname\n10.77.0.50,imported.lan\n";
	const made = must(
		await api.POST("/imports", {
			params: { query: { dry_run: true } },
			body: csv,
			headers: { "content-type": "text/csv" },
			bodySerializer: (text) => text,
		}),
	);
	const path = { id: made.id };
	must(await api.GET("/imports/{id}", { params: { path } }));
	must(await api.POST("/imports/{id}/write", { params: { path } }));
	const query = { format: "csv", subnet } as const;
	const file = must(await api.GET("/export", { params: { query }, parseAs: "text" }));
	if (!file.includes("imported.lan")) throw new Error("what was imported is not exported");
	// What is large goes on by itself: its progress can be looked at, and it can be ended. This one is done.
	must(await api.GET("/imports/{id}", { params: { path } }));
	const late = await api.POST("/imports/{id}/cancel", { params: { path } });
	if (late.response.status !== 409) throw new Error("what is written cannot be cancelled");
	must(await api.POST("/imports/{id}/undo", { params: { path } }));
}

async function webhooks(): Promise<void> {
	const made = must(await api.POST("/webhooks", { body: { url: "http://192.0.2.77/hook", topics: ["down"] } }));
	const path = { id: made.id };
	must(await api.GET("/webhooks"));
	must(await api.GET("/webhooks/{id}", { params: { path } }));
	must(await api.PATCH("/webhooks/{id}", { params: { path }, body: { name: "Client" } }));
	const test = must(await api.POST("/webhooks/{id}/test", { params: { path } }));
	must(await api.GET("/webhooks/{id}/deliveries", { params: { path } }));
	const delivery = { ...path, delivery: test.id };
	must(await api.POST("/webhooks/{id}/deliveries/{delivery}/again", { params: { path: delivery } }));
	must(await api.DELETE("/webhooks/{id}", { params: { path } }));
}

async function people(): Promise<void> {
	const body = { name: "client.test", role: "viewer", password: "seven wet herons" };
	const { id } = must(await api.POST("/users", { body }));
	const path = { id };
	must(await api.GET("/users"));
	must(await api.GET("/users/{id}", { params: { path } }));
	must(await api.PATCH("/users/{id}", { params: { path }, body: { disabled: true } }));
	must(await api.PUT("/users/{id}/password", { params: { path }, body: { password: "nine dry otters" } }));
	must(await api.POST("/users/{id}/sign-out", { params: { path } }));
	must(await api.DELETE("/users/{id}", { params: { path } }));
	const expires_at = new Date(Date.now() + 60_000).toISOString();
	const made = must(await api.POST("/tokens", { body: { name: "a minute", scope: "read", expires_at } }));
	must(await api.GET("/tokens"));
	must(await api.GET("/tokens/{id}", { params: { path: { id: made.id } } }));
	must(await api.DELETE("/tokens/{id}", { params: { path: { id: made.id } } }));
}

const subnet = await subnets();
const ids = await hosts(subnet);
await many(ids);
await runs(subnet, ids[0] ?? 0);
await events();
await files(subnet);
await webhooks();
await people();
must(await api.DELETE("/hosts/{id}", { params: { path: { id: ids[0] ?? 0 } } }));
must(await api.DELETE("/subnets/{id}", { params: { path: { id: subnet } } }));
console.log([...called].sort().join("\n"));
