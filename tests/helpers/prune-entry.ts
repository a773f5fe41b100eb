/** A process that prunes the database it is given, in slices as short as can be, and ends: something to kill. */

import { systemClock } from "../../src/clock.ts";
import { BOUNDS } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { openDatabase } from "../../src/store/database.ts";
import { openRetention } from "../../src/sweeps/retention.ts";

const db = openDatabase(process.argv[2] ?? "", { busyMs: 1_000 });
const retention = openRetention({
	...BOUNDS,
	pruneSliceMs: 0.01,
	db,
	clock: systemClock,
	log: silentLog,
	rawRetentionDays: 7,
	hourlyRetentionDays: 400,
});
retention.tick();
await retention.idle();
db.close();
