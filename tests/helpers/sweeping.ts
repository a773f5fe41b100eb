/** A sweeper over a database in memory, a network of the mind and a clock cranked by hand. */

import { BOUNDS } from "../../src/config.ts";
import type { News } from "../../src/events/bus.ts";
import { silentLog } from "../../src/log.ts";
import { lastOf } from "../../src/net/cidr.ts";
import type { Neighbour } from "../../src/probes/arp/neighbours.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { findHostByAddress } from "../../src/store/hosts.ts";
import { adopt, findAround, insertSubnet } from "../../src/store/subnets.ts";
import type { Surroundings } from "../../src/sweeps/gate.ts";
import { openSweeper, type Sweeper } from "../../src/sweeps/sweeper.ts";
import { type HandClock, handClock } from "./clock.ts";
import { address, cidr, type FakeNetwork, fakeNetwork } from "./network.ts";

export type Stage = {
	readonly db: Db;
	readonly clock: HandClock;
	readonly network: FakeNetwork;
	readonly sweeper: Sweeper;
	readonly news: News[];
	surroundings: Surroundings;
	/** The kernel's table. */
	neighbours: Neighbour[];
	/** Adds a subnet, due at once; answers its id. */
	subnet(text: string, intervalS?: number): number;
	/** One tick of the timetable, and a moment for what it started. */
	tick(): Promise<void>;
	/** Ticks every second for so long. */
	run(seconds: number): Promise<void>;
	host(ip: string): ReturnType<typeof findHostByAddress>;
	/** Kinds of all events so far, oldest first. */
	kinds(): string[];
	/** What the sweeper put into the log. */
	readonly logged: readonly string[];
	/** A second sweeper on the same database: what a restart finds. */
	restart(): Sweeper;
};

/** The first so many addresses of 10.0.0.0/24. */
export const many = (n: number) => Array.from({ length: n }, (_, i) => `10.0.0.${i + 1}`);

export function stage(...alive: string[]): Stage {
	const db = openDatabase(":memory:", { busyMs: 100 });
	const clock = handClock();
	const network = fakeNetwork(...alive);
	const news: News[] = [];
	const logged: string[] = [];
	const say = (text: string) => void logged.push(text);
	const log = { ...silentLog, info: say, warning: say, error: say };
	const open = () =>
		openSweeper({
			...BOUNDS,
			db,
			prober: network,
			clock,
			random: () => 0.5,
			log,
			timing: BOUNDS,
			neighbours: () => made.neighbours,
			arpEnabled: true,
			vendorOf: (mac) => (mac < 2 ** 25 ? `Vendor ${mac}` : undefined),
			surroundings: () => made.surroundings,
			publish: (item) => news.push(item),
		});
	const made: Stage = {
		db,
		clock,
		network,
		news,
		logged,
		neighbours: [],
		surroundings: { networks: [{ name: "eth0", cidr: cidr("198.51.100.0/24") }], gateways: [] },
		sweeper: undefined as unknown as Sweeper,
		subnet: (text, intervalS = 60) => addSubnet(db, text, intervalS, clock.now()),
		async tick() {
			made.sweeper.tick();
			await clock.advance(0);
		},
		async run(seconds) {
			for (let i = 0; i < seconds; i++) {
				made.sweeper.tick();
				await clock.advance(1_000);
			}
		},
		host: (ip) => findHostByAddress(db, address(ip)),
		kinds: () =>
			db
				.query<{ kind: string }, []>("SELECT kind FROM event ORDER BY id")
				.all()
				.map((row) => row.kind),
		restart: open,
	};
	Object.assign(made, { sweeper: open() });
	return made;
}

function addSubnet(db: Db, text: string, sweepIntervalS: number, at: number): number {
	const block = cidr(text);
	const parent = findAround(db, block.base, lastOf(block));
	const values = { name: "", notes: "", gateway: undefined, sweepIntervalS, sweepEnabled: true };
	const id = insertSubnet(db, block, values, parent?.id, at);
	adopt(db, id, block, parent?.id);
	return id;
}
