/** The process: which thread this is, and how it ends. */

import { runCommand } from "./cli/run.ts";
import { runThread } from "./crew.ts";

if (Bun.isMainThread) process.exitCode = await runCommand(process.argv.slice(2));
else runThread();
