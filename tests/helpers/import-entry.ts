/** A process that imports a file into the database it is given, by the verb of the command line: something to kill. */

import { importCommand } from "../../src/cli/import.ts";

process.stdout.write("begin\n");
await importCommand(["--database", process.argv[2] ?? "", "--no-sweep", process.argv[3] ?? ""], {
	out() {},
	err() {},
	terminal: false,
});
