/** `rollcall restore`: a backup in the place of the database, which is kept under another name. */

import { resolve } from "node:path";
import { systemClock } from "../clock.ts";
import { BOUNDS, loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { namesOf } from "../model/crowd.ts";
import type { Access } from "../store/access.ts";
import { lockDatabase } from "../store/database.ts";
import { restoreBackup } from "../store/restore.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, readFlags } from "./flags.ts";
import { plural } from "./plural.ts";
import type { Io } from "./run.ts";

export const RESTORE_HELP = `rollcall restore FILE: put a backup in the place of the database.

FILE is looked through first: a damaged file, one of another program or of a newer Rollcall is refused, and
nothing is changed. The present database is kept beside it as NAME.before-restore-TIME. No server may use
the database meanwhile: stop it first.

Everybody signs in again. Users, passwords and tokens stay as they are now, so that what was revoked since the
backup stays revoked; where the present database is not there, cannot be read or is of another installation,
they are those of the backup, and are told by name: look for what must not open anything any more.

  --json            print {"path","kept","subnets","hosts","format","access"}
${DATABASE_HELP}

Examples
  rollcall restore backups/ipam-20261125-034100.db
  systemctl stop rollcall
  rollcall restore --database /var/lib/rollcall/ipam.db /mnt/nas/ipam-20261125-034100.db
  systemctl start rollcall
`;

/** 0 when the backup is in place. */
export async function restoreCommand(args: string[], io: Io): Promise<number> {
	const options = { ...DATABASE_OPTIONS, json: { type: "boolean" } } as const;
	const { values, positionals } = readFlags("restore", args, options);
	const [named, ...more] = positionals;
	if (named === undefined || more.length > 0) {
		throw new AppError("invalid", "Name the backup to put back. See: rollcall restore --help");
	}
	const { databasePath } = loadConfig({ file: values.config, flags: { DATABASE_URL: values.database } });
	const at = systemClock.now();
	const lock = lockDatabase(databasePath, { pid: process.pid, at });
	try {
		const done = restoreBackup(resolve(named), databasePath, { at, busyMs: BOUNDS.busyMs });
		if (values.json === true) io.out(`${JSON.stringify(done)}\n`);
		else {
			io.out(`${named} is in place: ${plural(done.subnets, "subnet")}, ${plural(done.hosts, "host")}.\n`);
			if (done.kept !== null) io.out(`What was there before is kept as ${done.kept}\n`);
			io.out(`${accessOf(done.access, databasePath)}\n`);
		}
		lock.markUsed();
		return 0;
	} finally {
		lock.release();
	}
}

/** Who may get in now. What the backup lets in again is told by name: it may have been revoked since. */
function accessOf({ from, reason, users, tokens }: Access, databasePath: string): string {
	const count = `${plural(users.length, "user")}, ${plural(tokens.length, "token")}`;
	if (from === "before")
		return `Users, passwords and tokens are as they were before: ${count}. Everybody signs in again.`;
	const because = reason === null ? "" : ` (${reason})`;
	const names = users.map(({ name, role, disabled }) => `${name} (${role}${disabled ? ", disabled" : ""})`);
	const keys = tokens.map(({ id, name, scope }) => `${id} ${name} (${scope})`);
	return [
		`Users, passwords and tokens are those of the backup${because}: ${count}. Everybody signs in again.`,
		...(names.length + keys.length === 0
			? []
			: ["What was revoked or changed since then holds again. Look through:"]),
		...(names.length === 0 ? [] : [`  users   ${namesOf(names)}`]),
		...(keys.length === 0 ? [] : [`  tokens  ${namesOf(keys)}`]),
		...(keys.length === 0 ? [] : [`To end a token: rollcall token revoke --database ${databasePath} ID`]),
	].join("\n");
}
