/** The doctor on what keeps the data: every trouble is a line with its one command, and on the light. */

import { describe, test } from "bun:test";
import type { Facts } from "../../../src/model/doctor/facts.ts";
import {
	database,
	disk,
	expectTrouble,
	MINUTE,
	machine,
	NOW,
	probing,
	type Trouble,
	well,
	work,
} from "../../helpers/doctor-facts.ts";

const held = (says: string, fault: NonNullable<Facts["probing"]["trouble"]>["fault"]): Partial<Facts> => ({
	probing: { ...probing, trouble: { says, fault } },
});

const TROUBLES: readonly Trouble[] = [
	[
		"full disk",
		{ machine: { ...machine, disk: { ...disk, freeBytes: 20_000 } } },
		...([
			"Disk",
			"bad",
			/^The disk is full: 20 kB of 8\.0 GB free/,
			'sudo du -xh -d1 "$(stat -c %m /var/lib/rollcall)" | sort -h',
			/disk is full/,
		] as const),
	],
	[
		"no file left on the disk",
		{ machine: { ...machine, disk: { ...disk, freeFiles: 0 } } },
		...([
			"Disk",
			"bad",
			/room for 0 files/,
			'sudo du -xh -d1 "$(stat -c %m /var/lib/rollcall)" | sort -h',
			/disk is full/,
		] as const),
	],
	[
		"a disk that will be full",
		{ machine: { ...machine, disk: { ...disk, freeBytes: 100e6 } } },
		...([
			"Disk",
			"warn",
			/nearly full: 100 MB/,
			'sudo du -xh -d1 "$(stat -c %m /var/lib/rollcall)" | sort -h',
			/nearly full: 100 MB free/,
		] as const),
	],
	[
		"a folder that may not be written",
		{ machine: { ...machine, disk: { ...disk, writable: false } } },
		...([
			"Disk",
			"bad",
			/No file can be made/,
			"sudo chown -R 997 /var/lib/rollcall",
			/may not be written/,
		] as const),
	],
	[
		"a folder that is not there",
		{ machine: { ...machine, disk: "missing" } },
		...([
			"Disk",
			"bad",
			/There is no folder \/var\/lib\/rollcall/,
			"sudo install -d -o 997 /var/lib/rollcall",
			/may not be written/,
		] as const),
	],
	[
		"busy database",
		held("The database is held by another program.", "busy"),
		...([
			"Database",
			"bad",
			/held by another/,
			"fuser -v /var/lib/rollcall/ipam.db",
			/nothing is recorded/,
		] as const),
	],
	[
		"full, as the database says it",
		held("The disk is full.", "full"),
		...([
			"Database",
			"bad",
			/disk is full/,
			'sudo du -xh -d1 "$(stat -c %m /var/lib/rollcall)" | sort -h',
			/disk is full/,
		] as const),
	],
	[
		"missing permission of the file",
		held("The database may not be written.", "refused"),
		...([
			"Database",
			"bad",
			/may not be written/,
			"sudo chown -R 997 /var/lib/rollcall",
			/may not be written/,
		] as const),
	],
	[
		"a disk with errors",
		held("The disk that holds the database fails.", "failing"),
		...(["Database", "bad", /fails/, "sudo dmesg --level=err,crit", /disk of the database fails/] as const),
	],
	[
		"damage",
		{ database: { ...database, damage: "The file is damaged." } },
		...([
			"Database",
			"bad",
			/damaged/,
			"rollcall restore --database /var/lib/rollcall/ipam.db /var/lib/rollcall/backups/a.db",
			/damaged/,
		] as const),
	],
	[
		"a clock that was set back",
		{ clock: { jump: { at: NOW - MINUTE, byMs: -7_200_000 } } },
		...([
			"Clock",
			"warn",
			/set back by 7200 s/,
			"sudo timedatectl set-ntp true",
			/set back by 7200 s/,
		] as const),
	],
	[
		"a clock behind the rows",
		{ work: { ...work, lastSweepAt: NOW + 90_000_000 } },
		...([
			"Clock",
			"bad",
			/last sweep was recorded at 2026-11-26/,
			"sudo timedatectl set-ntp true",
			/clock is behind/,
		] as const),
	],
	[
		"a backup that failed",
		{ work: { ...work, backupProblem: "No backup was made: the disk is full." } },
		...([
			"Backups",
			"warn",
			/No backup was made/,
			"rollcall backup --database /var/lib/rollcall/ipam.db /path/to/backups/",
			/last backup failed/,
		] as const),
	],
	[
		"a database that was deleted, and is saved elsewhere",
		held(
			"It was deleted. Stop Rollcall, then: rollcall restore --database /var/lib/rollcall/ipam.db /x.saved",
			"unusable",
		),
		...([
			"Database",
			"bad",
			/was deleted/,
			"rollcall restore --database /var/lib/rollcall/ipam.db /x.saved",
			/was deleted/,
		] as const),
	],
	[
		"a database that cannot be used for another reason",
		held("The queue cannot be read: no such thing", "unusable"),
		...([
			"Database",
			"bad",
			/queue cannot be read/,
			"rollcall backup --database /var/lib/rollcall/ipam.db /path/to/backups/",
			/queue cannot be read/,
		] as const),
	],
	[
		"a database of a newer Rollcall",
		{ database: { ...database, format: 3 } },
		...(["Database", "bad", /a newer Rollcall wrote it/, "which -a rollcall", /newer Rollcall/] as const),
	],
	[
		"an SQLite that damages files",
		{ program: { ...well.program, sqlite: "3.51.2" } },
		...(["Versions", "bad", /before 3\.51\.3/, "rollcall --version", /SQLite/] as const),
	],
];

describe("what keeps the data: each trouble is one line with its one command, and on the light", () => {
	test.each(TROUBLES.map((one) => [one[0], one] as const))("%s", (_, trouble) => expectTrouble(trouble));
});
