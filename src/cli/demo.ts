/** `rollcall demo`: the whole product on an invented network. Nothing is sent, and no real database is touched. */

import { resolve } from "node:path";
import { loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { fillDemo, mayBeDemo } from "../ipam/demo.ts";
import { parseMac } from "../net/mac.ts";
import { openVendors } from "../probes/vendor.ts";
import { readFlags } from "./flags.ts";
import type { Io } from "./run.ts";
import { serveUntilStopped } from "./serve.ts";

export const DEMO_HELP = `rollcall demo: see the product without a network.

Fills a database of its own with some subnets on loopback addresses, five hundred hosts and a week of their past, then
serves it like "rollcall serve". Hosts come and go, as they do; no packet is sent for that. Stop it with Ctrl+C and
delete the file and what stands beside it (rollcall-demo.db*), and nothing is left.

  --database PATH   the file           (./rollcall-demo.db)
  --host ADDRESS    listen on ADDRESS  (HOST, 127.0.0.1)
  --port N          listen on port N   (PORT, 8080)

HOST, PORT, PUBLIC_URL, HOST_NAMES, TRUSTED_PROXIES, TLS_CERT, TLS_KEY, LOG_LEVEL and LOG_FORMAT of the environment hold
as for "rollcall serve". No other setting does, and no settings file is read: nothing of a real network is touched.

Examples
  rollcall demo
  rollcall demo --port 9000 --database demo.db
`;

/** Settings that say how it is reached, and what it logs. */
const REACHED = [
	...["HOST", "PORT", "PUBLIC_URL", "HOST_NAMES", "TRUSTED_PROXIES"],
	...["TLS_CERT", "TLS_KEY", "LOG_LEVEL", "LOG_FORMAT"],
];

/** Serves until the signal. AppError("invalid") when the database is a real one. */
export async function demoCommand(args: string[], io: Io): Promise<number> {
	const text = { type: "string" } as const;
	const options = { database: text, host: text, port: text };
	const { values, positionals } = readFlags("demo", args, options);
	if (positionals.length > 0)
		throw new AppError("invalid", `demo takes no “${positionals[0]}”. See: rollcall demo --help`);
	const config = loadConfig({
		only: REACHED,
		demo: true,
		flags: {
			...{
				DATABASE_URL: resolve(values.database ?? "rollcall-demo.db"),
				HOST: values.host,
				PORT: values.port,
			},
			// Nothing is looked for on the real network.
			...{ PTR_LOOKUP_ENABLED: "false", SNMP_ENABLED: "false", ARP_ENABLED: "false" },
			...{ SCAN_NMAP_INTERVAL_MINUTES: "0", BACKUP_KEEP: "0" },
		},
	});
	return serveUntilStopped(config, io, (context) => {
		if (!mayBeDemo(context.db)) {
			throw new AppError("invalid", `${config.databasePath} holds a real network: name another file.`);
		}
		const vendorOf = openVendors();
		const hosts = fillDemo(context, (mac) => vendorOf(parseMac(mac) ?? 0));
		io.err(`An invented network of ${hosts} hosts, in ${config.databasePath}.\n`);
	});
}
