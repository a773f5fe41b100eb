/** The doctor: facts in, one list of checks out. The page, the light, /healthz and the command line all show this list. */

import type { Check } from "./check.ts";
import type { DoctorBounds, Facts } from "./facts.ts";
import { keepingChecks } from "./keeping.ts";
import { networkChecks } from "./network.ts";
import { workChecks } from "./work.ts";

/**
 * Judges all that is known, always in the same order: the first line that fails is what the light tells, so a cause
 * stands before what follows from it (a full disk before the sweeps that cannot be recorded).
 */
export function examine(facts: Facts, bounds: DoctorBounds): Check[] {
	return [...keepingChecks(facts, bounds), ...networkChecks(facts, bounds), ...workChecks(facts)];
}
