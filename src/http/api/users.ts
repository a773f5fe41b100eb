/** Who may sign in, by JSON: the same verbs as the pages, for admins. A password is taken, and never said. */

import { type Static, Type as t } from "@sinclair/typebox";
import type { Passwords } from "../../ipam/passwords.ts";
import { endSessions } from "../../ipam/sessions.ts";
import { addUser, changePassword, deleteUser, demandUser, editUser, listUsers } from "../../ipam/users.ts";
import { givesMore, ROLES, type User } from "../../model/user.ts";
import { confirm } from "../account.ts";
import type { Desk } from "../desk.ts";
import { moment, nullable, type Operation, operation, pageOf, shape } from "./operation.ts";
import { DELETED, time } from "./shapes.ts";

const NO_SUCH = "There is no such user.";
const LAST_ADMIN = "Nobody could administer Rollcall any more.";

const USER = shape(
	{
		id: t.Integer({ minimum: 1 }),
		name: t.String(),
		role: t.String({ enum: [...ROLES] }),
		two_step: t.Boolean({ description: "Signs in with a code of a telephone too." }),
		disabled: t.Boolean({ description: "May not sign in." }),
		last_login_at: nullable(moment("null: never.")),
		created_at: moment("When it was added."),
	},
	{ $id: "User", description: "Somebody who may sign in to the pages." },
);
const EXAMPLE: Static<typeof USER> = {
	id: 2,
	name: "ada",
	role: "editor",
	two_step: false,
	disabled: false,
	last_login_at: "2026-11-23T08:02:11.000Z",
	created_at: "2026-05-07T09:12:44.000Z",
};

/** What a session has to prove once more before something is given away; a token does not. */
export const OWN_PASSWORD = t.Optional(
	t.String({
		maxLength: 1_024,
		description: "Your own password, where you come with a session instead of a token.",
	}),
);
const PASSWORD = t.String({ maxLength: 1_024, description: "8 to 256 characters." });
const NEW_USER = shape(
	{
		name: t.String({ maxLength: 256 }),
		role: t.Optional(t.String({ maxLength: 64, default: "viewer", description: ROLES.join(", ") })),
		password: PASSWORD,
		own_password: OWN_PASSWORD,
	},
	{ $id: "NewUser" },
);
const CHANGES = shape(
	{
		role: t.Optional(t.String({ maxLength: 64 })),
		disabled: t.Optional(t.Boolean()),
		own_password: OWN_PASSWORD,
	},
	{ $id: "UserChanges", description: "What is not named stays as it is." },
);
const NEW_PASSWORD = shape({ password: PASSWORD, own_password: OWN_PASSWORD }, { $id: "NewPassword" });
const ONE = { says: "The user.", schema: USER, example: EXAMPLE } as const;

export function userOperations(desk: Desk, passwords: Passwords): Operation[] {
	return [
		...listOperations(desk, passwords),
		...oneOperations(desk, passwords),
		...doorOperations(desk, passwords),
	];
}

/** AppError("invalid") where a session does not know its own password; a token has nothing more to show. */
export async function prove(
	desk: Desk,
	passwords: Passwords,
	request: Request,
	own: string | undefined,
): Promise<void> {
	if (desk.reader(request).actor.kind === "token") return;
	await confirm(desk, passwords, request, (name) => (name === "own_password" ? (own ?? "") : ""));
}

function listOperations(desk: Desk, passwords: Passwords): Operation[] {
	return [
		operation({
			method: "GET",
			path: "/users",
			id: "listUsers",
			tag: "Users and tokens",
			summary: "All users, by name",
			answers: {
				200: {
					says: "The users; there are never so many that they need pages.",
					schema: pageOf(USER),
					example: { items: [EXAMPLE], next_cursor: null },
				},
			},
			handle: () => ({
				status: 200,
				body: { items: listUsers(desk.context).map(userJson), next_cursor: null },
			}),
		}),
		operation({
			method: "POST",
			path: "/users",
			id: "createUser",
			tag: "Users and tokens",
			summary: "Add a user",
			details: "An admin is added by a session, not by a token.",
			body: NEW_USER,
			bodyExample: { name: "ada", role: "editor", password: "seven wet herons" },
			answers: { 201: { ...ONE, headers: { location: "Where it is." } } },
			refuses: { 409: "There is a user of this name already, or there are too many." },
			async handle({ request, body: { own_password: own, role = "viewer", name, password } }) {
				await prove(desk, passwords, request, own);
				const user = await addUser(desk.by(request), passwords, { name, role, password });
				return { status: 201, body: userJson(user), headers: { location: `/api/v1/users/${user.id}` } };
			},
		}),
	];
}

