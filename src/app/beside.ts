/** A context for verbs of the command line, beside a server that may be running: the database without its lock. */

import { existsSync, readFileSync } from "node:fs";
import { systemClock } from "../clock.ts";
import { BOUNDS, type Config } from "../config.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { createBus } from "../events/bus.ts";
import { openPasswords, type Passwords } from "../ipam/passwords.ts";
import { openLog } from "../log.ts";
import type { Actor } from "../model/actor.ts";
import { openDatabase } from "../store/database.ts";

export type Beside = {
	readonly context: Context;
	readonly passwords: Passwords;
	/** A line for whoever typed: the database was not there, and was made. Undefined where it was. */
	readonly made: string | undefined;
	close(): void;
};

/**
 * Opens the database. What is done is recorded under the name that the machine knows its caller by.
 * One that is not there yet is made, or refused
 * with AppError("invalid") where nothing could be in it (`there`).
 */
export async function openBeside(
	config: Config,
	random: () => number,
	{ there = false }: { readonly there?: boolean } = {},
): Promise<Beside> {
	const isNew = !existsSync(config.databasePath);
	if (there && isNew) {
		const says = `There is no database at ${config.databasePath}. Name one with --database.`;
		throw new AppError("invalid", says);
	}
	const log = await openLog({ level: "error", format: config.logFormat });
	const db = openDatabase(config.databasePath, { busyMs: BOUNDS.busyMs });
	const bus = createBus({ ring: 1, onError: (error) => log.error("a listener failed", { reason: error }) });
	const context = { config, db, bus, log, clock: systemClock, random, actor: typist() };
	const made = `The database was made now: ${config.databasePath}. If yours is another, name it with --database.\n`;
	return {
		...{ context, passwords: openPasswords(context, BOUNDS), made: isNew ? made : undefined },
		close: () => db.close(),
	};
}

/** Whoever typed the command line. */
function typist(): Actor {
	return { kind: "person", id: undefined, name: `${nameHere()} on the command line`, from: "" };
}

/** By number, as passwd(5) names it: what the environment says of the user may be anything. */
function nameHere(): string {
	const uid = String(process.getuid?.() ?? "");
	try {
		const lines = readFileSync("/etc/passwd", "utf8").split("\n");
		const [name = ""] = lines.map((line) => line.split(":")).find(([, , number]) => number === uid) ?? [];
		if (name !== "") return name;
	} catch {
		// Not every system keeps its users there, and a container may keep none.
	}
	return uid === "" ? "somebody" : `user ${uid}`;
}
