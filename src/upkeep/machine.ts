/** What the doctor says of backups: the last one, or why there is none. Makes none. */

import type { Context } from "../context.ts";
import { readBackupProblem, readBackupReport } from "../store/settings.ts";

/** One thing looked at: how it is, and the command that mends it. */
export type Check = { name: string; state: "ok" | "warn" | "bad"; says: string; mend?: string };

type Machine = { checks(): Check[] };
type Seen = Pick<Context, "db" | "clock" | "config">;

const DAY_MS = 86_400_000;

/** Adds backups to what the machine tells. */
export function withBackups<M extends Machine>(machine: M, context: Seen): M {
	return { ...machine, checks: () => [...machine.checks(), checkBackups(context)] };
}

function checkBackups({ db, clock, config }: Seen): Check {
	const name = "Backups";
	const problem = readBackupProblem(db);
	const mend = `rollcall backup --database ${config.databasePath} /path/to/backups/`;
	if (problem !== undefined) return { name, state: "bad", says: problem.says, mend };
	const last = readBackupReport(db);
	if (last === undefined || last.path === "") {
		if (config.backupKeep === 0) {
			return { name, state: "warn", says: "BACKUP_KEEP=0: no backup is made by itself.", mend };
		}
		return { name, state: "ok", says: "None yet; one is made every night." };
	}
	const says = `The last one, of ${new Date(last.at).toISOString().slice(0, 16).replace("T", " ")} UTC, was looked through and is whole: ${last.path}.`;
	if (clock.now() - last.at < 2 * DAY_MS) return { name, state: "ok", says };
	return { name, state: "warn", says: `${says} That is more than two days ago.`, mend };
}
