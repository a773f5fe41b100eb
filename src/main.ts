/** The process: which thread this is, and how it ends. */

import { runThread } from "./app.ts";
import { runCommand } from "./cli/run.ts";

if (Bun.isMainThread) process.exitCode = await runCommand(process.argv.slice(2));
else runThread();
