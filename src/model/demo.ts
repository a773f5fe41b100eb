/**
 * The invented network of the demonstration: which of its addresses exist, what they are, and whether they answer at a
 * moment. Pure: the same for everybody and at every start. Every address is a loopback one.
 */

import type { Address } from "../net/address.ts";

export type DemoSubnet = {
	readonly cidr: string;
	readonly name: string;
	/** In names of its hosts. */
	readonly zone: string;
	readonly notes: string;
	/** Share of its addresses that exist. */
	readonly density: number;
	/** What mostly stands there. */
	readonly kinds: readonly DemoKind[];
};

export type DemoKind =
	| "pc"
	| "phone"
	| "printer"
	| "nas"
	| "camera"
	| "access point"
	| "switch"
	| "web server"
	| "database"
	| "virtual machine";

export const DEMO_SUBNETS: readonly DemoSubnet[] = [
	{
		...{
			cidr: "127.10.0.0/24",
			name: "Office LAN",
			zone: "office",
			notes: "Second floor, VLAN 10. Printers at .200 and up.",
			density: 0.42,
		},
		kinds: ["pc", "pc", "pc", "phone", "printer", "access point", "nas"],
	},
	{
		...{
			cidr: "127.10.8.0/23",
			name: "Servers",
			zone: "srv",
			notes: "Racks A and B. Ask before you reserve.",
			density: 0.3,
		},
		kinds: ["web server", "database", "virtual machine", "virtual machine", "nas"],
	},
	{
		...{ cidr: "127.20.0.0/22", name: "Wi-Fi guests", zone: "guest", notes: "", density: 0.16 },
		kinds: ["phone", "phone", "pc"],
	},
	{
		...{
			cidr: "127.30.0.0/27",
			name: "DMZ",
			zone: "dmz",
			notes: "Reached from the internet: 80 and 443 only.",
			density: 0.5,
		},
		kinds: ["web server"],
	},
	{
		...{ cidr: "127.32.0.0/22", name: "Campus", zone: "campus", notes: "Buildings 3 and 4.", density: 0.12 },
		kinds: ["camera", "access point", "switch", "pc"],
	},
];

/** How a host behaves: always there, away now and then, up and down without rest, or not there. */
export type DemoRole = "steady" | "restless" | "flapping" | "absent";

/** A number in [0, 1) that belongs to an address; `salt` asks for another one. */
export function lotOf(address: Address, salt: number): number {
	let state = (Number(address & 0xffff_ffffn) ^ Math.imul(salt + 1, 0x9e37_79b1)) >>> 0;
	for (const shift of [16, 13, 16]) {
		state = Math.imul(state ^ (state >>> shift), 0x85eb_ca6b) >>> 0;
	}
	return state / 2 ** 32;
}

export function roleOf(address: Address, density: number): DemoRole {
	if (lotOf(address, 0) >= density) return "absent";
	const lot = lotOf(address, 1);
	return lot < 0.012 ? "flapping" : lot < 0.06 ? "restless" : "steady";
}

const MINUTE_MS = 60_000;
/** A restless host is away for so long of every so long; each at its own time. */
const AWAY_MS = 4 * MINUTE_MS;
const ROUND_MS = 45 * MINUTE_MS;

/** Does it answer at this moment? */
export function answersAt(address: Address, role: DemoRole, at: number): boolean {
	if (role === "steady") return true;
	if (role === "absent") return false;
	const own = Math.floor(lotOf(address, 2) * ROUND_MS);
	if (role === "flapping") return Math.floor((at + own) / (2 * MINUTE_MS)) % 2 === 0;
	return (at + own) % ROUND_MS > AWAY_MS;
}

/** Microseconds at a moment: its distance, and a little that changes from minute to minute. */
export function latencyAt(address: Address, at: number): number {
	const far = 180 + Math.floor(lotOf(address, 3) ** 4 * 9_000);
	const sway = lotOf(address + BigInt(Math.floor(at / 20_000)), 4);
	return Math.round(far * (0.85 + 0.3 * sway) + (sway > 0.985 ? 6 * far : 0));
}

export type DemoHost = {
	readonly kind: DemoKind;
	/** "": nobody named it. */
	readonly hostname: string;
	readonly tags: readonly string[];
	readonly description: string;
	readonly mac: string;
	readonly ports: readonly { readonly port: number; readonly service: string; readonly product: string }[];
};

const PORTS: Readonly<Record<DemoKind, readonly [number, string, string][]>> = {
	pc: [],
	phone: [],
	printer: [
		[80, "http", ""],
		[631, "ipp", "CUPS"],
	],
	nas: [
		[22, "ssh", "OpenSSH"],
		[443, "https", "nginx"],
		[445, "microsoft-ds", "Samba smbd"],
	],
	camera: [
		[80, "http", ""],
		[554, "rtsp", ""],
	],
	"access point": [[22, "ssh", "Dropbear sshd"]],
	switch: [
		[22, "ssh", ""],
		[443, "https", ""],
	],
	"web server": [
		[22, "ssh", "OpenSSH"],
		[80, "http", "nginx"],
		[443, "https", "nginx"],
	],
	database: [
		[22, "ssh", "OpenSSH"],
		[5_432, "postgresql", "PostgreSQL DB"],
	],
	"virtual machine": [[22, "ssh", "OpenSSH"]],
};

/** First three bytes of hardware addresses, by what carries them. */
const MAKERS: Readonly<Record<DemoKind, string>> = {
	pc: "f4:8e:38",
	phone: "f0:d1:a9",
	printer: "00:17:c8",
	nas: "00:11:32",
	camera: "00:40:8c",
	"access point": "24:a4:3c",
	switch: "00:1b:54",
	"web server": "00:50:56",
	database: "00:50:56",
	"virtual machine": "52:54:00",
};

const SHORT: Readonly<Record<DemoKind, string>> = {
	pc: "pc",
	phone: "phone",
	printer: "printer",
	nas: "nas",
	camera: "cam",
	"access point": "ap",
	switch: "sw",
	"web server": "web",
	database: "db",
	"virtual machine": "vm",
};

/** What stands at an address. */
export function hostOf(address: Address, subnet: DemoSubnet): DemoHost {
	const kind = subnet.kinds[Math.floor(lotOf(address, 5) * subnet.kinds.length)] ?? "pc";
	const number = Number(address & 0xffffn);
	const isNamed = kind !== "phone" && lotOf(address, 6) < 0.8;
	const low = Math.floor(lotOf(address, 7) * 2 ** 24);
	const bytes = [low >> 16, (low >> 8) & 255, low & 255].map((byte) => byte.toString(16).padStart(2, "0"));
	return {
		kind,
		hostname: isNamed ? `${SHORT[kind]}-${number}.${subnet.zone}.lan` : "",
		tags:
			kind === "pc" || kind === "phone"
				? []
				: [kind.replace(" ", "-"), ...(lotOf(address, 8) < 0.3 ? ["critical"] : [])],
		description:
			lotOf(address, 9) < 0.12
				? `The ${kind} by the window, inventory ${1_000 + Math.floor(lotOf(address, 10) * 9_000)}`
				: "",
		mac: [MAKERS[kind], ...bytes].join(":"),
		ports: PORTS[kind].map(([port, service, product]) => ({ port, service, product })),
	};
}
