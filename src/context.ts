/** What a verb or a request may reach for: a type, put together in app. */

import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Bus } from "./events/bus.ts";
import type { Log } from "./log.ts";
import type { Actor } from "./model/actor.ts";
import type { Db } from "./store/database.ts";

/** Without an actor: enough to read, not enough to write as somebody. */
export type Ground = Omit<Context, "actor">;

export type Context = {
	readonly config: Config;
	readonly db: Db;
	readonly bus: Bus;
	readonly log: Log;
	readonly clock: Clock;
	/** 0 ≤ n < 1. */
	readonly random: () => number;
	/** Who acts; events record it. Requests get a context of their own (`desk.by`). */
	readonly actor: Actor;
};
