/** What forms, checks and a running sweep of the gallery hold. */

import type { SweepRun } from "../../src/model/run.ts";
import type { FinderState } from "../../views/finder.tsx";
import type { SubnetFormState } from "../../views/subnets.tsx";
import { address, NOW } from "./world.ts";

export const offers = [
	{ cidr: "192.168.1.0/24", interface: "eth0", addresses: 254n },
	{ cidr: "10.8.0.0/16", interface: "wg0", addresses: 65_534n },
];
export const emptyForm: SubnetFormState = {
	values: { cidr: "", name: "", notes: "", gateway: "", sweepIntervalS: "60", sweepEnabled: true },
};
export const wrongForm: SubnetFormState = {
	values: { ...emptyForm.values, cidr: "10.0.0.7/24", name: "Lab", gateway: "10.0.0.300" },
	problem: {
		field: "cidr",
		message: "10.0.0.7/24 has bits set behind its prefix: the network is 10.0.0.0/24.",
		suggestion: "10.0.0.0/24",
	},
};

export const foundBlocks: FinderState = {
	values: { within: "10.32.0.0/16", length: "27" },
	found: {
		blocks: [0n, 32n, 64n].map((at, i) => ({
			cidr: { family: 4, base: address("10.32.4.0") + at, prefix: 27 },
			hosts: i * 2,
		})),
		count: 1_204n,
	},
};

export const running: SweepRun = {
	id: 9,
	subnetId: 1,
	trigger: "person",
	state: "running",
	requestedAt: NOW - 3_000,
	startedAt: NOW - 2_000,
	finishedAt: undefined,
	total: 254,
	done: 101,
	replies: 37,
	lost: 0,
	method: "raw",
	problem: undefined,
};

export const checks = [
	{ name: "ICMP sockets", state: "ok", says: "Raw sockets may be opened." },
	{
		name: "ARP",
		state: "warn",
		says: "Packet sockets are not permitted; neighbours come from the kernel.",
		mend: "sudo setcap cap_net_raw+ep ./rollcall",
	},
	{ name: "Clock", state: "bad", says: "The clock went backwards by 3 h." },
] as const;
export const about = [
	{ label: "Version", value: "0.1.0" },
	{ label: "Database", value: "/var/lib/rollcall/ipam.db, 42 MB" },
];
export const defaults = { values: { sweepIntervalS: "60", scanEnabled: true, snmpEnabled: false } };
