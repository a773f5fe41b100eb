/**
 * A process that deletes a subnet with its hosts, edits them all as one, or undoes such a deletion, in the database it is
 * given: something to kill.
 */

import { openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { editHosts, resolveSelection } from "../../src/ipam/bulk.ts";
import { deleteSubnet } from "../../src/ipam/deletions.ts";
import { undoBatch } from "../../src/ipam/undo.ts";
import { silentLog } from "../../src/log.ts";

const [path = "", what = ""] = process.argv.slice(2);
const { context } = await openApp(loadConfig({ env: { DATABASE_URL: path } }), {
	listen: false,
	log: silentLog,
});
const deleted = what === "undo" ? await deleteSubnet(context, 1) : undefined;
process.stdout.write("begin\n");
if (deleted !== undefined) await undoBatch(context, deleted.batchId);
else if (what === "delete") await deleteSubnet(context, 1);
else {
	const selection = { kind: "matching", filter: { subnetId: 1 }, except: [] } as never;
	const ids = resolveSelection(context, selection);
	await editHosts(context, ids, { description: "edited", tagsAdded: ["edited"] }, "all");
}
process.exit(0);
