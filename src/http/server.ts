/** The web server: guard first, then routes, and one place where every error becomes an answer. */

import { Elysia } from "elysia";
import { BOUNDS } from "../config.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { isGrave } from "../model/doctor/check.ts";
import { BUSY, BUSY_AGAIN_S } from "../store/faults.ts";
import { createFlusher, type Flusher } from "../store/flush.ts";
import { accountRoutes } from "./account.ts";
import { activityRoutes } from "./activity.ts";
import { openDispatch } from "./api/dispatch.ts";
import { eventJson } from "./api/events.ts";
import { openKept } from "./api/kept.ts";
import { mayWrite, PREFIX } from "./api/operation.ts";
import { allOperations } from "./api/operations.ts";
import { progressJson } from "./api/stream.ts";
import { type AssetStore, loadAssets } from "./assets.ts";
import { batchRoutes } from "./batches.ts";
import { bulkRoutes } from "./bulk.ts";
import { type Callers, createCallers } from "./callers.ts";
import { dashboardRoutes } from "./dashboard.ts";
import { createDesk, type Desk, type Surroundings } from "./desk.ts";
import { documentRoutes } from "./docs.ts";
import { createDoor, type Door } from "./door.ts";
import { exportRoutes } from "./exports.ts";
import { openFeed } from "./feed.ts";
import { createGuard, type Guard, INSIDE, type Refusal } from "./guard.ts";
import { HSTS } from "./headers.ts";
import { hostFieldRoutes } from "./host-fields.ts";
import { hostRoutes } from "./hosts.ts";
import { identityRoutes } from "./identities.ts";
import { importRoutes } from "./imports.ts";
import { type Listener, type Listening, openListener } from "./listener.ts";
import { type Live, openLive } from "./live.ts";
import { type Doorkeeper, loginRoutes } from "./login.ts";
import { metricRoutes } from "./metrics.ts";
import { originRules } from "./origin.ts";
import { createPlaces } from "./places.ts";
import { recordRoutes } from "./record.ts";
import { answerError, answerNowhere, answerRefusal, openRefusing } from "./refusals.ts";
import { respondText } from "./respond.ts";
import { searchRoutes } from "./search.ts";
import { settingsRoutes } from "./settings.ts";
import { subnetRoutes } from "./subnets.ts";
import { watchUntold } from "./untold.ts";
import { tokenRoutes, userRoutes } from "./users.ts";
import { webhookRoutes } from "./webhooks.ts";

export type Server = {
	/** Answers a request as if it came from this machine. */
	handle(request: Request): Promise<Response>;
	/** Where it listens; undefined when it does not. */
	readonly url: string | undefined;
	/** When the certificate ends, epoch milliseconds; undefined: plain http. */
	readonly certificateEndsAt: number | undefined;
	/** Looks whether the files of the certificate have changed, and takes the new one; see listener.ts. */
	renew(always?: boolean): void;
	/** Every route there is. */
	readonly routes: readonly { readonly method: string; readonly path: string }[];
	/** Streams that are open. */
	readonly streams: number;
	/** Ends streams, then connections; what is still under way after `BOUNDS.closeMs` is cut. */
	close(): Promise<void>;
};

/** Opens the server. Throws AppError("conflict") when the port is taken. */
export async function openServer(
	context: Context,
	options: { listen: boolean; surroundings: Surroundings; machine: string; doorkeeper: Doorkeeper },
): Promise<Server> {
	const assets = await loadAssets();
	const epoch = Math.floor(context.random() * 2 ** 32).toString(36);
	const callers = createCallers();
	const desk = createDesk(context, assets, { ...options, epoch, callers });
	const { live, feed, ...streams } = openStreams(context, desk, epoch);
	/** Requests that came by `handle`: only they may be without an address. */
	const inside = new WeakSet<Request>();
	const rules = originRules(context.config, options.machine);
	const { doorkeeper } = options;
	const operations = allOperations(desk, feed, doorkeeper.passwords);
	const routes = (): Server["routes"] => [
		...app.routes,
		...operations.map(({ method, path }) => ({ method, path: `${PREFIX}${path}` })),
	];
	const methodsAt = createPlaces(routes);
	const guard = createGuard({ ...doorkeeper, ground: context, callers, rules, methodsAt, bounds: BOUNDS });
	const flusher = openFlusher(context);
	const door = openDoor(context, flusher);
	const app = assemble(desk, { operations, assets, live, inside, guard, door, callers, doorkeeper });
	let listener: Listener | undefined;
	try {
		listener = options.listen ? openListener(app as unknown as Listening, context) : undefined;
	} catch (error) {
		streams.close();
		throw error;
	}
	return {
		handle: async (request) => {
			inside.add(request);
			return app.handle(request);
		},
		url: listener?.url,
		get certificateEndsAt() {
			return listener?.certificateEndsAt;
		},
		renew: (always) => listener?.renew(always),
		routes: routes(),
		get streams() {
			return live.readers + feed.readers;
		},
		async close() {
			streams.close();
			await listener?.close();
			await flusher.close();
		},
	};
}

/** What somebody is told of goes to the disk soon: news that people look for, and whatever a request may have written. */
function openFlusher({ config, clock, log, bus }: Context): Flusher {
	const onError = (error: unknown) =>
		log.warning("the disk did not take what was written", { reason: error });
	const flusher = createFlusher(config.databasePath, { ...BOUNDS, sleep: clock.sleep, onError });
	bus.subscribe(({ news }) => {
		if (news.kind === "change" && news.change.urgent) flusher.soon();
	});
	return flusher;
}

