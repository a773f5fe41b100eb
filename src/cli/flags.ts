/** How every verb reads its options: strictly, and with a pointer to its help when one is wrong. Knows no verb. */

import { type ParseArgsConfig, parseArgs } from "node:util";
import { AppError } from "../errors.ts";

/** Options of parseArgs; `help` is dealt with before a verb runs. */
export type Options = NonNullable<ParseArgsConfig["options"]>;

/** Values and positionals of `args`. Throws AppError("invalid") in one sentence that names the verb's help. */
export function readFlags<const T extends Options>(verb: string, args: readonly string[], options: T) {
	try {
		return parseArgs({ args: [...args], allowPositionals: true, options });
	} catch (cause) {
		const message = (cause as Error).message.split(". ")[0];
		throw new AppError("invalid", `${message}. See: rollcall ${verb} --help`, { cause });
	}
}

/** Refuses options that say nothing to this word of a verb: who gave one meant something by it. */
export function refuseOthers(
	what: string,
	values: Readonly<Record<string, unknown>>,
	taken: readonly string[],
): void {
	const other = Object.keys(values).find((name) => !taken.includes(name) && !(name in DATABASE_OPTIONS));
	if (other === undefined) return;
	const verb = what.split(" ")[0];
	throw new AppError("invalid", `${what} takes no --${other}. See: rollcall ${verb} --help`);
}

/** Where the database is: the same three ways for every verb that needs it. */
export const DATABASE_OPTIONS = {
	config: { type: "string" },
	database: { type: "string" },
} as const satisfies Options;

/** Lines of help for DATABASE_OPTIONS. */
export const DATABASE_HELP = `  --config FILE     read settings from FILE (else from .env beside the program, when there is one)
  --database PATH   the database             (DATABASE_URL, ./ipam.db)`;
