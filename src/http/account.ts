/** One's own account for people: password, second step, sessions. Everything here is about whoever asks. */

import { decodeBase32IgnorePadding } from "@oslojs/encoding";
import { Elysia } from "elysia";
import {
	Account,
	type AccountProblem,
	type Dots,
	RecoveryCodes,
	TwoStepStart,
} from "../../views/account.tsx";
import { AppError } from "../errors.ts";
import type { Passwords } from "../ipam/passwords.ts";
import { endSession, endSessions, openSession } from "../ipam/sessions.ts";
import { changePassword, demandUser, newTwoStep, startTwoStep, stopTwoStep, uriOf } from "../ipam/users.ts";
import type { User } from "../model/user.ts";
import { listSessions } from "../store/sessions.ts";
import { countRecoveryCodes } from "../store/users.ts";
import { sessionCookie } from "./cookies.ts";
import type { Desk } from "./desk.ts";
import { type Fields, readForm, readId } from "./query.ts";
import { explain, redirect, respondPage } from "./respond.ts";

export function accountRoutes(desk: Desk, passwords: Passwords) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get("/account", ({ request }) => show(desk, request))
		.post("/account/password", ({ request }) => savePassword(desk, passwords, request), raw)
		.get("/account/two-step", async ({ request }) => {
			const { text, uri } = await newTwoStep(desk.context, own(desk, request));
			return respondPage(request, desk.shell(request), {
				title: "Two-step sign-in",
				main: TwoStepStart({ secret: text, uri, dots: await dotsOf(uri) }),
			});
		})
		.post("/account/two-step", ({ request }) => startSecond(desk, passwords, request), raw)
		.post("/account/two-step/stop", ({ request }) => stopSecond(desk, passwords, request), raw)
		.post(
			"/account/sessions/:id/end",
			({ request, params }) => {
				endSession(desk.by(request), own(desk, request).id, readId(params.id));
				return redirect("/account");
			},
			raw,
		)
		.post(
			"/account/sessions/end",
			({ request }) => {
				endSessions(desk.by(request), own(desk, request).id, desk.reader(request).sessionId);
				return redirect("/account");
			},
			raw,
		);
}

/** Whoever asks, as a user. */
function own(desk: Desk, request: Request): User {
	return demandUser(desk.context, desk.reader(request).actor.id ?? 0);
}

function show(desk: Desk, request: Request, problem?: AccountProblem, status = 200): Response {
	const user = own(desk, request);
	const { db, clock } = desk.context;
	const done = new URL(request.url).searchParams.has("changed") ? "The password is changed." : undefined;
	const main = Account({
		user,
		sessions: listSessions(db, user.id),
		sessionId: desk.reader(request).sessionId,
		codes: countRecoveryCodes(db, user.id),
		now: clock.now(),
		...(problem === undefined ? {} : { problem }),
		...(done === undefined ? {} : { done }),
	});
	return respondPage(request, desk.shell(request), { title: "Your account", main }, status);
}

/** The password of whoever asks, once more, before something is given away. AppError names the field. */
export async function confirm(
	desk: Desk,
	passwords: Passwords,
	request: Request,
	field: Fields,
): Promise<void> {
	const { actor } = desk.reader(request);
	if (field("own_password") === "")
		throw new AppError("invalid", "Enter your own password too.", { field: "own_password" });
	const given = { name: actor.name, password: field("own_password"), code: undefined, from: actor.from };
	if ((await passwords.check(given)) === undefined) {
		throw new AppError("invalid", "This is not your password.", { field: "own_password" });
	}
}

/** A problem of a form, or the error again when it is none. */
export function problemIn(error: unknown): { field?: string; message: string } {
	if (!(error instanceof AppError) || error.code === "not_found") throw error;
	return { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
}

/** This browser goes on with a new session; all others of this user end. */
async function savePassword(desk: Desk, passwords: Passwords, request: Request): Promise<Response> {
	const field = await readForm(request);
	const user = own(desk, request);
	try {
		await confirm(desk, passwords, request, field);
		const changed = await changePassword(desk.by(request), passwords, user.id, field("password"));
		const { key } = openSession(desk.by(request), changed, request.headers.get("user-agent") ?? "");
		const answer = redirect("/account?changed");
		answer.headers.append("set-cookie", sessionCookie(key, desk.reader(request).encrypted));
		return answer;
	} catch (error) {
		return show(desk, request, { ...problemIn(error), form: "password" }, explain(error).status);
	}
}

async function startSecond(desk: Desk, passwords: Passwords, request: Request): Promise<Response> {
	const field = await readForm(request);
	const user = own(desk, request);
	const text = field("secret").slice(0, 64);
	const secret = readSecret(text);
	try {
		await confirm(desk, passwords, request, field);
		const codes = await startTwoStep(desk.by(request), user.id, secret, field("code"));
		return respondPage(request, desk.shell(request), {
			title: "Recovery codes",
			main: RecoveryCodes({ codes }),
		});
	} catch (error) {
		const problem = problemIn(error);
		const uri = await uriOf(user, text);
		const main = TwoStepStart({ secret: text, uri, dots: await dotsOf(uri), problem });
		const page = { title: "Two-step sign-in", main };
		return respondPage(request, desk.shell(request), page, explain(error).status);
	}
}

/** Readers want so many dots of nothing around a code (ISO 18004 6.3.8). */
const QUIET_DOTS = 4;

/** As a QR code. Few people ever see one: the library is loaded by the first who does. */
async function dotsOf(text: string): Promise<Dots> {
	const { encodeQR } = await import("qr");
	return encodeQR(text, "raw", { ecc: "medium", border: QUIET_DOTS });
}

/** The key that our own page put into the form. */
function readSecret(text: string): Uint8Array {
	if (!/^[A-Z2-7]{32}$/.test(text)) throw new AppError("invalid", "This key is damaged: begin again.");
	return decodeBase32IgnorePadding(text);
}

async function stopSecond(desk: Desk, passwords: Passwords, request: Request): Promise<Response> {
	const field = await readForm(request);
	try {
		await confirm(desk, passwords, request, field);
		stopTwoStep(desk.by(request), own(desk, request).id);
		return redirect("/account");
	} catch (error) {
		return show(desk, request, { ...problemIn(error), form: "two-step" }, explain(error).status);
	}
}
