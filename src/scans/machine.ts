/** What the doctor says of port scans: who scans here, and whether scans succeed. Scans nothing. */

import type { Context } from "../context.ts";
import type { ScannerInfo } from "../probes/scanner.ts";
import { listClosedScans } from "../store/scans.ts";

/** One thing looked at: how it is, and the command that mends it. */
export type Check = { name: string; state: "ok" | "warn" | "bad"; says: string; mend?: string };

type Machine = { checks(): Check[]; problem(): string | undefined };

/** So many failures in a row are no accident of one host. */
const FAILURES = 3;

/** Adds port scans to what the machine tells. */
export function withScans<M extends Machine>(machine: M, context: Context, scanner: ScannerInfo): M {
	return {
		...machine,
		checks: () => [...machine.checks(), checkScanner(scanner), checkScans(context)],
		problem: () => machine.problem() ?? failing(context),
	};
}

function checkScanner(scanner: ScannerInfo): Check {
	const says = [scanner.says, ...scanner.notes].join(" ");
	const { mend } = scanner;
	const state = scanner.name === "nmap" && scanner.notes.length === 0 ? "ok" : "warn";
	return { name: "nmap", state, says, ...(mend === undefined ? {} : { mend }) };
}

function checkScans(context: Context): Check {
	const name = "Port scans";
	const [last] = listClosedScans(context.db, 1);
	if (last === undefined) return { name, state: "ok", says: "None was made yet." };
	if (last.state === "failed")
		return { name, state: "bad", says: `The last one failed. ${last.problem ?? ""}` };
	if (last.problem !== undefined) return { name, state: "warn", says: last.problem };
	return { name, state: "ok", says: "The last one went well." };
}

/** Nothing but failures lately: nmap itself is broken, and the live light says so. */
function failing(context: Context): string | undefined {
	const runs = listClosedScans(context.db, FAILURES);
	if (runs.length < FAILURES || runs.some((run) => run.state !== "failed")) return undefined;
	return `Port scans fail: ${runs[0]?.problem ?? "the reason is not known."}`;
}
