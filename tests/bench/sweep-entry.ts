/** A stand-in for the executable: runs `sweepCommand` alone, so that its figures can be taken from the source tree. */

import { sweepCommand } from "../../src/cli/sweep.ts";

process.exitCode = await sweepCommand(process.argv.slice(2), {
	out: (text) => {
		process.stdout.write(text);
	},
	err: (text) => {
		process.stderr.write(text);
	},
	terminal: process.stderr.isTTY ?? false,
});
