/** The doctor on this machine's way to the network: interfaces, routes, ICMP, ARP, the neighbour table. Pure. */

import { type Check, shellWord } from "./check.ts";
import type { DeviceFacts, DoctorBounds, Facts, Route } from "./facts.ts";

/** Subnets named in one line. */
const NAMED = 5;

/** Every line about the network. */
export function networkChecks(facts: Facts, bounds: DoctorBounds): Check[] {
	return [
		ownNetwork(facts),
		routes(facts),
		icmp(facts),
		datagrams(facts),
		arp(facts),
		neighbours(facts, bounds),
	];
}

const isLoopback = (cidr: string) => /^127\.|^::1\//.test(cidr);

function ownNetwork({ machine, subnets, work, now }: Facts): Check {
	const name = "Own network";
	const devices = (machine.devices ?? []).filter((device) => !device.loopback);
	const mend = mendDevices(devices);
	// Where nothing beyond this machine is swept any more, nothing would ever find out that it is back.
	const isNeeded = subnets.some(({ cidr }) => !isLoopback(cidr));
	if (work?.ownDown !== undefined && isNeeded) {
		const { since, reason } = work.ownDown;
		return {
			...{ name, state: "bad", mend },
			says: `Lost ${minutes(now - since)} ago. ${reason ?? ""} Hosts are unknown meanwhile: none is called down for it.`,
			light: "This machine has lost its network: states are unknown.",
		};
	}
	if (machine.addresses === 0 && isNeeded) {
		const says = "No interface of this machine has both a link and an address.";
		return { name, state: "bad", says, mend, light: says };
	}
	const lit = devices.filter((device) => device.up && device.running).map((device) => device.name);
	return { name, state: "ok", says: lit.length === 0 ? "Not needed." : `Linked: ${lit.join(", ")}.` };
}

/** The command for the first interface that is not as it should be. */
function mendDevices(devices: readonly DeviceFacts[]): string {
	const off = devices.find((device) => !device.up);
	if (off !== undefined) return `sudo ip link set dev ${shellWord(off.name)} up`;
	return devices.some((device) => !device.running) ? "ip -br link" : "ip -br address";
}

function minutes(ms: number): string {
	const n = Math.max(0, Math.round(ms / 60_000));
	return n < 120 ? `${n} min` : `${Math.round(n / 60)} h`;
}

function routes({ machine, subnets }: Facts): Check {
	const name = "Routes";
	const known = subnets.filter((subnet) => subnet.route !== undefined);
	const lost = known.flatMap(({ cidr, route }) => {
		const fault = route === undefined ? undefined : faultOf(cidr, route, machine.devices ?? []);
		return fault === undefined ? [] : [{ cidr, ...fault }];
	});
	const [first] = lost;
	if (first === undefined) {
		const says = known.length === 0 ? "None was needed." : "Every subnet that is swept has one.";
		return { name, state: "ok", says };
	}
	const shown = lost.slice(0, NAMED).map(({ cidr, why }) => `${cidr}: ${why}.`);
	const more = lost.length > NAMED ? ` And ${lost.length - NAMED} more.` : "";
	const light = `${first.cidr} cannot be reached: ${first.why}.`;
	const aside = lost.length < known.length ? ({ aside: true } as const) : {};
	return { name, state: "bad", says: `${shown.join(" ")}${more}`, mend: first.mend, light, ...aside };
}

function faultOf(
	cidr: string,
	route: Route,
	devices: readonly DeviceFacts[],
): { why: string; mend: string } | undefined {
	if (route.kind === "none") return { why: "no route", mend: `sudo ip route add ${cidr} via ROUTER` };
	if (route.kind === "forbidden") {
		return { why: "a route of this machine forbids it", mend: `ip route show table all root ${cidr}` };
	}
	const device = devices.find(({ index }) => index === route.device);
	if (device === undefined || (device.up && device.running)) return undefined;
	return device.up
		? {
				why: `${device.name} has no link, is its cable in?`,
				mend: `ip -br link show ${shellWord(device.name)}`,
			}
		: { why: `${device.name} is switched off`, mend: `sudo ip link set dev ${shellWord(device.name)} up` };
}

