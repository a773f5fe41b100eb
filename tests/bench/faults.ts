/**
 * `bench faults [--kills N]`: as many kill -9 as wanted, at random moments of the whole program at work, of imports, upgrades,
 * restores, deletions and edits. Prints what was struck and what was found wrong; exits with 1 when anything was.
 */

import { parseArgs } from "node:util";
import { batchScene, IMPORT, RESTORE, UPGRADE } from "../helpers/kill-scenes.ts";
import { killFresh, killWhole, type Strike } from "../helpers/killing.ts";

const { values } = parseArgs({ options: { kills: { type: "string" }, json: { type: "boolean" } } });
const kills = /^[1-9]\d{0,4}$/.test(values.kills ?? "200") ? Number(values.kills ?? "200") : 0;
if (kills === 0) {
	console.error("--kills takes a number from 1 to 99999.");
	process.exit(2);
}

/** Several databases, so that early and late life are both struck. */
const PER_DATABASE = 25;

async function whole(): Promise<Strike> {
	const all = { acknowledged: 0, problems: [] as string[], during: {} as Record<string, number> };
	for (let done = 0; done < kills; done += PER_DATABASE) {
		const one = await killWhole(Math.min(PER_DATABASE, kills - done), Math.random, 2_000);
		all.acknowledged += one.acknowledged;
		all.problems.push(...one.problems);
		for (const [what, n] of Object.entries(one.during)) all.during[what] = (all.during[what] ?? 0) + n;
	}
	return all;
}

const parts: Record<string, () => Promise<Strike>> = {
	"sweep, prune, backup, delivery, writes": whole,
	"an import": () => killFresh("import-entry.ts", kills, Math.random, IMPORT),
	"an upgrade": () => killFresh("upgrade-entry.ts", kills, Math.random, UPGRADE),
	"a deletion of 3,000 hosts": () => killFresh("batch-entry.ts", kills, Math.random, batchScene("delete")),
	"an undo of that": () => killFresh("batch-entry.ts", kills, Math.random, batchScene("undo")),
	"an edit of 3,000 hosts": () => killFresh("batch-entry.ts", kills, Math.random, batchScene("edit")),
	"a restore": () => killFresh("restore-entry.ts", kills, Math.random, RESTORE),
};
let wrong = 0;
for (const [name, run] of Object.entries(parts)) {
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
