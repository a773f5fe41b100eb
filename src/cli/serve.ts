/** `rollcall serve`: settings, the running application, and its end. */

import { settle } from "../app/settle.ts";
import { type App, openApp } from "../app.ts";
import { BOUNDS, type Config, loadConfig } from "../config.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, readFlags } from "./flags.ts";
import type { Io } from "./run.ts";

export const SERVE_HELP = `rollcall serve: serve the pages and sweep, until SIGTERM or Ctrl+C (a second one ends it at once).

  --host ADDRESS    listen on ADDRESS        (HOST, 127.0.0.1)
  --port N          listen on port N         (PORT, 8080)
${DATABASE_HELP}

SIGHUP reads TLS_CERT and TLS_KEY again. The log goes to standard output.

Examples
  rollcall serve --host 0.0.0.0 --port 8080
  rollcall serve --config /etc/rollcall.env
`;

/** Serves until the signal, then ends the process: 0 after a clean stop. */
export async function serveCommand(args: string[], io: Io): Promise<number> {
	const options = { ...DATABASE_OPTIONS, host: { type: "string" }, port: { type: "string" } } as const;
	const { values: flags, positionals } = readFlags("serve", args, options);
	if (positionals.length > 0)
		throw new AppError("invalid", `serve takes no “${positionals[0]}”. See: rollcall serve --help`);
	const config = loadConfig({
		file: flags.config,
		flags: { HOST: flags.host, PORT: flags.port, DATABASE_URL: flags.database },
	});
	return serveUntilStopped(config, io);
}

/** Opens everything, does `prepare`, and serves until the signal; ends the process then. */
export async function serveUntilStopped(
	config: Config,
	io: Io,
	prepare?: (context: Context) => void,
): Promise<number> {
	const app = await openApp(config, { entry: Bun.main, ...(prepare === undefined ? {} : { prepare }) });
	// A mistake in one piece of work must not end all others: the engine would end the process.
	process.on("unhandledRejection", (reason) =>
		app.context.log.error("something failed that nobody waited for", { reason }),
	);
	app.context.log.info("serving", {
		url: app.url,
		database: config.databasePath,
		...(config.source === undefined ? {} : { settings: config.source }),
	});
	if (io.terminal) io.err(greeting(app));
	void app.context.clock.sleep(BOUNDS.settledMs, io.signal).then(settle);
	await new Promise<void>((resolve) => {
		if (io.signal?.aborted) resolve();
		io.signal?.addEventListener("abort", () => resolve(), { once: true });
		// A terminal that is closed says it too, and then nobody is left to stop us.
		process.on("SIGHUP", () => (io.terminal ? resolve() : app.reload()));
	});
	app.context.log.info("stopping");
	await app.close();
	// A thread in the middle of copying the database cannot be interrupted, and is not waited for.
	process.exit(0);
}

/** What a person at a terminal does next, on lines of their own: a terminal may take what stands around a link for a part of it. */
function greeting(app: App): string {
	const link = app.setupLink();
	if (link === undefined) return `\nRollcall is at ${app.url}\n\n`;
	return `\nOpen this to make the first administrator:\n\n  ${link}\n\n`;
}
