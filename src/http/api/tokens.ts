/** Keys for programs, by JSON: made, listed and revoked by admins. The key itself is said once. */

import { type Static, Type as t } from "@sinclair/typebox";
import type { Passwords } from "../../ipam/passwords.ts";
import { createToken, demandToken, listTokens, revokeToken } from "../../ipam/tokens.ts";
import { SCOPES, type Token } from "../../model/user.ts";
import type { Desk } from "../desk.ts";
import { moment, nullable, type Operation, operation, pageOf, shape } from "./operation.ts";
import { DELETED, readExpiry, time } from "./shapes.ts";
import { OWN_PASSWORD, prove } from "./users.ts";

const NO_SUCH = "There is no such token. It may have been revoked.";

const FIELDS = {
	id: t.Integer({ minimum: 1 }),
	name: t.String({ description: "What it is for." }),
	scope: t.String({ enum: Object.keys(SCOPES) }),
	made_by: t.String({ description: "Who made it; empty: the command line." }),
	created_at: moment("When it was made."),
	expires_at: nullable(moment("When it ends; null: never.")),
	used_at: nullable(moment("When it was used last, to a minute; null: never.")),
};
const TOKEN = shape(FIELDS, { $id: "Token", description: "A key for programs." });
const MADE = shape(
	{ ...FIELDS, token: t.String({ description: "What to send as Bearer. Shown this once." }) },
	{ $id: "CreatedToken" },
);
const EXAMPLE: Static<typeof TOKEN> = {
	id: 3,
	name: "ansible",
	scope: "write",
	made_by: "ada",
	created_at: "2026-11-23T14:00:00.000Z",
	expires_at: "2027-11-23T14:00:00.000Z",
	used_at: null,
};
const NEW_TOKEN = shape(
	{
		name: t.String({ maxLength: 256 }),
		scope: t.String({ maxLength: 64, description: Object.keys(SCOPES).join(", ") }),
		expires_at: t.Optional(nullable(moment("When it ends; null: never."))),
		own_password: OWN_PASSWORD,
	},
	{ $id: "NewToken" },
);

export function tokenOperations(desk: Desk, passwords: Passwords): Operation[] {
	return [createOperation(desk, passwords), ...otherOperations(desk)];
}

function createOperation(desk: Desk, passwords: Passwords): Operation {
	return operation({
		method: "POST",
		path: "/tokens",
		id: "createToken",
		tag: "Users and tokens",
		summary: "Make a token",
		details: "A token makes none of scope admin, and none that ends later than itself.",
		body: NEW_TOKEN,
		bodyExample: { name: "ansible", scope: "write", expires_at: "2030-12-31T23:00:00Z" },
		answers: {
			201: {
				says: "The token.",
				schema: MADE,
				example: { ...EXAMPLE, token: `rc_${"x".repeat(43)}` },
				headers: { location: "Where it is." },
			},
		},
		refuses: { 409: "There are as many tokens as there may be." },
		async handle({ request, body: { name, scope, expires_at: end, own_password: own } }) {
			await prove(desk, passwords, request, own);
			const expiresAt = readExpiry(end) ?? undefined;
			const { token, key } = createToken(desk.by(request), { name, scope, expiresAt });
			const headers = { location: `/api/v1/tokens/${token.id}` };
			return { status: 201, body: { ...tokenJson(token), token: key }, headers };
		},
	});
}

function otherOperations(desk: Desk): Operation[] {
	return [
		operation({
			method: "GET",
			path: "/tokens",
			id: "listTokens",
			tag: "Users and tokens",
			summary: "All tokens, in the order they were made",
			answers: {
				200: {
					says: "The tokens; there are never so many that they need pages.",
					schema: pageOf(TOKEN),
					example: { items: [EXAMPLE], next_cursor: null },
				},
			},
			handle: () => ({
				status: 200,
				body: { items: listTokens(desk.context).map(tokenJson), next_cursor: null },
			}),
		}),
		operation({
			method: "GET",
			path: "/tokens/{id}",
			id: "getToken",
			tag: "Users and tokens",
			summary: "One token",
			answers: { 200: { says: "The token, without its key.", schema: TOKEN, example: EXAMPLE } },
			refuses: { 404: NO_SUCH },
			handle: ({ id }) => ({ status: 200, body: tokenJson(demandToken(desk.context, id)) }),
		}),
		operation({
			method: "DELETE",
			path: "/tokens/{id}",
			id: "revokeToken",
			tag: "Users and tokens",
			summary: "Revoke a token",
			details: "It opens nothing from the next request on, and its streams end.",
			answers: { 200: { says: "It is gone.", schema: DELETED, example: { deleted: 3 } } },
			refuses: { 404: NO_SUCH },
			handle: ({ request, id }) => ({
				status: 200,
				body: { deleted: revokeToken(desk.by(request), id).id },
			}),
		}),
	];
}

/** Never the key, nor its hash. */
function tokenJson(token: Token): Static<typeof TOKEN> {
	return {
		id: token.id,
		name: token.name,
		scope: token.scope,
		made_by: token.madeBy,
		created_at: time(token.createdAt),
		expires_at: time(token.expiresAt),
		used_at: time(token.usedAt),
	};
}
