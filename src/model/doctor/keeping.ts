/** The doctor on what keeps the data: disk, database, backups, clock, versions. Pure. */

import { type Check, shellWord } from "./check.ts";
import type { DiskFacts, DoctorBounds, Facts, StorageFault } from "./facts.ts";

/** The first SQLite without the damage at a checkpoint that 3.51.3 mended. */
const SQLITE_AT_LEAST = [3, 51, 3] as const;

/** Every line about what keeps the data. */
export function keepingChecks(facts: Facts, bounds: DoctorBounds): Check[] {
	return [
		database(facts),
		disk(facts, bounds),
		backups(facts, bounds),
		clock(facts, bounds),
		versions(facts),
	];
}

const LIGHTS: Readonly<Record<Exclude<StorageFault, "unusable">, string>> = {
	busy: "Another program holds the database: nothing is recorded.",
	full: "The disk is full: nothing is recorded.",
	refused: "The database may not be written: nothing is recorded.",
	failing: "The disk of the database fails.",
	damaged: "The database is damaged: nothing is recorded.",
};

function database(facts: Facts): Check {
	const name = "Database";
	const { path, format, knows, damage } = facts.database;
	const trouble = facts.database.trouble ?? facts.probing.trouble;
	if (trouble?.fault === "unusable") {
		// What lost its file says how it is put back; whatever else this is, a copy that is looked through shows it.
		const mend = /rollcall restore .+$/.exec(trouble.says)?.[0] ?? backupOf(path);
		return { name, state: "bad", says: trouble.says, mend, light: trouble.says };
	}
	if (trouble?.fault !== undefined) {
		const says = `${path}: ${trouble.says}`;
		return { name, state: "bad", says, mend: mendOf(trouble.fault, facts), light: LIGHTS[trouble.fault] };
	}
	if (damage !== undefined) {
		return { name, state: "bad", says: damage, mend: mendOf("damaged", facts), light: LIGHTS.damaged };
	}
	if (format === undefined)
		return { name, state: "ok", says: `${path} is not there yet; the first start makes it.` };
	if (format > knows) {
		const says = `${path} has format ${format}, this program knows ${knows}: a newer Rollcall wrote it.`;
		return {
			...{ name, state: "bad", says, mend: "which -a rollcall" },
			light: "The database is of a newer Rollcall.",
		};
	}
	const older = format < knows ? ` The next start brings it to ${knows} and keeps a copy.` : "";
	return { name, state: "ok", says: `${path}, format ${format}.${older}` };
}

function mendOf(fault: keyof typeof LIGHTS, facts: Facts): string {
	const path = shellWord(facts.database.path);
	const backup = facts.work?.backup?.path;
	return {
		busy: `fuser -v ${path}`,
		full: listing(folderOf(facts.database.path)),
		refused: chown(facts, shellWord(folderOf(facts.database.path))),
		failing: "sudo dmesg --level=err,crit",
		damaged: `rollcall restore --database ${path} ${backup === undefined ? "FILE" : shellWord(backup)}`,
	}[fault];
}

/** A copy that is looked through. */
function backupOf(path: string): string {
	return `rollcall backup --database ${shellWord(path)} /path/to/backups/`;
}

function folderOf(path: string): string {
	return path.replace(/\/[^/]*$/, "") || "/";
}

/** Lists what fills the disk that a folder lies on, the largest last. */
function listing(folder: string): string {
	return `sudo du -xh -d1 "$(stat -c %m ${shellWord(folder)})" | sort -h`;
}

function chown({ machine }: Facts, folder: string): string {
	return `sudo chown -R ${machine.user ?? "USER"} ${folder}`;
}

