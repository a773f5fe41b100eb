/** What the doctor and the live light say of the file and its backups: damage, the last backup, or why there is none. */

import type { Context } from "../context.ts";
import { readBackupProblem, readBackupReport } from "../store/settings.ts";

/** One thing looked at: how it is, and the command that mends it. */
export type Check = { name: string; state: "ok" | "warn" | "bad"; says: string; mend?: string };

type Machine = { checks(): Check[]; problem(): string | undefined };
type Seen = Pick<Context, "db" | "clock" | "config">;

const DAY_MS = 86_400_000;

/** Adds backups, and the state of the file, to what the machine tells. `damage`: why the file is not to be trusted. */
export function withBackups<M extends Machine>(
	machine: M,
	context: Seen,
	damage: () => string | undefined,
): M {
	return {
		...machine,
		checks: () => [...machine.checks(), ...checkFile(damage()), checkBackups(context)],
		problem: () => damage() ?? machine.problem(),
	};
}

function checkFile(damage: string | undefined): Check[] {
	return damage === undefined ? [] : [{ name: "Database file", state: "bad", says: damage }];
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
