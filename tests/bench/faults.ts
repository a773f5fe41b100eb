/**
 * `bench faults [--kills N] [--parts A,B]`: as many kill -9 as wanted, at random moments of the whole program at work, of imports, upgrades,
 * restores, deletions and edits. The parts that are called "served" use the executable that ROLLCALL_BIN names. Prints what was struck and what was found wrong; exits with 1 when anything was.
 */

import { parseArgs } from "node:util";
import { BACKUP, batchScene, IMPORT, RESTORE, UPGRADE } from "../helpers/kill-scenes.ts";
import { killFresh, killWhole, type Strike, script } from "../helpers/killing.ts";
import { killServed, VERBS } from "../helpers/killing-served.ts";

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { kills: text, parts: text, json: { type: "boolean" } } });
const kills = /^[1-9]\d{0,4}$/.test(values.kills ?? "200") ? Number(values.kills ?? "200") : 0;
if (kills === 0) {
	console.error("--kills takes a number from 1 to 99999.");
	process.exit(2);
}

/** Several databases, so that early and late life are both struck. */
const PER_DATABASE = 25;

async function whole(kill: typeof killWhole): Promise<Strike> {
	const all = { acknowledged: 0, problems: [] as string[], during: {} as Record<string, number> };
	for (let done = 0; done < kills; done += PER_DATABASE) {
		const one = await kill(Math.min(PER_DATABASE, kills - done), Math.random, 2_000);
		all.acknowledged += one.acknowledged;
		all.problems.push(...one.problems);
		for (const [what, n] of Object.entries(one.during)) all.during[what] = (all.during[what] ?? 0) + n;
	}
	return all;
}

const parts: Record<string, () => Promise<Strike>> = {
	// Sweeps, prunes, deliveries and people's writes at the same time.
	whole: () => whole(killWhole),
	// The same by the program itself, which people write to through its API, and by its verbs.
	served: () => whole(killServed),
	"served import": () => killFresh(VERBS.import, kills, Math.random, IMPORT),
	"served upgrade": () => killFresh(VERBS.upgrade, kills, Math.random, { ...UPGRADE, maxMs: 600 }),
	"served backup": () => killFresh(VERBS.backup, kills, Math.random, BACKUP),
	"served restore": () => killFresh(VERBS.restore, kills, Math.random, RESTORE),
	import: () => killFresh(script("import-entry.ts"), kills, Math.random, IMPORT),
	upgrade: () => killFresh(script("upgrade-entry.ts"), kills, Math.random, UPGRADE),
	deletion: () => killFresh(script("batch-entry.ts"), kills, Math.random, batchScene("delete")),
	undo: () => killFresh(script("batch-entry.ts"), kills, Math.random, batchScene("undo")),
	edit: () => killFresh(script("batch-entry.ts"), kills, Math.random, batchScene("edit")),
	backup: () => killFresh(script("backup-entry.ts"), kills, Math.random, BACKUP),
	restore: () => killFresh(script("restore-entry.ts"), kills, Math.random, RESTORE),
};
let wrong = 0;
const chosen = values.parts?.split(",") ?? Object.keys(parts);
for (const [name, run] of Object.entries(parts).filter(([part]) => chosen.includes(part))) {
	const { acknowledged, problems, during } = await run();
	wrong += problems.length;
	if (values.json) console.log(JSON.stringify({ name, kills, acknowledged, during, problems }));
	else {
		const writes = acknowledged === 0 ? "" : `, ${acknowledged} acknowledged writes`;
		console.log(
			`${problems.length === 0 ? "PASS" : "FAIL"}  ${name}: ${kills} kills${writes}, ${problems.length} problems`,
		);
		const fell = Object.entries(during).map(([what, n]) => `${n} during a ${what}`);
		if (fell.length > 0) console.log(`      of the kills fell ${fell.join(", ")}`);
		for (const problem of problems.slice(0, 20)) console.log(`      ${problem}`);
	}
}
process.exit(wrong === 0 ? 0 : 1);