function openDoor(context: Context, flusher: Flusher): Door {
	const door = createDoor({ ...BOUNDS, ...context });
	return async () => {
		const isFree = await door();
		if (isFree) flusher.soon();
		return isFree;
	};
}

/** The two streams: news for pages, events for programs. */
function openStreams(context: Context, desk: Desk, epoch: string) {
	const live = openLive({
		bus: context.bus,
		clock: context.clock,
		epoch,
		light: desk.light,
		streamsMax: BOUNDS.streamsMax,
		streamsEach: BOUNDS.streamsEach,
		queueBytes: BOUNDS.streamQueueBytes,
		heartbeatMs: BOUNDS.heartbeatMs,
		checkMs: BOUNDS.streamCheckMs,
	});
	const feed = openFeed({
		...context,
		streamsMax: BOUNDS.streamsMax,
		streamsEach: BOUNDS.streamsEach,
		queueBytes: BOUNDS.streamQueueBytes,
		heartbeatMs: BOUNDS.heartbeatMs,
		checkMs: BOUNDS.streamCheckMs,
		catchUp: BOUNDS.catchUpEvents,
		eventJson,
		progressJson,
	});
	const stop = new AbortController();
	watchUntold(context, BOUNDS.streamCheckMs, stop.signal);
	return {
		live,
		feed,
		close() {
			stop.abort();
			live.close();
			feed.close();
		},
	};
}

type Parts = {
	readonly operations: ReturnType<typeof allOperations>;
	readonly assets: AssetStore;
	readonly live: Live;
	readonly inside: WeakSet<Request>;
	readonly guard: Guard;
	readonly door: Door;
	readonly callers: Callers;
	readonly doorkeeper: Doorkeeper;
};

function assemble(desk: Desk, parts: Parts) {
	const { operations, assets, live, inside, guard, door, callers, doorkeeper } = parts;
	const refusing = openRefusing(desk, callers, assets.urls);
	const dispatch = openDispatch(operations, openKept(desk.context.db));
	return new Elysia({
		serve: { maxRequestBodySize: BOUNDS.refusedBytes, idleTimeout: BOUNDS.idleTimeoutS },
	})
		.onError(async ({ request, error, code }) => answerError(refusing, request, error, String(code)))
		.onRequest(async ({ request, server, set }) => {
			// With a host that is none there is no address at all, and nothing could be made of it.
			if (!URL.canParse(request.url)) return answerNowhere();
			if (request.url.startsWith("https:")) set.headers["strict-transport-security"] = HSTS;
			const peer = inside.has(request) ? INSIDE : server?.requestIP(request)?.address;
			const refusal = await guard(request, peer);
			if (refusal !== undefined) return answerRefusal(refusing, request, refusal);
			// Signing in says itself what is wrong, and keeps its form.
			if (!mayWrite(request.method, request.url) || (await door()) || /^[^?]*\/login(\?|$)/.test(request.url))
				return undefined;
			return answerRefusal(refusing, request, SHUT);
		})
		.get("/healthz", ({ request }) => health(desk, request))
		.head("/healthz", ({ request }) => new Response(null, health(desk, request)))
		.get("/static/:name", ({ request, params }) => {
			const found = assets.find(params.name, request.headers.get("accept-encoding") ?? "");
			if (found === undefined) throw new AppError("not_found", "There is no such file.");
			return found;
		})
		.get("/live", ({ request, server }) => {
			server?.timeout(request, 0);
			const stream = live.open(request, desk.reader(request));
			if (stream === undefined) {
				const detail = { retryAfterS: PAGES_AGAIN_S };
				throw new AppError("limited", "Too many pages are open. Close some and try again.", { detail });
			}
			return stream;
		})
		.use(loginRoutes(desk, doorkeeper))
		.use(accountRoutes(desk, doorkeeper.passwords))
		.use(userRoutes(desk, doorkeeper.passwords))
		.use(tokenRoutes(desk, doorkeeper.passwords))
		.use(dashboardRoutes(desk))
		.use(activityRoutes(desk))
		.use(recordRoutes(desk))
		.use(settingsRoutes(desk))
		.use(subnetRoutes(desk))
		.use(hostRoutes(desk))
		.use(hostFieldRoutes(desk))
		.use(batchRoutes(desk))
		.use(bulkRoutes(desk))
		.use(importRoutes(desk))
		.use(exportRoutes(desk))
		.use(searchRoutes(desk))
		.use(identityRoutes(desk))
		.use(webhookRoutes(desk))
		.use(documentRoutes(desk, operations))
		.use(metricRoutes(desk))
		.all(`${PREFIX}/*`, ({ request, server }) => dispatch(request, () => server?.timeout(request, 0)), {
			parse: "none",
		});
}

/** A page that found no room for its stream asks again after so many seconds. */
const PAGES_AGAIN_S = 10;

/** What was typed is shown again, to be sent once more. */
const SHUT: Refusal = { status: 503, says: BUSY, retryAfterS: BUSY_AGAIN_S, lead: "again" };

/**
 * For whoever watches from outside, without a login: is it told truly who is there, and the names of what fails, with no
 * word of paths or networks.
 */
function health(desk: Desk, request: Request): Response {
	const checks = desk.surroundings.checks();
	const failing = checks.flatMap(({ name, state }) => (state === "bad" ? [name] : []));
	const grave = checks.some(isGrave);
	const status = grave ? "degraded" : failing.length > 0 ? "limited" : "ok";
	const body = JSON.stringify({ status, failing });
	return respondText(request, body, "application/json; charset=utf-8", grave ? 503 : 200);
}
