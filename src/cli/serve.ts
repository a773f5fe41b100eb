/** `rollcall serve`: settings, the running application, and its end. */

import { parseArgs } from "node:util";
import { openApp } from "../app.ts";
import { loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import type { Io } from "./run.ts";

const HELP = `rollcall serve: serve the pages and sweep.

  --config FILE     read settings from FILE (else from .env beside the program, when there is one)
  --host ADDRESS    listen on ADDRESS            (HOST, 127.0.0.1)
  --port N          listen on port N             (PORT, 8080)
  --database PATH   keep everything in PATH      (DATABASE_URL, ./ipam.db)
`;

/** Serves until the signal; 0 after a clean stop. */
export async function serveCommand(args: string[], io: Io): Promise<number> {
	const flags = readFlags(args);
	if (flags.help === true) {
		io.out(HELP);
		return 0;
	}
	const config = loadConfig({
		file: flags.config,
		flags: { HOST: flags.host, PORT: flags.port, DATABASE_URL: flags.database },
	});
	const app = await openApp(config, { entry: Bun.main });
	app.context.log.info("serving", {
		url: app.url,
		database: config.databasePath,
		...(config.source === undefined ? {} : { settings: config.source }),
	});
	if (io.terminal) io.err(`\nRollcall is at ${app.url}\n\n`);
	await new Promise<void>((resolve) => {
		if (io.signal?.aborted) resolve();
		io.signal?.addEventListener("abort", () => resolve(), { once: true });
	});
	app.context.log.info("stopping");
	await app.close();
	return 0;
}

function readFlags(args: string[]) {
	try {
		return parseArgs({
			args,
			options: {
				config: { type: "string" },
				host: { type: "string" },
				port: { type: "string" },
				database: { type: "string" },
				help: { type: "boolean", short: "h" },
			},
		}).values;
	} catch (cause) {
		throw new AppError("invalid", `${(cause as Error).message.split(". ")[0]}. See: rollcall serve --help`, {
			cause,
		});
	}
}
