/** Opening the best prober of this machine, and one real round over loopback; nothing leaves the machine. */

import { expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import { formatAddress } from "../../src/net/address.ts";
import { parseCidr } from "../../src/net/cidr.ts";
import { neverAsked, neverAskedHere } from "../../src/probes/never.ts";
import { openProber } from "../../src/probes/open.ts";
import { addresses, drain, OPTIONS, upCount } from "../helpers/probing.ts";

const CONFIG = { ratePps: 5_000, batchSize: 64, batchMs: 20, pingProcesses: 4 };
const problem = process.platform === "linux" || Bun.which("ping") ? undefined : "no ICMP here";

test.skipIf(problem !== undefined)(
	`loopback answers by the best method${problem ? ` (skipped: ${problem})` : ""}`,
	async () => {
		const prober = openProber(CONFIG, { clock: systemClock, random: Math.random });
		try {
			// Two runs at once over one pair of sockets; 127.255.255.255 is a broadcast address and stays unasked.
			const [one, two] = await Promise.all([
				drain(prober.probe(addresses("127.0.0.1", "127.0.0.2", "127.255.255.255"), OPTIONS)),
				drain(prober.probe(addresses("127.0.0.3", "127.0.0.1"), OPTIONS)),
			]);
			expect([upCount(one), upCount(two)]).toEqual([2, 2]);
			expect(one.totals.sent).toBe(2);
			expect(prober.note === undefined).toBe(prober.method === "raw");
		} finally {
			prober.close();
		}
	},
);

test("what is never asked, anywhere and here", () => {
	const never = ["0.0.0.0", "255.255.255.255", "224.0.0.0", "239.255.255.255", "::", "ff00::", "ff02::1"];
	const always = ["0.0.0.1", "223.255.255.255", "240.0.0.0", "127.0.0.1", "::1", "feff::1"];
	expect(addresses(...never).filter((address) => !neverAsked(address))).toEqual([]);
	expect(addresses(...always).filter(neverAsked)).toEqual([]);
	const networks = ["10.0.0.0/24", "10.1.0.0/31", "2001:db8::/64"].map((text) => {
		const cidr = parseCidr(text).value;
		if (!cidr) throw new Error(text);
		return { name: "eth0", cidr, address: cidr.base, loopback: false };
	});
	const here = neverAskedHere(networks);
	const tried = addresses("10.0.0.255", "10.0.0.254", "10.1.0.1", "2001:db8::ffff:ffff:ffff:ffff");
	expect(tried.filter(here).map(formatAddress)).toEqual(["10.0.0.255"]);
});
