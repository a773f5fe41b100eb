/** `rollcall user`: who may sign in, from the machine itself, beside a server that runs or before the first start. */

import { type Beside, openBeside } from "../app/beside.ts";
import { random } from "../app/random.ts";
import { loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { addUser, changePassword, listUsers, userNamed } from "../ipam/users.ts";
import { readRole } from "../model/user.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, readFlags, refuseOthers } from "./flags.ts";
import { readPassword } from "./password.ts";
import type { Io } from "./run.ts";

export const USER_HELP = `rollcall user add NAME | passwd NAME | list: who may sign in to the pages.

Works beside a server that runs. "add" makes a user, "passwd" sets a new password: the user is signed out
everywhere, and a second step that is on is switched off. The password is asked for, or read from standard
input; it never stands on the command line, where others could read it.

  --role ROLE         of "add": viewer, editor or admin     (viewer; the first user is an admin)
  --password-stdin    read the password from standard input, one line
  --json              of "list": an array
${DATABASE_HELP}

Examples
  rollcall user add ada --role admin
  pass show rollcall | rollcall user add ada --role editor --password-stdin
  rollcall user passwd ada
  rollcall user list --json
`;

type Values = {
	readonly role?: string | undefined;
	readonly "password-stdin"?: boolean;
	readonly json?: boolean;
};

/** Options by what they belong to. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
	add: ["role", "password-stdin"],
	passwd: ["password-stdin"],
	list: ["json"],
};

/** 0 when it is done. */
export async function userCommand(args: string[], io: Io): Promise<number> {
	const options = {
		...DATABASE_OPTIONS,
		role: { type: "string" },
		"password-stdin": { type: "boolean" },
		json: { type: "boolean" },
	} as const;
	const { values, positionals } = readFlags("user", args, options);
	const [verb, name, ...more] = positionals;
	const wrong = () => new AppError("invalid", "Say add NAME, passwd NAME or list. See: rollcall user --help");
	if (more.length > 0 || verb === undefined || !["add", "passwd", "list"].includes(verb)) throw wrong();
	if ((verb === "list") !== (name === undefined)) throw wrong();
	refuseOthers(`user ${verb}`, values, TAKES[verb] ?? []);
	const wrongRole = values.role === undefined ? undefined : readRole(values.role).problem;
	if (wrongRole !== undefined) throw new AppError("invalid", wrongRole);
	const config = loadConfig({ file: values.config, flags: { DATABASE_URL: values.database } });
	const beside = await openBeside(config, random, { there: verb !== "add" });
	try {
		if (verb === "list") list(beside, io, values.json === true);
		else if (verb === "add") await add(beside, io, name ?? "", values);
		else await passwd(beside, io, name ?? "", values);
		return 0;
	} finally {
		beside.close();
	}
}

function list({ context }: Beside, io: Io, json: boolean): void {
	const users = listUsers(context);
	if (json) {
		const lines = users.map(({ id, name, role, twoStep, disabledAt, lastLoginAt }) => ({
			...{ id, name, role, two_step: twoStep, disabled: disabledAt !== undefined },
			last_login_at: lastLoginAt === undefined ? null : new Date(lastLoginAt).toISOString(),
		}));
		io.out(`${JSON.stringify(lines, undefined, "\t")}\n`);
		return;
	}
	if (users.length === 0) io.err("There is no user yet. See: rollcall user --help\n");
	for (const { name, role, disabledAt } of users) {
		io.out(`${role.padEnd(8)}${name}${disabledAt === undefined ? "" : "  (may not sign in)"}\n`);
	}
}

async function add(
	{ context, passwords, made }: Beside,
	io: Io,
	name: string,
	values: Values,
): Promise<void> {
	const role = values.role ?? (listUsers(context).length === 0 ? "admin" : "viewer");
	const password = await readPassword(io, values["password-stdin"] === true);
	const user = await addUser(context, passwords, { name, role, password });
	io.out(`${user.name} may sign in, as ${user.role}.\n`);
	if (made !== undefined) io.err(made);
}

async function passwd({ context, passwords }: Beside, io: Io, name: string, values: Values): Promise<void> {
	const user = userNamed(context, name);
	const password = await readPassword(io, values["password-stdin"] === true);
	await changePassword(context, passwords, user.id, password, true);
	io.out(`${user.name} has a new password, and is signed out everywhere.\n`);
}
