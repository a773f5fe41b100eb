/** Signing in and out, and the page of the first administrator. */

import { Elysia } from "elysia";
import { LoginPage, type Outside, SetupPage } from "../../views/door.tsx";
import { NOBODY } from "../../views/reader.tsx";
import { renderDoor } from "../../views/render.tsx";
import { BOUNDS } from "../config.ts";
import { AppError } from "../errors.ts";
import type { Admitted, Passwords } from "../ipam/passwords.ts";
import { dropSession, forgetEnded, openSession } from "../ipam/sessions.ts";
import type { Setup } from "../ipam/setup.ts";
import { addFirstAdmin } from "../ipam/users.ts";
import { clientKey } from "../model/user.ts";
import { noSessionCookie, sessionCookie } from "./cookies.ts";
import type { Desk } from "./desk.ts";
import { csrfOf } from "./guard.ts";
import type { Limits } from "./limits.ts";
import { isLoopback } from "./origin.ts";
import { readForm, readNext, readTheme } from "./query.ts";
import { explain, redirect, respondHtml } from "./respond.ts";
import { parseUnsent, respondUnsent, writeUnsent } from "./unsent.ts";

export type Doorkeeper = { readonly passwords: Passwords; readonly setup: Setup; readonly limits: Limits };

export function loginRoutes(desk: Desk, keeper: Doorkeeper) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get("/login", ({ request }) => {
			const next = new URL(request.url).searchParams.get("next") ?? "";
			if (desk.reader(request).name !== "") return redirect(readNext(next));
			return respondDoor(request, LoginPage({ ...outside(desk, request), name: "", next }));
		})
		.post("/login", ({ request }) => signIn(desk, keeper, request), raw)
		.post("/logout", ({ request }) => signOut(desk, request), raw)
		.get("/setup", ({ request }) => {
			keeper.setup.offer();
			return setupPage(desk, keeper, request, { name: "", token: "" });
		})
		.post("/setup", ({ request }) => setUp(desk, keeper, request), raw);
}

/** How the page looks to somebody who is not known. On this machine nothing travels that could be read. */
function outside(desk: Desk, request: Request): Outside {
	const { encrypted, actor } = desk.reader(request);
	return {
		assets: desk.assets,
		theme: readTheme(request),
		encrypted: encrypted || isLoopback(actor.from),
	};
}

function respondDoor(request: Request, page: ReturnType<typeof LoginPage>, status = 200): Response {
	return respondHtml(request, renderDoor(NOBODY, page), status);
}

const WRONG = "Name, password or code is not right.";
/** When the database takes nothing, a program may ask again after so many seconds. */
const BROKEN_S = 5;

async function signIn(desk: Desk, { passwords, limits }: Doorkeeper, request: Request): Promise<Response> {
	const field = await readForm(request);
	const [name, next, unsent] = [field("name"), field("next"), parseUnsent(field("unsent"))];
	const { from } = desk.reader(request).actor;
	const again = (problem: string, status: number) =>
		respondDoor(
			request,
			LoginPage({
				...outside(desk, request),
				name: name.slice(0, 128),
				next,
				problem,
				unsent: unsent && writeUnsent(unsent),
			}),
			status,
		);
	try {
		// A crowd of tries from an address does not count against those who are known there.
		const whose = passwords.isKnown(name, from) ? ` as ${name.trim().toLowerCase()}` : "";
		limits.take("login", `${clientKey(from)}${whose}`);
		const admitted = await passwords.check({ name, password: field("password"), code: field("code"), from });
		if (admitted === undefined) return again(WRONG, 401);
		const { user } = admitted;
		const { answer, csrf } = enter(desk, request, admitted, readNext(next));
		if (unsent === undefined) return answer;
		const caller = { role: user.role, name: user.name, csrf };
		const offer = respondUnsent(request, outside(desk, request), { unsent, caller, next });
		offer.headers.append("set-cookie", answer.headers.get("set-cookie") ?? "");
		return offer;
	} catch (error) {
		const { status, says, detail } = explain(error);
		if (status !== 429 && status !== 503) throw error;
		const isStorage = !(error instanceof AppError);
		if (isStorage) desk.context.log.error("nobody can be signed in", { reason: error });
		const answer = again(isStorage ? `Nobody can be signed in now. ${says}` : says, status);
		const { retryAfterS = BROKEN_S } = (detail ?? {}) as { retryAfterS?: number };
		answer.headers.set("retry-after", String(retryAfterS));
		return answer;
	}
}

/** A session of its own at every sign-in: what the browser had before opens nothing any more. */
function enter(
	desk: Desk,
	request: Request,
	{ user, recovery }: Admitted,
	to: string,
): { answer: Response; csrf: string } {
	const { actor, sessionId, encrypted } = desk.reader(request);
	const context = {
		...desk.by(request),
		actor: { kind: "person", id: user.id, name: user.name, from: actor.from } as const,
	};
	if (sessionId !== undefined && actor.id !== undefined) dropSession(context, actor.id, sessionId);
	forgetEnded(context, BOUNDS);
	const { key } = openSession(context, user, request.headers.get("user-agent") ?? "", recovery);
	const answer = redirect(to);
	answer.headers.append("set-cookie", sessionCookie(key, encrypted));
	return { answer, csrf: csrfOf(key) };
}

function signOut(desk: Desk, request: Request): Response {
	const { actor, sessionId, encrypted } = desk.reader(request);
	if (sessionId !== undefined && actor.id !== undefined) dropSession(desk.by(request), actor.id, sessionId);
	const answer = redirect("/login");
	answer.headers.append("set-cookie", noSessionCookie(encrypted));
	answer.headers.set("clear-site-data", '"cache", "storage"');
	return answer;
}

type SetupState = Pick<Parameters<typeof SetupPage>[0], "name" | "token" | "problem">;

function setupPage(
	desk: Desk,
	{ setup }: Doorkeeper,
	request: Request,
	state: SetupState,
	status = 200,
): Response {
	return respondDoor(request, SetupPage({ ...outside(desk, request), ...state, file: setup.file }), status);
}

/** The token first: whoever does not have it learns nothing of what else would be wrong. */
async function setUp(desk: Desk, keeper: Doorkeeper, request: Request): Promise<Response> {
	const field = await readForm(request);
	const [name, token] = [field("name"), field("token").slice(0, 64)];
	const again = (problem: { field?: string; message: string }, status: number) =>
		setupPage(
			desk,
			keeper,
			request,
			{ name: name.slice(0, 128), token: status === 403 ? "" : token, problem },
			status,
		);
	try {
		keeper.limits.take("login", clientKey(desk.reader(request).actor.from));
		if (!keeper.setup.accepts(token)) {
			keeper.setup.offer();
			const message =
				"This is not the token of the link, or it is more than an hour old: look at the file again.";
			return again({ field: "token", message }, 403);
		}
		const input = { name, password: field("password") };
		const user = await addFirstAdmin(desk.by(request), keeper.passwords, input);
		keeper.setup.isOpen();
		return enter(desk, request, { user, recovery: false }, "/").answer;
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const problem = { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
		return again(problem, explain(error).status);
	}
}
