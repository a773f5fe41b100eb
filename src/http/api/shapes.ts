/** Subnets, hosts and what is open on them as the API shows them: the schema, an example, and from our values to it. */

import { type Static, Type as t } from "@sinclair/typebox";
import { AppError } from "../../errors.ts";
import type { Host } from "../../model/host.ts";
import { UNTIMED } from "../../model/presence.ts";
import type { SubnetSummary } from "../../model/subnet.ts";
import { formatCidr } from "../../net/cidr.ts";
import { probeable } from "../../net/targets.ts";
import { moment, nullable, shape } from "./operation.ts";
import { readMoment } from "./parameters.ts";

/** Epoch milliseconds as ISO 8601 in UTC, or null. */
export function time(at: number): string;
export function time(at: number | undefined): string | null;
export function time(at: number | undefined): string | null {
	return at === undefined ? null : new Date(at).toISOString();
}

/** What was done at once, and can be undone. */
export const BATCH_ID = t.Integer({ minimum: 1, description: "For POST /batches/{id}/undo." });
export const DELETED = shape({ deleted: t.Integer({ description: "Its number." }) }, { $id: "Deleted" });

/** A whole number; above 2^53, which no JSON number holds exactly, its decimal digits as text. */
export const COUNT = t.Union([t.Integer({ minimum: 0 }), t.String({ pattern: "^[0-9]+$" })], {
	description: "A number; a text of digits where it is larger than 2^53.",
});

export function count(n: bigint): number | string {
	return n <= Number.MAX_SAFE_INTEGER ? Number(n) : String(n);
}

const ID = t.Integer({ minimum: 1 });
const VERSION = t.Integer({
	minimum: 1,
	description: "Grows with every edit by a person; the ETag begins with it.",
});

export const SUBNET = shape(
	{
		id: ID,
		cidr: t.String({ description: "The block, canonical: 10.0.0.0/24 or 2001:db8::/64." }),
		name: t.String(),
		notes: t.String(),
		gateway: nullable(t.String({ description: "Address of the router, inside the block." })),
		parent_id: nullable(t.Integer({ minimum: 1, description: "The most specific subnet around this one." })),
		sweep_interval_s: t.Integer({ minimum: 10, maximum: 86_400 }),
		sweep_enabled: t.Boolean(),
		scan_enabled: t.Boolean({ description: "Its hosts are scanned for open ports by the clock." }),
		snmp_enabled: t.Boolean({ description: "Its hosts are asked for their name by SNMP." }),
		counts: shape(
			{
				total: t.Integer({ minimum: 0, description: "Hosts that are recorded." }),
				up: t.Integer({ minimum: 0 }),
				down: t.Integer({ minimum: 0 }),
				unknown: t.Integer({ minimum: 0 }),
				unused: COUNT,
			},
			{
				description:
					"Hosts by status, and usable addresses without one; nested subnets count for themselves.",
			},
		),
		last_sweep_at: nullable(
			moment(
				"End of the last sweep that went well; null of multicast and reserved blocks, where nobody is asked.",
			),
		),
		last_sweep_problem: nullable(t.String({ description: "Why the last sweep did not go well." })),
		next_sweep_at: nullable(moment("When it is due; null where sweeps are off, or nobody is asked.")),
		created_at: moment("When it was added."),
		version: VERSION,
	},
	{ $id: "Subnet", description: "A managed block of addresses." },
);

export const SUBNET_EXAMPLE: Static<typeof SUBNET> = {
	id: 1,
	cidr: "10.0.0.0/24",
	name: "Office LAN",
	notes: "",
	gateway: "10.0.0.1",
	parent_id: null,
	sweep_interval_s: 60,
	sweep_enabled: true,
	scan_enabled: true,
	snmp_enabled: false,
	counts: { total: 61, up: 52, down: 3, unknown: 6, unused: 193 },
	last_sweep_at: "2026-11-23T14:29:19.000Z",
	last_sweep_problem: null,
	next_sweep_at: "2026-11-23T14:30:19.000Z",
	created_at: "2026-05-07T09:12:44.000Z",
	version: 3,
};

export function subnetJson(subnet: SubnetSummary): Static<typeof SUBNET> {
	const { total, up, down, unknown, unused } = subnet.counts;
	// A sweep of nobody is none, whatever the timetable says.
	const isAsked = probeable(subnet.cidr).length > 0;
	return {
		id: subnet.id,
		cidr: formatCidr(subnet.cidr),
		name: subnet.name,
		notes: subnet.notes,
		gateway: subnet.gateway ?? null,
		parent_id: subnet.parentId ?? null,
		sweep_interval_s: subnet.sweepIntervalS,
		sweep_enabled: subnet.sweepEnabled,
		scan_enabled: subnet.scanEnabled,
		snmp_enabled: subnet.snmpEnabled,
		counts: { total, up, down, unknown, unused: count(unused) },
		last_sweep_at: isAsked ? time(subnet.lastSweepAt) : null,
		last_sweep_problem: subnet.lastSweepProblem ?? null,
		next_sweep_at: isAsked ? time(subnet.nextSweepAt) : null,
		created_at: time(subnet.createdAt),
		version: subnet.version,
	};
}