function disk(facts: Facts, bounds: DoctorBounds): Check {
	const name = "Disk";
	const found = facts.machine.disk;
	if (found === "memory") return { name, state: "ok", says: "The database is in memory." };
	if (found === "missing") {
		const folder = folderOf(facts.database.path);
		const says = `There is no folder ${folder}, or it may not be looked into.`;
		const mend = `sudo install -d -o ${facts.machine.user ?? "USER"} ${shellWord(folder)}`;
		return { name, state: "bad", says, mend, light: LIGHTS.refused };
	}
	const { folder, freeBytes, freeFiles, writable } = found;
	const says = `${sizes(found)} in ${folder}.`;
	if (!writable) {
		const refused = `No file can be made in ${folder}: it is read-only, or belongs to somebody else.`;
		return {
			name,
			state: "bad",
			says: refused,
			mend: chown(facts, shellWord(folder)),
			light: LIGHTS.refused,
		};
	}
	const mend = listing(folder);
	if (freeBytes < bounds.diskBadBytes || freeFiles === 0) {
		return { name, state: "bad", says: `The disk is full: ${says}`, mend, light: LIGHTS.full };
	}
	const few = freeFiles !== undefined && freeFiles < bounds.filesLow;
	if (freeBytes < bounds.diskLowBytes || few) {
		const light = few
			? "The disk can soon hold no more files."
			: `The disk is nearly full: ${size(freeBytes)} free.`;
		return { name, state: "warn", says: `The disk is nearly full: ${says}`, mend, light };
	}
	return { name, state: "ok", says };
}

function sizes({ freeBytes, totalBytes, freeFiles }: DiskFacts): string {
	const files = freeFiles !== undefined && freeFiles < 100_000 ? `, room for ${freeFiles} files` : "";
	return `${size(freeBytes)} of ${size(totalBytes)} free${files}`;
}

function size(bytes: number): string {
	if (bytes < 1e6) return `${Math.floor(bytes / 1e3)} kB`;
	return bytes < 1e9 ? `${Math.floor(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function backups({ work, backupKeep, database: { path }, now }: Facts, bounds: DoctorBounds): Check {
	const name = "Backups";
	const mend = backupOf(path);
	if (work?.backupProblem !== undefined) {
		const light = "The last backup failed.";
		return { name, state: "warn", says: work.backupProblem, mend, light };
	}
	const last = work?.backup;
	if (last === undefined) {
		return backupKeep === 0
			? { name, state: "warn", says: "BACKUP_KEEP=0: no backup is made by itself.", mend }
			: { name, state: "ok", says: "None yet; one is made every night." };
	}
	const says = `The last one, of ${stamp(last.at)}, was looked through and is whole: ${last.path}.`;
	if (now - last.at < bounds.backupOldMs) return { name, state: "ok", says };
	return { name, state: "warn", says: `${says} That is more than two days ago.`, mend };
}

function stamp(at: number): string {
	return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function clock({ now, work, clock: { jump } }: Facts, bounds: DoctorBounds): Check {
	const name = "Clock";
	const mend = "sudo timedatectl set-ntp true";
	const newest = work?.lastSweepAt ?? 0;
	if (newest > now + bounds.clockAheadMs) {
		const says = `It says ${stamp(now)}, but the last sweep was recorded at ${stamp(newest)}: it is wrong now, or was wrong then. Times will not fit together until it has caught up.`;
		return {
			name,
			state: "bad",
			says,
			mend,
			light: "This machine's clock is behind what is recorded already.",
		};
	}
	if (jump === undefined || now - jump.at > bounds.clockTellMs)
		return { name, state: "ok", says: `${stamp(now)}.` };
	const by = `${Math.round(Math.abs(jump.byMs) / 1_000)} s`;
	if (jump.byMs < 0) {
		const says = `It was set back by ${by} at ${stamp(jump.at)}: some times lie twice in the history.`;
		return { name, state: "warn", says, mend, light: `This machine's clock was set back by ${by}.` };
	}
	const says = `It went forward by ${by} at ${stamp(jump.at)}: the machine slept, or it was set. That time was not measured.`;
	return { name, state: "ok", says };
}

function versions({ program }: Facts): Check {
	const { rollcall, bun, sqlite, system } = program;
	const says = `Rollcall ${rollcall}, SQLite ${sqlite}, Bun ${bun}, ${system}.`;
	const parts = sqlite.split(".").map(Number);
	const differs = SQLITE_AT_LEAST.findIndex((least, i) => parts[i] !== least);
	const isOld = differs >= 0 && (parts[differs] ?? 0) < (SQLITE_AT_LEAST[differs] ?? 0);
	if (!isOld) return { name: "Versions", state: "ok", says };
	const light = "This SQLite can damage its file: another Rollcall is needed.";
	const mend = "rollcall --version";
	return {
		name: "Versions",
		state: "bad",
		says: `${says} SQLite before 3.51.3 can damage its file.`,
		mend,
		light,
	};
}
