/** The thread that sweeps, as the program starts it: for a whole Rollcall inside a test. */

import { runThread } from "../../src/crew.ts";

if (!Bun.isMainThread) runThread();
