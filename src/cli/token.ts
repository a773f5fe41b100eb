/** `rollcall token`: keys for programs, from the machine itself, beside a server that runs. */

import { type Beside, openBeside } from "../app/beside.ts";
import { random } from "../app/random.ts";
import { loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { createToken, listTokens, type NewToken, revokeToken } from "../ipam/tokens.ts";
import { isSetUp } from "../ipam/users.ts";
import type { Token } from "../model/user.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, readFlags, refuseOthers } from "./flags.ts";
import type { Io } from "./run.ts";

export const TOKEN_HELP = `rollcall token create NAME | list | revoke ID: keys for programs that use the API.

Works beside a server that runs. "create" prints the token alone on one line, this once; NAME says what it is
for. "list" shows when each was used last and when it ends; "revoke" ends one at once.

  --scope SCOPE     of "create": read, write or admin
  --name NAME       of "create": the same as NAME
  --days N          of "create": it ends after N days (never)
  --json            of "create" and "list"
${DATABASE_HELP}

Examples
  rollcall token create prometheus --scope read
  rollcall token create ansible --scope write --days 90
  rollcall token list
  rollcall token revoke 3
`;

/** Before that the API lets nobody in. */
const NOBODY =
	"It opens nothing until there is an administrator. Make the first one: rollcall user add NAME --role admin\n";

/** Options by what they belong to. */
const TAKES = { create: ["name", "scope", "days", "json"], list: ["json"], revoke: [] } as const;

/** 0 when it is done. */
export async function tokenCommand(args: string[], io: Io): Promise<number> {
	const options = {
		...DATABASE_OPTIONS,
		name: { type: "string" },
		scope: { type: "string" },
		days: { type: "string" },
		json: { type: "boolean" },
	} as const;
	const { values, positionals } = readFlags("token", args, options);
	const wish = readWish(values, positionals);
	refuseOthers(`token ${wish.verb}`, values, TAKES[wish.verb]);
	const config = loadConfig({ file: values.config, flags: { DATABASE_URL: values.database } });
	const { context, close } = await openBeside(config, random, { there: true });
	const json = values.json === true;
	try {
		if (wish.verb === "create") {
			const { token, key } = createToken(context, wish);
			const { id, name, scope } = token;
			io.out(json ? `${JSON.stringify({ id, name, scope, token: key })}\n` : `${key}\n`);
			if (!isSetUp(context)) io.err(NOBODY);
		} else if (wish.verb === "list") list(context, io, json);
		else io.out(`${revokeToken(context, wish.id).name} opens nothing any more.\n`);
		return 0;
	} finally {
		close();
	}
}

type Values = { readonly name?: string; readonly scope?: string; readonly days?: string };
type Wish =
	| ({ readonly verb: "create" } & NewToken)
	| { readonly verb: "list" }
	| { readonly verb: "revoke"; readonly id: number };

/** What is to be done; AppError("invalid") says what is missing or too much. */
function readWish({ name: option, scope, days }: Values, [verb, word, ...more]: readonly string[]): Wish {
	const wrong = (says: string) => new AppError("invalid", `${says} See: rollcall token --help`);
	if (verb !== "create" && verb !== "list" && verb !== "revoke") {
		throw wrong("Say token create NAME, token list or token revoke ID.");
	}
	if (more.length > 0)
		throw wrong(`token ${verb} takes no “${more[0]}”. A name of several words stands in quotes.`);
	if (verb === "list") {
		if (word !== undefined) throw wrong(`token list takes no “${word}”.`);
		return { verb };
	}
	if (verb === "revoke") {
		if (!/^[1-9]\d{0,14}$/.test(word ?? ""))
			throw wrong("token revoke takes the number that token list shows.");
		return { verb, id: Number(word) };
	}
	if (word !== undefined && option !== undefined)
		throw wrong(`Two names were given: “${word}” and “${option}”.`);
	const name = word ?? option;
	if (name === undefined) throw wrong("token create takes a name: what is the token for?");
	if (scope === undefined) throw wrong("token create takes --scope read, write or admin.");
	const count = days === undefined ? undefined : /^\d{1,5}$/.test(days) ? Number(days) : Number.NaN;
	return { verb, name, scope, days: count };
}

function list(context: Beside["context"], io: Io, json: boolean): void {
	const tokens = listTokens(context);
	if (json) {
		io.out(`${JSON.stringify(tokens.map(lineOf), undefined, "\t")}\n`);
		return;
	}
	if (tokens.length === 0) io.err("There is no token yet. See: rollcall token --help\n");
	for (const token of tokens) io.out(`${textOf(token, context.clock.now())}\n`);
}

/** Number, scope, name, last use and end, under each other. */
function textOf({ id, scope, name, usedAt, expiresAt }: Token, now: number): string {
	const used = usedAt === undefined ? "never used" : `used ${minute(usedAt)}`;
	const end =
		expiresAt === undefined ? "no end" : `${expiresAt <= now ? "ended" : "ends"} ${minute(expiresAt)}`;
	return `${String(id).padEnd(5)}${scope.padEnd(7)}${name.padEnd(24)} ${used.padEnd(27)} ${end}`;
}

/** In UTC, as in every log. */
const minute = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const iso = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());

function lineOf(token: Token) {
	const { id, name, scope, createdAt, expiresAt, usedAt } = token;
	return { id, name, scope, created_at: iso(createdAt), expires_at: iso(expiresAt), used_at: iso(usedAt) };
}
