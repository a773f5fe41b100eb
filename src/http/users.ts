/** Users and tokens for admins, as pages. */

import { Elysia } from "elysia";
import { type TokenFormState, TokenMade, Tokens } from "../../views/tokens.tsx";
import { type UserFormState, UserPage, Users } from "../../views/users.tsx";
import type { Passwords } from "../ipam/passwords.ts";
import { endSessions } from "../ipam/sessions.ts";
import { createToken, revokeToken } from "../ipam/tokens.ts";
import { addUser, changePassword, deleteUser, demandUser, editUser } from "../ipam/users.ts";
import { givesMore, readRole, readScope } from "../model/user.ts";
import { listSessions } from "../store/sessions.ts";
import { listTokens } from "../store/tokens.ts";
import { listUsers } from "../store/users.ts";
import { confirm, problemIn } from "./account.ts";
import type { Desk } from "./desk.ts";
import { readForm, readId } from "./query.ts";
import { explain, redirect, respondPage } from "./respond.ts";

const USERS = "/settings/users";
const TOKENS = "/settings/tokens";

export function userRoutes(desk: Desk, passwords: Passwords) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get(USERS, ({ request }) => showUsers(desk, request, { name: "", role: "viewer" }))
		.post(USERS, ({ request }) => add(desk, passwords, request), raw)
		.get(`${USERS}/:id`, ({ request, params }) => showUser(desk, request, readId(params.id)))
		.post(`${USERS}/:id`, ({ request, params }) => save(desk, passwords, request, readId(params.id)), raw)
		.post(
			`${USERS}/:id/password`,
			({ request, params }) => setPassword(desk, passwords, request, readId(params.id)),
			raw,
		)
		.post(
			`${USERS}/:id/sessions/end`,
			({ request, params }) => {
				endSessions(desk.by(request), demandUser(desk.context, readId(params.id)).id);
				return redirect(`${USERS}/${params.id}`);
			},
			raw,
		)
		.post(
			`${USERS}/:id/delete`,
			({ request, params }) => {
				deleteUser(desk.by(request), readId(params.id));
				return redirect(USERS);
			},
			raw,
		);
}

export function tokenRoutes(desk: Desk, passwords: Passwords) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get(TOKENS, ({ request }) => showTokens(desk, request, { name: "", scope: "read", days: "365" }))
		.post(TOKENS, ({ request }) => make(desk, passwords, request), raw)
		.post(
			`${TOKENS}/:id/revoke`,
			({ request, params }) => {
				revokeToken(desk.by(request), readId(params.id));
				return redirect(TOKENS);
			},
			raw,
		);
}

function showUsers(desk: Desk, request: Request, form: UserFormState, status = 200): Response {
	const { db, clock } = desk.context;
	const ownId = desk.reader(request).actor.id;
	const main = Users({ users: listUsers(db), ownId, form, now: clock.now() });
	return respondPage(request, desk.shell(request), { title: "Users", main }, status);
}

async function add(desk: Desk, passwords: Passwords, request: Request): Promise<Response> {
	const field = await readForm(request);
	const typed = { name: field("name"), role: field("role") };
	try {
		await confirm(desk, passwords, request, field);
		await addUser(desk.by(request), passwords, { ...typed, password: field("password") });
		return redirect(USERS);
	} catch (error) {
		const role = readRole(typed.role).value ?? "viewer";
		const form = { name: typed.name.slice(0, 128), role, problem: problemIn(error) };
		return showUsers(desk, request, form, explain(error).status);
	}
}

type UserProblem = NonNullable<Parameters<typeof UserPage>[0]["problem"]>;
type Rights = NonNullable<Parameters<typeof UserPage>[0]["typed"]>;

function showUser(
	desk: Desk,
	request: Request,
	id: number,
	problem?: UserProblem,
	status = 200,
	typed?: Rights,
): Response {
	const user = demandUser(desk.context, id);
	const { db } = desk.context;
	const sessions = listSessions(db, id).length;
	const tokens = listTokens(db).filter(({ madeBy }) => madeBy === user.name).length;
	const main = UserPage({
		...{ user, sessions, tokens },
		...(problem === undefined ? {} : { problem }),
		...(typed === undefined ? {} : { typed }),
	});
	return respondPage(request, desk.shell(request), { title: user.name, main }, status);
}

async function save(desk: Desk, passwords: Passwords, request: Request, id: number): Promise<Response> {
	const field = await readForm(request);
	const typed = { role: field("role"), disabled: field("disabled") === "yes" };
	try {
		if (givesMore(demandUser(desk.context, id), typed)) await confirm(desk, passwords, request, field);
		editUser(desk.by(request), id, typed);
		return redirect(USERS);
	} catch (error) {
		const problem = { ...problemIn(error), form: "role" } as const;
		const role = readRole(typed.role).value;
		const rights = role === undefined ? undefined : { ...typed, role };
		return showUser(desk, request, id, problem, explain(error).status, rights);
	}
}

/** Whoever lost the password has often lost the telephone too. */
async function setPassword(
	desk: Desk,
	passwords: Passwords,
	request: Request,
	id: number,
): Promise<Response> {
	const field = await readForm(request);
	try {
		await confirm(desk, passwords, request, field);
		await changePassword(desk.by(request), passwords, id, field("password"), true);
		return redirect(`${USERS}/${id}`);
	} catch (error) {
		return showUser(desk, request, id, { ...problemIn(error), form: "password" }, explain(error).status);
	}
}

function showTokens(desk: Desk, request: Request, form: TokenFormState, status = 200): Response {
	const { db, clock } = desk.context;
	const main = Tokens({ tokens: listTokens(db), form, now: clock.now() });
	return respondPage(request, desk.shell(request), { title: "Tokens", main }, status);
}

async function make(desk: Desk, passwords: Passwords, request: Request): Promise<Response> {
	const field = await readForm(request);
	const typed = { name: field("name"), scope: field("scope"), days: field("days") };
	try {
		await confirm(desk, passwords, request, field);
		const days =
			typed.days === "" ? undefined : /^\d{1,5}$/.test(typed.days) ? Number(typed.days) : Number.NaN;
		const { token, key } = createToken(desk.by(request), { ...typed, days });
		const main = TokenMade({ token, secret: key });
		return respondPage(request, desk.shell(request), { title: token.name, main });
	} catch (error) {
		const scope = readScope(typed.scope).value ?? "read";
		const form = {
			name: typed.name.slice(0, 128),
			scope,
			days: typed.days.slice(0, 5),
			problem: problemIn(error),
		};
		return showTokens(desk, request, form, explain(error).status);
	}
}