export const EXPIRES_AT = nullable(
	moment("When the reservation ends, unless somebody answers there before; null: never."),
);

export const SNMP_ENABLED = nullable(
	t.Boolean({ description: "It is asked for its name by SNMP; null: as its subnet has it." }),
);

/** Epoch milliseconds of an `expires_at`, null for never; undefined when it was not said. */
export function readExpiry(text: string | null | undefined): number | null | undefined {
	if (text === undefined || text === null) return text;
	const at = readMoment(text);
	if (at !== undefined) return at;
	const says = "expires_at is a time such as 2026-11-23T14:00:00Z, or null.";
	throw new AppError("invalid", says, { field: "expires_at" });
}

const OPEN_PORT = shape(
	{
		port: t.Integer({ minimum: 1, maximum: 65_535 }),
		proto: t.String({ enum: ["tcp", "udp", "sctp"] }),
		service: t.String({ description: "Such as ssh; empty when it is not known." }),
		product: t.String(),
		version: t.String(),
		first_seen_at: moment("Open since, as far as scans know."),
	},
	{ $id: "OpenPort", description: "A port that the last scan found open." },
);

export const HOST = shape(
	{
		id: ID,
		subnet_id: ID,
		ip: t.String({ description: "Canonical: dotted IPv4, RFC 5952 for IPv6." }),
		hostname: t.String(),
		hostname_source: nullable(
			t.String({ enum: ["typed", "ptr", "snmp", "import"], description: "Where the name comes from." }),
		),
		ptr_name: t.String({ description: "The name DNS has for the address; empty for none." }),
		snmp_name: t.String({ description: "What the host calls itself by SNMP; empty for none." }),
		snmp_enabled: SNMP_ENABLED,
		description: t.String(),
		tags: t.Array(t.String()),
		notes: t.String(),
		mac: nullable(t.String({ description: "The hardware address that answered last." })),
		vendor: nullable(t.String({ description: "Who made it, by its hardware address." })),
		status: t.String({ enum: ["up", "down", "unknown"] }),
		suspect_since: nullable(moment("Silent since, and not confirmed yet: still told as up.")),
		flapping: t.Boolean({ description: "It goes up and down all the time." }),
		latency_ms: nullable(t.Number({ minimum: 0, description: "Round trip of the last answer." })),
		silent_to_ping: t.Boolean({ description: "It answers ARP, but no ping." }),
		first_seen_at: nullable(moment("First answer; null: it never answered (a reservation).")),
		last_seen_at: nullable(moment("Last answer.")),
		status_since: nullable(moment("When it came to this status.")),
		expires_at: EXPIRES_AT,
		ports: t.Array(OPEN_PORT),
		version: VERSION,
	},
	{ $id: "Host", description: "What answers, or is recorded, at an address." },
);

export const HOST_EXAMPLE: Static<typeof HOST> = {
	id: 5,
	subnet_id: 1,
	ip: "10.0.0.14",
	hostname: "nas.lan",
	hostname_source: "typed",
	ptr_name: "nas.lan",
	snmp_name: "",
	snmp_enabled: null,
	description: "Backups of the office",
	tags: ["storage"],
	notes: "",
	mac: "00:11:32:8a:00:01",
	vendor: "Synology Incorporated",
	status: "up",
	suspect_since: null,
	flapping: false,
	latency_ms: 0.412,
	silent_to_ping: false,
	first_seen_at: "2026-05-07T09:13:02.000Z",
	last_seen_at: "2026-11-23T14:29:18.000Z",
	status_since: "2026-11-05T10:02:44.000Z",
	expires_at: null,
	ports: [
		{
			port: 22,
			proto: "tcp",
			service: "ssh",
			product: "OpenSSH",
			version: "9.2p1",
			first_seen_at: "2026-05-07T10:00:00.000Z",
		},
	],
	version: 3,
};

export function hostJson(host: Host): Static<typeof HOST> {
	return {
		id: host.id,
		subnet_id: host.subnetId,
		ip: host.ip,
		hostname: host.hostname,
		hostname_source: host.hostnameSource ?? null,
		ptr_name: host.ptrName,
		snmp_name: host.snmpName,
		snmp_enabled: host.snmpEnabled ?? null,
		description: host.description,
		tags: [...host.tags],
		notes: host.notes,
		mac: host.mac ?? null,
		vendor: host.vendor ?? null,
		status: host.status,
		suspect_since: time(host.suspectSince),
		flapping: host.flapping,
		latency_ms: host.latencyUs === undefined || host.latencyUs === UNTIMED ? null : host.latencyUs / 1_000,
		silent_to_ping: host.status === "up" && host.latencyUs === UNTIMED,
		first_seen_at: time(host.firstSeenAt),
		last_seen_at: time(host.lastSeenAt),
		status_since: time(host.statusSince),
		expires_at: time(host.expiresAt),
		ports: host.ports.map((port) => ({
			port: port.port,
			proto: port.proto,
			service: port.service,
			product: port.product,
			version: port.version,
			first_seen_at: time(port.firstSeenAt),
		})),
		version: host.version,
	};
}
