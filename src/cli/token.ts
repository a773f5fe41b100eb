/** `rollcall token`: keys for programs, from the machine itself, beside a server that runs. */

import { openBeside } from "../app/beside.ts";
import { random } from "../app/random.ts";
import { loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { createToken, listTokens, revokeToken } from "../ipam/tokens.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, readFlags } from "./flags.ts";
import type { Io } from "./run.ts";

export const TOKEN_HELP = `rollcall token create | list | revoke ID: keys for programs that use the API.

Works beside a server that runs. "create" prints the token alone on one line, this once; "revoke" ends one
at once.

  --name NAME       of "create": what it is for
  --scope SCOPE     of "create": read, write or admin
  --days N          of "create": it ends after N days (never)
  --json            of "create" and "list"
${DATABASE_HELP}

Examples
  rollcall token create --name prometheus --scope read
  rollcall token create --name ansible --scope write --days 90
  rollcall token list
  rollcall token revoke 3
`;

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
	const [verb, id, ...more] = positionals;
	const wrong = () =>
		new AppError(
			"invalid",
			verb === "create"
				? "“create” takes its name as --name NAME. See: rollcall token --help"
				: "Say create, list or revoke ID. See: rollcall token --help",
		);
	if (more.length > 0 || (verb === "revoke") !== (id !== undefined)) throw wrong();
	const config = loadConfig({ file: values.config, flags: { DATABASE_URL: values.database } });
	const { context, close } = await openBeside(config, random);
	const json = values.json === true;
	try {
		if (verb === "create") {
			const { name = "", scope = "", days } = values;
			const count = days === undefined ? undefined : /^\d{1,5}$/.test(days) ? Number(days) : Number.NaN;
			const { token, key } = createToken(context, { name, scope, days: count });
			io.out(json ? `${JSON.stringify({ id: token.id, name, scope, token: key })}\n` : `${key}\n`);
		} else if (verb === "list") {
			const lines = listTokens(context).map((token) => lineOf(token));
			if (json) io.out(`${JSON.stringify(lines, undefined, "\t")}\n`);
			else
				for (const { id, scope, name } of lines) io.out(`${String(id).padEnd(5)}${scope.padEnd(7)}${name}\n`);
		} else if (verb === "revoke") {
			if (!/^[1-9]\d{0,14}$/.test(id ?? "")) throw wrong();
			const token = revokeToken(context, Number(id));
			io.out(`${token.name} opens nothing any more.\n`);
		} else throw wrong();
		return 0;
	} finally {
		close();
	}
}

const iso = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());

function lineOf(token: ReturnType<typeof listTokens>[number]) {
	const { id, name, scope, createdAt, expiresAt, usedAt } = token;
	return { id, name, scope, created_at: iso(createdAt), expires_at: iso(expiresAt), used_at: iso(usedAt) };
}
