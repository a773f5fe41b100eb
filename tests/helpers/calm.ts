/** A machine on which nothing is wrong, as the doctor sees one: what else runs on the real one lights no light of a test. */

import type { MachineFacts } from "../../src/model/doctor/facts.ts";

export const calmMachine = (): MachineFacts => ({
	disk: "memory",
	devices: undefined,
	addresses: 1,
	pingGroups: undefined,
	neighbours: undefined,
	user: undefined,
});
