/** A process that puts one backup and the other in the place of a database, on and on: something to kill. */

import { lockDatabase } from "../../src/store/database.ts";
import { restoreBackup } from "../../src/store/restore.ts";

const [path = "", ...backups] = process.argv.slice(2);
const lock = lockDatabase(path, { pid: process.pid, at: 0 });
process.stdout.write("begin\n");
for (let n = 0; ; n++) {
	restoreBackup(backups[n % backups.length] ?? "", path, { at: n * 1_000, busyMs: 1_000 });
	await new Promise((resolve) => setTimeout(resolve, 1));
	if (n > 10_000) lock.release();
}