function oneOperations(desk: Desk, passwords: Passwords): Operation[] {
	return [
		operation({
			method: "GET",
			path: "/users/{id}",
			id: "getUser",
			tag: "Users and tokens",
			summary: "One user",
			answers: { 200: ONE },
			refuses: { 404: NO_SUCH },
			handle: ({ id }) => ({ status: 200, body: userJson(demandUser(desk.context, id)) }),
		}),
		operation({
			method: "PATCH",
			path: "/users/{id}",
			id: "updateUser",
			tag: "Users and tokens",
			summary: "Change the role of a user, or whether it may sign in",
			details:
				"Whoever is disabled is signed out everywhere at once. A token changes no admin and makes none; a session " +
				"gives its own password where somebody may more than before.",
			body: CHANGES,
			bodyExample: { role: "viewer" },
			answers: { 200: ONE },
			refuses: { 404: NO_SUCH, 409: LAST_ADMIN },
			async handle({ request, id, body }) {
				const now = demandUser(desk.context, id);
				const { role = now.role, disabled = now.disabledAt !== undefined } = body;
				if (givesMore(now, { role, disabled })) await prove(desk, passwords, request, body.own_password);
				return { status: 200, body: userJson(editUser(desk.by(request), id, { role, disabled })) };
			},
		}),
		operation({
			method: "DELETE",
			path: "/users/{id}",
			id: "deleteUser",
			tag: "Users and tokens",
			summary: "Delete a user",
			details:
				"What it did stays in the record, under its name. An admin is deleted by a session, not by a token.",
			answers: { 200: { says: "It is gone.", schema: DELETED, example: { deleted: 2 } } },
			refuses: { 404: NO_SUCH, 409: LAST_ADMIN },
			handle: ({ request, id }) => ({
				status: 200,
				body: { deleted: deleteUser(desk.by(request), id).id },
			}),
		}),
	];
}

/** Passwords, and who is signed in. */
function doorOperations(desk: Desk, passwords: Passwords): Operation[] {
	return [
		operation({
			method: "PUT",
			path: "/users/{id}/password",
			id: "setPassword",
			tag: "Users and tokens",
			summary: "Give a user a new password",
			details:
				"It is signed out everywhere, and a second step that is on is switched off. That of an admin takes a " +
				"session, not a token.",
			body: NEW_PASSWORD,
			bodyExample: { password: "nine dry otters" },
			answers: { 200: ONE },
			refuses: { 404: NO_SUCH },
			async handle({ request, id, body: { password, own_password: own } }) {
				demandUser(desk.context, id);
				await prove(desk, passwords, request, own);
				const by = desk.by(request);
				return { status: 200, body: userJson(await changePassword(by, passwords, id, password, true)) };
			},
		}),
		operation({
			method: "POST",
			path: "/users/{id}/sign-out",
			id: "signUserOut",
			tag: "Users and tokens",
			summary: "Sign a user out everywhere",
			answers: {
				200: {
					says: "How many sessions ended.",
					schema: shape({ ended: t.Integer({ minimum: 0 }) }, { $id: "SignedOut" }),
					example: { ended: 2 },
				},
			},
			refuses: { 404: NO_SUCH },
			handle({ request, id }) {
				demandUser(desk.context, id);
				return { status: 200, body: { ended: endSessions(desk.by(request), id) } };
			},
		}),
	];
}

function userJson(user: User): Static<typeof USER> {
	return {
		id: user.id,
		name: user.name,
		role: user.role,
		two_step: user.twoStep,
		disabled: user.disabledAt !== undefined,
		last_login_at: time(user.lastLoginAt),
		created_at: time(user.createdAt),
	};
}
