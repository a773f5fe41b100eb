/** The doctor on the work that is done: sweeps, port scans, names. Pure. */

import { type Check, shellWord } from "./check.ts";
import type { Facts } from "./facts.ts";
import { setcap } from "./network.ts";

/** So many failures in a row are no accident of one host. */
const SCAN_FAILURES = 3;

/** Every line about the work. */
export function workChecks(facts: Facts): Check[] {
	return [sweeps(facts), scanner(facts), scans(facts), names(facts)];
}

function sweeps(facts: Facts): Check {
	const { work, probing } = facts;
	const name = "Sweeps";
	const [first] = work?.failing ?? [];
	if (work === undefined || first === undefined) {
		return { name, state: "ok", says: "The last sweep of every subnet went well." };
	}
	const says = work.failing.map(({ cidr, problem }) => `${cidr}: ${problem}`).join(" ");
	const more = work.failed > work.failing.length ? ` And ${work.failed - work.failing.length} more.` : "";
	const all = work.failed === work.enabled;
	const light = all ? first.problem : `${first.cidr} is not swept: ${first.problem}`;
	// A ping that may not be started is not needed with this right; else the way to see more.
	const pingless = probing.method === "ping" && / could not be started: /.test(first.problem);
	const mend = pingless ? setcap(facts) : `rollcall sweep ${first.cidr}`;
	return { name, state: all ? "bad" : "warn", says: `${says}${more}`, mend, light };
}

function scanner({ scanner: { name: by, says, notes, mend, broken } }: Facts): Check {
	const name = "nmap";
	const told = [says, ...notes].join(" ");
	if (broken) {
		const light = "nmap is broken: the built-in scan takes its place.";
		return { name, state: "bad", says: told, light, aside: true, mend: mend ?? "nmap --version" };
	}
	if (by === "nmap") return { name, state: notes.length === 0 ? "ok" : "warn", says: told };
	return { name, state: "warn", says: told, ...(mend === undefined ? {} : { mend }) };
}

function scans({ work, scanner: { name: by, mend: again } }: Facts): Check {
	const name = "Port scans";
	const last = work?.lastScan;
	if (work === undefined || last === undefined) return { name, state: "ok", says: "None was made yet." };
	if (work.scanFailures >= SCAN_FAILURES) {
		const why = last.problem ?? "the reason is not known.";
		const mend = by === "nmap" && again !== undefined ? again : "rollcall scan 127.0.0.1";
		const light = `Port scans fail: ${why}`;
		return { name, state: "bad", says: `All fail. ${why}`, mend, light, aside: true };
	}
	if (last.failed) {
		const says = `The last one failed. ${last.problem ?? ""}`;
		return { name, state: "warn", says, mend: "rollcall scan 127.0.0.1" };
	}
	if (last.problem !== undefined) return { name, state: "warn", says: last.problem };
	return { name, state: "ok", says: "The last one went well." };
}

function names({ names: { asked, servers, own }, work, now }: Facts): Check {
	const name = "Name server";
	if (!asked) return { name, state: "ok", says: "Switched off: PTR_LOOKUP_ENABLED=false." };
	const listed = servers.join(", ");
	const from = own ? "PTR_SERVER" : "the system's settings";
	const fail = work?.namesFail;
	if (fail === undefined) return { name, state: "ok", says: `${listed}, from ${from}.` };
	const minutes = Math.round((now - fail.since) / 60_000);
	const silence = minutes < 1 ? "does not answer" : `has not answered for ${minutes} min`;
	const [first = "127.0.0.1"] = servers;
	const restart = !own && first === "127.0.0.53";
	return {
		name,
		state: "bad",
		says: `${listed}, from ${from}, ${silence}: ${fail.reason}. Names stay as they are.`,
		mend: restart
			? "sudo systemctl restart systemd-resolved"
			: `dig -x 127.0.0.1 @${shellWord(hostOf(first))}`,
		light: "The name server does not answer: names stay as they are.",
		aside: true,
	};
}

/** "10.0.0.53:5353" and "[fd00::53]:53" without the port. */
function hostOf(server: string): string {
	return (
		/^\[([^\]]+)\]/.exec(server)?.[1] ??
		(server.split(":").length === 2 ? (server.split(":")[0] ?? server) : server)
	);
}
