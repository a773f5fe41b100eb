/** A process that makes one backup after the other of the database it is given, while it writes to it: something to kill. */

import { join } from "node:path";
import { backupName, pruneBackups, writeBackup } from "../../src/store/backup.ts";
import { openDatabase } from "../../src/store/database.ts";

const [path = "", folder = ""] = process.argv.slice(2);
const db = openDatabase(path, { busyMs: 1_000 });
process.stdout.write("begin\n");
for (let n = 1; ; n++) {
	db.query("INSERT OR REPLACE INTO setting (key, value) VALUES ('written', ?)").run(String(n));
	writeBackup(path, join(folder, backupName(path, n * 1_000)), { busyMs: 1_000 });
	pruneBackups(folder, path, 3);
}
