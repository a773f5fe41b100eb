/**
 * `bench faults [--kills N]`: as many kill -9 as wanted, at random moments of the whole program at work, of imports, upgrades and
 * restores. Prints what was struck and what was found wrong; exits with 1 when anything was.
 */

import { parseArgs } from "node:util";
import { IMPORT, RESTORE, UPGRADE } from "../helpers/kill-scenes.ts";
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
	const all = { acknowledged: 0, problems: [] as string[] };
	for (let done = 0; done < kills; done += PER_DATABASE) {
		const one = await killWhole(Math.min(PER_DATABASE, kills - done), Math.random, 2_000);
		all.acknowledged += one.acknowledged;
		all.problems.push(...one.problems);
	}
	return all;
}

const parts: Record<string, () => Promise<Strike>> = {
	"sweep, prune, backup, delivery, writes": whole,
	"an import": () => killFresh("import-entry.ts", kills, Math.random, IMPORT),
	"an upgrade": () => killFresh("upgrade-entry.ts", kills, Math.random, UPGRADE),
	"a restore": () => killFresh("restore-entry.ts", kills, Math.random, RESTORE),
};
let wrong = 0;
for (const [name, run] of Object.entries(parts)) {
	const { acknowledged, problems } = await run();
	wrong += problems.length;
	if (values.json) console.log(JSON.stringify({ name, kills, acknowledged, problems }));
	else {
		const writes = acknowledged === 0 ? "" : `, ${acknowledged} acknowledged writes`;
		console.log(
			`${problems.length === 0 ? "PASS" : "FAIL"}  ${name}: ${kills} kills${writes}, ${problems.length} problems`,
		);
		for (const problem of problems.slice(0, 20)) console.log(`      ${problem}`);
	}
}
process.exit(wrong === 0 ? 0 : 1);
