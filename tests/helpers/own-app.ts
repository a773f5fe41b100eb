/** A whole Rollcall on a database file of its own, with its threads, sweeping loopback; nobody listens on a port. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { silentLog } from "../../src/log.ts";
import { isGrave } from "../../src/model/doctor/check.ts";

export type OwnApp = {
	readonly app: App;
	readonly folder: string;
	readonly path: string;
	/** The status of /healthz, and what the light says. */
	health(): Promise<{ status: number; problem: string | null }>;
	/** Hosts by status, as "14 up". */
	hosts(): string;
	close(): Promise<void>;
};

export const ENTRY = join(import.meta.dir, "crew-entry.ts");

/** `folder`: an existing one, which stays; else one of its own. A subnet of 14 loopback addresses is swept every 10 s. */
export async function openOwnApp(folder?: string, env: Record<string, string> = {}): Promise<OwnApp> {
	const home = folder ?? mkdtempSync(join(tmpdir(), "rollcall-own-"));
	const path = join(home, "ipam.db");
	const plain = { PTR_LOOKUP_ENABLED: "false", SCAN_NMAP_INTERVAL_MINUTES: "0", LOG_LEVEL: "error" };
	const config = loadConfig({ env: { DATABASE_URL: path, ...plain, ...env } });
	const app = await openApp(config, { entry: ENTRY, listen: false, log: silentLog });
	const { context } = app;
	const values = { name: "", notes: "", gateway: "", sweepIntervalS: 10, sweepEnabled: true };
	const known = context.db.query("SELECT 1 FROM subnet").get() !== null;
	if (!known) createSubnet(context, "127.0.1.0/28", values);
	const hosts = () => {
		const rows = context.db
			.query<{ status: string; n: number }, []>("SELECT status, count(*) AS n FROM host GROUP BY status")
			.all();
		return rows.map(({ status, n }) => `${n} ${status}`).join(", ");
	};
	return {
		...{ app, folder: home, path, hosts },
		async health() {
			const answer = await app.handle(new Request("http://localhost/healthz"));
			const grave = app.checks().find(isGrave);
			return { status: answer.status, problem: grave?.says ?? null };
		},
		async close() {
			await app.close();
			if (folder === undefined) rmSync(home, { recursive: true, force: true });
		},
	};
}
