/** A process that delivers what is due in the database it is given, and ends: something to kill. */

import { hookStage } from "./hooks.ts";

const stage = hookStage(process.argv[2] ?? "");
// The messages were made on another process's clock.
stage.clock.setWall(Date.now() + 10 * 365 * 86_400_000);
const deliverer = stage.deliverer({ timeoutMs: 5_000 });
deliverer.tick();
await deliverer.idle();
stage.db.close();
