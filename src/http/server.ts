/** The web server: guard first, then routes, and one place where every error becomes an answer. */

import { Elysia } from "elysia";
import { Refused } from "../../views/problem.tsx";
import { NOBODY } from "../../views/reader.tsx";
import { renderFragment } from "../../views/render.tsx";
import { BOUNDS } from "../config.ts";
import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { openDispatch } from "./api/dispatch.ts";
import { openKept } from "./api/kept.ts";
import { PREFIX } from "./api/operation.ts";
import { allOperations } from "./api/operations.ts";
import { type AssetStore, loadAssets } from "./assets.ts";
import { batchRoutes } from "./batches.ts";
import { createCallers } from "./callers.ts";
import { dashboardRoutes } from "./dashboard.ts";
import { createDesk, type Desk, type Surroundings } from "./desk.ts";
import { documentRoutes } from "./docs.ts";
import { INSIDE, type Refusal, refuse } from "./guard.ts";
import { hostRoutes } from "./hosts.ts";
import { identityRoutes } from "./identities.ts";
import { type Listener, type Listening, openListener } from "./listener.ts";
import { type Live, openLive } from "./live.ts";
import { explain, isApi, respondErrorPage, respondHtml, respondProblem, respondText } from "./respond.ts";
import { searchRoutes } from "./search.ts";
import { subnetRoutes } from "./subnets.ts";
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
	/** Streams that are open. */
	readonly streams: number;
	/** Ends streams, then connections; what is still under way after `BOUNDS.closeMs` is cut. */
	close(): Promise<void>;
};

/** Opens the server. Throws AppError("conflict") when the port is taken. */
export async function openServer(
	context: Context,
	options: { listen: boolean; surroundings: Surroundings },
): Promise<Server> {
	const assets = await loadAssets();
	const epoch = Math.floor(context.random() * 2 ** 32).toString(36);
	const callers = createCallers();
	const desk = createDesk(context, assets, { ...options, epoch, callers });
	const live = openLive({
		bus: context.bus,
		clock: context.clock,
		epoch,
		light: desk.light,
		streamsMax: BOUNDS.streamsMax,
		queueBytes: BOUNDS.streamQueueBytes,
		heartbeatMs: BOUNDS.heartbeatMs,
	});
	/** Requests that came by `handle`: only they may be without an address. */
	const inside = new WeakSet<Request>();
	const app = assemble(desk, assets, live, inside);
	let listener: Listener | undefined;
	try {
		listener = options.listen ? openListener(app as unknown as Listening, context) : undefined;
	} catch (error) {
		live.close();
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
		get streams() {
			return live.readers;
		},
		async close() {
			live.close();
			await listener?.close();
		},
	};
}

function assemble(desk: Desk, assets: AssetStore, live: Live, inside: WeakSet<Request>) {
	const { config } = desk.context;
	const operations = allOperations(desk);
	const dispatch = openDispatch(operations, openKept(desk.context.db));
	return new Elysia({
		serve: { maxRequestBodySize: BOUNDS.bodyBytes, idleTimeout: BOUNDS.idleTimeoutS },
	})
		.onError(({ request, error, code }) => answerError(desk, request, error, String(code)))
		.onRequest(({ request, server }) => {
			const client = inside.has(request) ? INSIDE : server?.requestIP(request)?.address;
			const refusal = refuse(request, client, config);
			return refusal === undefined ? undefined : answerRefusal(desk.context, request, refusal);
		})
		.get("/healthz", ({ request }) => health(desk, request))
		.get("/static/:name", ({ request, params }) => {
			const found = assets.find(params.name, request.headers.get("accept-encoding") ?? "");
			if (found === undefined) throw new AppError("not_found", "There is no such file.");
			return found;
		})
		.get("/live", ({ request, server }) => {
			server?.timeout(request, 0);
			const stream = live.open(request);
			if (stream === undefined)
				throw new AppError("limited", "Too many pages are open. Close some and try again.");
			return stream;
		})
		.use(dashboardRoutes(desk))
		.use(subnetRoutes(desk))
		.use(hostRoutes(desk))
		.use(batchRoutes(desk))
		.use(searchRoutes(desk))
		.use(identityRoutes(desk))
		.use(webhookRoutes(desk))
		.use(documentRoutes(operations))
		.all(`${PREFIX}/*`, ({ request }) => dispatch(request), { parse: "none" });
}

/** For whoever watches from outside, without a login: the names of what fails, and no word of paths or networks. */
function health(desk: Desk, request: Request): Response {
	const failing = desk.surroundings.checks().flatMap(({ name, state }) => (state === "bad" ? [name] : []));
	const well = failing.length === 0;
	const body = JSON.stringify({ status: well ? "ok" : "degraded", failing });
	return respondText(request, body, "application/json; charset=utf-8", well ? 200 : 503);
}

function answerRefusal(context: Ground, request: Request, { status, says, elsewhere }: Refusal): Response {
	if (isApi(request)) return respondProblem(request, new AppError("denied", says), status);
	const tunnel = elsewhere === true ? Number(new URL(request.url).port) || context.config.port : undefined;
	return respondHtml(
		request,
		`<!doctype html>${renderFragment(NOBODY, Refused({ status, says, tunnel }))}`,
		status,
	);
}

/** Elysia's own codes and what they are here; anything else is looked at by `explain`. */
const OWN_CODES: Record<string, { status: number; error: AppError }> = {
	NOT_FOUND: { status: 404, error: new AppError("not_found", "There is no such page.") },
	VALIDATION: { status: 422, error: new AppError("invalid", "") },
	PARSE: { status: 400, error: new AppError("invalid", "The body is not valid JSON.") },
	INVALID_COOKIE_SIGNATURE: { status: 400, error: new AppError("invalid", "A cookie is damaged.") },
};

function answerError(desk: Desk, request: Request, error: unknown, code: string): Response {
	const own = OWN_CODES[code];
	const told = code === "VALIDATION" ? validationError(error) : (own?.error ?? error);
	const status = own?.status ?? explain(error).status;
	if (status >= 500)
		desk.context.log.error("request failed", { path: new URL(request.url).pathname, reason: error });
	if (isApi(request)) return respondProblem(request, told, status);
	return respondErrorPage(request, desk.shell(request), status, explain(told).says);
}

/** Names the field and what is wrong with it, never the value that was sent. */
function validationError(error: unknown): AppError {
	const first = (error as { all?: { path?: string; summary?: string; message?: string }[] }).all?.[0];
	const field = first?.path?.split("/").filter(Boolean).join(".") ?? "";
	const says = first?.message ?? first?.summary ?? "It does not have the expected form.";
	return new AppError(
		"invalid",
		field === "" ? `The body: ${says}` : `${field}: ${says}`,
		field === "" ? {} : { field },
	);
}