const METHODS = {
	raw: "Raw ICMP socket: the quickest and most exact way.",
	datagram: "ICMP datagram sockets: raw ones are not permitted. Nearly as good.",
	ping: "The ping program, one process for each address: ICMP sockets are not permitted. Slow for large subnets.",
} as const;

/** The command that makes every other way of sending echoes needless. */
export function setcap({ program }: Facts): string {
	return `sudo setcap cap_net_raw+ep ${shellWord(program.executable)}`;
}

function icmp(facts: Facts): Check {
	const name = "ICMP";
	const { sweeps, method, trouble } = facts.probing;
	if (!sweeps) return { name, state: "ok", says: "This process sweeps nothing." };
	if (trouble !== undefined && trouble.fault === undefined) {
		const denied = /permits no ICMP|not permitted/.test(trouble.says);
		const mend = denied ? setcap(facts) : "rollcall sweep 127.0.0.1/32";
		return { name, state: "bad", says: trouble.says, light: trouble.says, mend };
	}
	if (method === undefined) return { name, state: "warn", says: "The socket has not been opened yet." };
	if (method === "raw") return { name, state: "ok", says: METHODS.raw };
	const light = method === "ping" ? { light: "Sweeps are slow: no ICMP socket is permitted." } : {};
	return { name, state: "warn", says: METHODS[method], mend: setcap(facts), ...light };
}

/** What the way out of missing rights needs: a group of ours in ping_group_range. */
function datagrams({ probing, machine }: Facts): Check {
	const name = "Datagram sockets";
	const { pingGroups } = machine;
	if (pingGroups === undefined) return { name, state: "ok", says: "This system has no such setting." };
	const { range, covers } = pingGroups;
	if (covers) return { name, state: "ok", says: `net.ipv4.ping_group_range is ${range}: permitted.` };
	const says = `net.ipv4.ping_group_range is ${range}, and no group of this process lies in it`;
	if (probing.method === "raw") return { name, state: "ok", says: `${says}; not needed.` };
	const mend = 'sudo sysctl -w net.ipv4.ping_group_range="0 2147483647"';
	return { name, state: "warn", says: `${says}.`, mend };
}

function arp(facts: Facts): Check {
	const name = "ARP";
	const { sweeps, method, arp: way } = facts.probing;
	if (!sweeps || method === undefined) return { name, state: "ok", says: "Nothing is swept yet." };
	if (way === "used") return { name, state: "ok", says: "Attached networks are asked by ARP first." };
	if (way === "off") return { name, state: "ok", says: "Switched off: ARP_ENABLED=false." };
	return {
		name,
		state: "warn",
		says: "Packet sockets are not permitted: on attached networks only the kernel's own look for neighbours finds hosts that drop pings, and large networks are swept slowly.",
		mend: setcap(facts),
		light: "ARP is not permitted: large attached networks are swept slowly.",
	};
}

function neighbours({ machine, probing }: Facts, bounds: DoctorBounds): Check {
	const name = "Neighbour table";
	const table = machine.neighbours;
	if (table === undefined) return { name, state: "ok", says: "This system does not tell its limits." };
	const { limit, held, overflowing } = table;
	const says = `The kernel knows ${held ?? "an unknown number"} of at most ${limit} neighbours.`;
	const more = Math.max(8_192, limit * 4);
	const mend = `sudo sysctl -w net.ipv4.neigh.default.gc_thresh2=${more / 2} net.ipv4.neigh.default.gc_thresh3=${more}`;
	const because =
		probing.arp === "used" ? "" : " Pings to attached networks are sent in small groups for it.";
	if (overflowing) {
		const light = "The kernel's neighbour table is full: this machine cannot reach its own networks.";
		return { name, state: "bad", says: `${says} It was full just now.`, mend, light };
	}
	if (held !== undefined && held >= limit * bounds.neighbourShare) {
		return { name, state: "warn", says, mend, light: "The kernel's neighbour table is nearly full." };
	}
	return { name, state: "ok", says: `${says}${because}` };
}
