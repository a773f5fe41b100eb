/** A process that says it begins, opens the database it is given (and so upgrades it), and ends: something to kill. */

import { openDatabase } from "../../src/store/database.ts";

process.stdout.write("begin\n");
await new Promise((resolve) => setTimeout(resolve, 1));
openDatabase(process.argv[2] ?? "", { busyMs: 1_000 }).close();
