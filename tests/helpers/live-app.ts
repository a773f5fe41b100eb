/** A whole Rollcall on a socket of this machine, with a few subnets and hosts in a database in memory. Nothing is swept. */

import { type App, openApp } from "../../src/app.ts";
import type { Clock } from "../../src/clock.ts";
import { loadConfig } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { calmMachine } from "./calm.ts";
import { SIGNED, signIn } from "./signed.ts";

export type LiveApp = { readonly app: App; readonly url: string; close(): Promise<void> };

export async function openLiveApp(options: { readonly clock?: Clock } = {}): Promise<LiveApp> {
	const config = loadConfig({ env: { DATABASE_URL: ":memory:", PORT: "0" } });
	const app = await openApp(config, { log: silentLog, machine: calmMachine, ...options });
	if (app.url === undefined) throw new Error("it does not listen");
	const { url } = app;
	signIn(app.context.db, "admin", app.context.clock.now());
	return { app, url, close: () => app.close() };
}

/** Sends JSON as a script would; the answer's body. */
export async function send(url: string, path: string, body: object): Promise<{ id: number }> {
	const answer = await fetch(`${url}/api/v1${path}`, {
		method: "POST",
		headers: { ...SIGNED, "content-type": "application/json" },
		body: JSON.stringify(body),
	});
	if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
	return (await answer.json()) as { id: number };
}

/** An open port, as a port scan would have found it. */
export function putPort(app: App, hostId: number, port: number, service: string, product = ""): void {
	app.context.db
		.query(
			`INSERT INTO host_open_port (host_id, ts, port, proto, state, service, product, first_seen_at, last_seen_at)
			VALUES (?, 1, ?, 'tcp', 'open', ?, ?, 1, 1)`,
		)
		.run(hostId, port, service, product);
}

/** What ARP and the vendor list would have written. */
export function putMac(app: App, hostId: number, mac: string, vendor: string): void {
	app.context.db.query("UPDATE host SET mac = ?, vendor = ? WHERE id = ?").run(mac, vendor, hostId);
}

/** Office LAN with a dozen hosts, and a lab. */
export async function fillOffice({ app, url }: LiveApp): Promise<void> {
	const add = (cidr: string, name: string) => send(url, "/subnets", { cidr, name, sweep_enabled: false });
	await add("10.0.0.0/24", "Office LAN");
	await add("10.0.8.0/23", "Lab");
	for (let n = 1; n <= 12; n++) {
		const { id } = await send(url, "/hosts", {
			ip: `10.0.0.${n}`,
			hostname: `web-${n}.lan`,
			tags: ["server"],
		});
		putPort(app, id, 443, "https");
		if (n <= 2) putPort(app, id, 22, "ssh");
	}
	const nas = await send(url, "/hosts", {
		ip: "10.0.0.14",
		hostname: "nas.lan",
		description: "Backups and media",
		tags: ["storage"],
	});
	putMac(app, nas.id, "00:11:32:8a:4c:01", "Synology");
}
