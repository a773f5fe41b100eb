/** What every route needs at hand: the context, the shell around pages, and the short memory of rendered ones. */

import type { Assets, Shell } from "../../views/layout.tsx";
import type { NetworkOffer } from "../../views/offers.tsx";
import type { Reader } from "../../views/reader.tsx";
import type { Context, Ground } from "../context.ts";
import type { News } from "../events/bus.ts";
import type { PhpipamKey, Pulled } from "../events/phpipam.ts";
import type { Importer } from "../ipam/imports.ts";
import type { Alarm, Check } from "../model/doctor/check.ts";
import type { Light } from "../model/live.ts";
import type { TargetRules } from "../model/target.ts";
import type { Address } from "../net/address.ts";
import { findBatch } from "../store/batches.ts";
import { countDown } from "../store/counts.ts";
import type { Db } from "../store/database.ts";
import { readLastSweep } from "../store/subnets.ts";
import type { AssetStore } from "./assets.ts";
import type { Caller, Callers } from "./callers.ts";
import { createFacets, type Facets } from "./facets.ts";
import { isLoopback } from "./origin.ts";
import { readTheme } from "./query.ts";
import { isHtmx, type Page, respondPage } from "./respond.ts";
import { readZone } from "./zone.ts";

/** What the machine and the sweep thread know, handed in by app. */
export type Surroundings = {
	/** Networks of this machine's interfaces that could be added. */
	offers(): NetworkOffer[];
	checks(): Check[];
	/** The worst of them, for the light. */
	alarm(): Alarm | undefined;
	/**
	 * Asks addresses now: microseconds by position, -1 for silence, 0 for one that answers ARP alone.
	 * AppError("unavailable") when nothing can be asked.
	 */
	ask(addresses: readonly Address[], patience: Patience): Promise<Int32Array>;
	/** Who answers in this machine's own networks, as its kernel knows. */
	neighbours(): Address[];
	/** Where webhooks may go from here. */
	targetRules(): TargetRules;
	readonly importer: Importer;
	/** Everything a running phpIPAM tells; see events/phpipam. */
	pullPhpipam(url: string, key: PhpipamKey, signal: AbortSignal): Promise<Pulled>;
};

/** Echoes to a silent address, the wait between two of them, and after the last, in milliseconds. */
export type Patience = { readonly attempts: number; readonly retryMs: number; readonly timeoutMs: number };

export type Desk = {
	/** Enough to read; verbs that write are given `by(request)`. */
	readonly context: Ground;
	readonly surroundings: Surroundings;
	/** Counts of tags and services, remembered for a moment. */
	readonly facets: Facets;
	/** URLs of what pages load. */
	readonly assets: Assets;
	light(): Light;
	/** The context of whoever sent this request: what is done in it is recorded as theirs. */
	by(request: Request): Context;
	/** For whom an answer is made. */
	reader(request: Request): Caller;
	shell(request: Request): Shell;
	/** Answers a page; `make` is spared when the same page was made a moment ago and nothing changed since. */
	page(request: Request, make: () => Page): Response;
	/** The same for a piece of a page. */
	piece(request: Request, make: () => Response): Response;
};

/** Rendered answers kept, and for how long at most, in milliseconds (ages in them are as old). */
const KEPT_MAX = 64;
const KEPT_MS = 1_000;
/** Longer addresses, and windows of unusual length, are made each time: what is kept stays small. */
const KEPT_URL_CHARS = 512;

/** `epoch` tells this process from earlier ones, as in the ids of the live stream. */
export function createDesk(
	context: Context,
	assets: AssetStore,
	{ surroundings, epoch, callers }: { surroundings: Surroundings; epoch: string; callers: Callers },
): Desk {
	const { db, clock } = context;
	const remember = createMemory(context, callers);
	const whoOf = (request: Request) => {
		const caller = callers.of(request);
		return {
			reader: caller,
			name: caller.name,
			encrypted: caller.encrypted || isLoopback(caller.actor.from),
		};
	};
	const light = (): Light => {
		const alarm = surroundings.alarm();
		return {
			lastSweepAt: lastSweepOf(db),
			problem: alarm?.level === "bad" ? alarm.says : undefined,
			limited: alarm?.level === "warn" ? alarm.says : undefined,
		};
	};
	const shell = (request: Request): Shell => ({
		path: new URL(request.url).pathname,
		...undoOf(db, request),
		...searchOf(request),
		light: light(),
		downs: countDown(db),
		theme: readTheme(request),
		...whoOf(request),
		assets: assets.urls,
		now: clock.now(),
		liveId: `${epoch}.${context.bus.lastId}`,
	});
	return {
		context,
		surroundings,
		facets: createFacets(context),
		assets: assets.urls,
		light,
		by: (request) => ({ ...context, actor: callers.of(request).actor }),
		reader: callers.of,
		shell,
		page: (request, make) => remember(request, () => respondPage(request, shell(request), make())),
		piece: remember,
	};
}

/** Where the rows cannot be read the light says that, and it must be told all the same. */
function lastSweepOf(db: Db): number | undefined {
	try {
		return readLastSweep(db);
	} catch {
		return undefined;
	}
}

type Kept = { readonly changes: number; readonly at: number; readonly response: Response };

/** Does a page made before these news show something that is wrong by now, not merely a latency or an age? */
function ages(news: News): boolean {
	if (news.kind === "change") return news.change.urgent;
	if (news.kind !== "progress") return news.kind === "trouble";
	return news.progress.state !== "running" && news.progress.state !== "queued";
}

/** Many browsers ask for the same page when something changed: it is made once. */
function createMemory(
	context: Ground,
	callers: Callers,
): (request: Request, make: () => Response) => Response {
	const kept = new Map<string, Kept>();
	let changes = 0;
	context.bus.subscribe(({ news }) => {
		if (ages(news)) changes += 1;
	});
	return (request, make) => {
		if (request.url.length > KEPT_URL_CHARS || request.url.includes("limit=")) return make();
		const key = keyOf(request, callers.of(request));
		const now = context.clock.monotonicMs();
		const hit = kept.get(key);
		if (hit !== undefined && hit.changes === changes && now - hit.at < KEPT_MS) return hit.response.clone();
		const response = make();
		kept.delete(key);
		kept.set(key, { changes, at: now, response: response.clone() });
		if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value ?? "");
		return response;
	};
}

/** What the search box of the search page holds. */
function searchOf(request: Request): { search?: string } {
	const url = new URL(request.url);
	return url.pathname === "/search" ? { search: url.searchParams.get("q")?.slice(0, 256) ?? "" } : {};
}

/** What was done a moment ago, as a cookie of a few seconds says. */
function undoOf(db: Db, request: Request): Pick<Shell, "undo"> {
	const id = readUndo(request);
	const batch = id === "" ? undefined : findBatch(db, Number(id));
	const { pathname, search } = new URL(request.url);
	return batch === undefined ? {} : { undo: { batch, back: pathname + search } };
}

function readUndo(request: Request): string {
	return /(?:^|;\s*)undo=(\d{1,15})(?:;|$)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "";
}

/** Everything an answer to a GET depends on. Pieces are the same for a role; a document holds the token of one session. */
function keyOf(request: Request, { role, csrf }: Reader): string {
	const packed = request.headers.get("accept-encoding") ?? "";
	const whose = isHtmx(request) ? role : `${role} ${csrf}`;
	const seen = [readTheme(request), readZone(request), readUndo(request)];
	return [request.url, isHtmx(request), ...seen, packed, whose].join("\n");
}
