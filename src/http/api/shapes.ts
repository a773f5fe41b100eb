/** What the JSON API says and takes: shapes for requests, and from our values to theirs. */

import { Type as t } from "@sinclair/typebox";
import type { Event } from "../../model/event.ts";
import type { Host } from "../../model/host.ts";
import { UNTIMED } from "../../model/presence.ts";
import type { SweepRun } from "../../model/run.ts";
import type { SubnetSummary } from "../../model/subnet.ts";
import { formatCidr } from "../../net/cidr.ts";

/** A string up to a generous bound; the verbs say the exact one in words. */
const text = (max: number) => t.String({ maxLength: max });

const subnetFields = {
	name: t.Optional(text(1_000)),
	notes: t.Optional(text(40_000)),
	gateway: t.Optional(t.Union([text(64), t.Null()])),
	sweep_interval_s: t.Optional(t.Integer()),
	sweep_enabled: t.Optional(t.Boolean()),
};

export const newSubnet = t.Object({ cidr: text(256), ...subnetFields }, { additionalProperties: false });
export const subnetPatch = t.Object(
	{ ...subnetFields, version: t.Optional(t.Integer()) },
	{ additionalProperties: false },
);

const hostFields = {
	hostname: t.Optional(text(4_000)),
	description: t.Optional(text(4_000)),
	tags: t.Optional(t.Array(text(400), { maxItems: 400 })),
	notes: t.Optional(text(40_000)),
};

export const newHost = t.Object({ ip: text(256), ...hostFields }, { additionalProperties: false });
export const hostPatch = t.Object(
	{ ...hostFields, version: t.Optional(t.Integer()) },
	{ additionalProperties: false },
);

/** Epoch milliseconds as ISO 8601 in UTC, or null. */
export function time(at: number | undefined): string | null {
	return at === undefined ? null : new Date(at).toISOString();
}

export function subnetJson(subnet: SubnetSummary) {
	const { total, up, down, unknown, unused } = subnet.counts;
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
		// More than 2^53 addresses do not fit a JSON number exactly: then it is a string of digits.
		counts: {
			total,
			up,
			down,
			unknown,
			unused: unused <= Number.MAX_SAFE_INTEGER ? Number(unused) : String(unused),
		},
		last_sweep_at: time(subnet.lastSweepAt),
		last_sweep_problem: subnet.lastSweepProblem ?? null,
		next_sweep_at: time(subnet.nextSweepAt),
		created_at: time(subnet.createdAt),
		version: subnet.version,
	};
}

export function hostJson(host: Host) {
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
		tags: host.tags,
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

export function runJson(run: SweepRun) {
	return {
		id: run.id,
		subnet_id: run.subnetId,
		trigger: run.trigger,
		state: run.state,
		requested_at: time(run.requestedAt),
		started_at: time(run.startedAt),
		finished_at: time(run.finishedAt),
		total: run.total,
		done: run.done,
		replies: run.replies,
		lost: run.lost,
		method: run.method ?? null,
		problem: run.problem ?? null,
	};
}

export function eventJson(event: Event) {
	return {
		id: event.id,
		at: time(event.at),
		kind: event.kind,
		subnet_id: event.subnetId ?? null,
		host_id: event.hostId ?? null,
		ip: event.ip ?? null,
		label: event.label,
		detail: event.detail,
		...(event.dismissed === undefined ? {} : { dismissed: event.dismissed }),
	};
}
