/** Hosts by JSON: lists with filters and sorting, one host, made, edited and deleted, and its name. */

import { Type as t } from "@sinclair/typebox";
import { deleteHost } from "../../ipam/deletions.ts";
import { demandHost, editHost, reserveAddress, switchHostSnmp } from "../../ipam/hosts.ts";
import { useName } from "../../ipam/names.ts";
import { demandSubnet } from "../../ipam/subnets.ts";
import { parseAddress } from "../../net/address.ts";
import type { Desk } from "../desk.ts";
import { HOST_FILTERS, SUBNET_FILTER } from "./host-filters.ts";
import { HOST_SORTS, pageOfHosts } from "./host-pages.ts";
import { type Operation, operation, pageOf, shape } from "./operation.ts";
import { CURSOR, choice, LIMIT, type Parameter } from "./parameters.ts";
import { BATCH_ID, EXPIRES_AT, HOST, HOST_EXAMPLE, hostJson, readExpiry, SNMP_ENABLED } from "./shapes.ts";
import { readVersion, tagOf, underMatch } from "./versions.ts";

const bounded = (maxLength: number) => t.String({ maxLength });
const NO_SUCH = "There is no such host. It may have been deleted.";
const LATE = "Somebody else changed it since the version that If-Match names.";

const FIELDS = {
	hostname: t.Optional(bounded(4_000)),
	description: t.Optional(bounded(4_000)),
	tags: t.Optional(t.Array(bounded(400), { maxItems: 400 })),
	notes: t.Optional(bounded(40_000)),
	expires_at: t.Optional(EXPIRES_AT),
	snmp_enabled: t.Optional(SNMP_ENABLED),
};
const NEW_HOST = shape({ ip: bounded(256), ...FIELDS }, { $id: "NewHost" });
const HOST_CHANGES = shape(
	{
		...FIELDS,
		version: t.Optional(
			t.Integer({ description: "The version it is based on, where If-Match cannot be sent." }),
		),
	},
	{ $id: "HostChanges", description: "What is not named stays as it is." },
);

const FILTERS = {
	...HOST_FILTERS,
	ip: {
		says: "The host at this address; stands alone.",
		schema: { type: "string", minLength: 2, maxLength: 45 },
		example: "10.0.0.14",
		read: (value) => parseAddress(value).value,
		needs: "is an address such as 10.0.0.14 or 2001:db8::1",
	} satisfies Parameter<bigint>,
	sort: choice(
		"Order of the list; a minus turns it around. Only the address never changes: sorted by anything else, a host " +
			"that changes its place while you page may come twice or not at all.",
		HOST_SORTS,
		{ example: "-first_seen_at", fallback: "address" },
	),
	limit: LIMIT,
	cursor: CURSOR,
};
const PAGE_OF_HOSTS = {
	says: "A page of hosts.",
	schema: pageOf(HOST),
	example: { items: [HOST_EXAMPLE], next_cursor: null },
};
const ONE = {
	says: "The host.",
	schema: HOST,
	example: HOST_EXAMPLE,
	headers: { etag: "The version and a digest, for If-Match and If-None-Match." },
} as const;

function told(host: Parameters<typeof hostJson>[0]) {
	return { status: 200, body: hostJson(host), headers: { etag: tagOf(host.version) } } as const;
}

export function hostOperations(desk: Desk): Operation[] {
	return [...listOperations(desk), ...oneOperations(desk), ...nameOperations(desk)];
}

function listOperations(desk: Desk): Operation[] {
	return [
		operation({
			method: "GET",
			path: "/hosts",
			id: "listHosts",
			tag: "Hosts",
			summary: "Hosts of all subnets",
			query: {
				subnet: SUBNET_FILTER,
				...FILTERS,
			},
			keeps: true,
			answers: { 200: PAGE_OF_HOSTS },
			handle: ({ query }) => ({ status: 200, body: pageOfHosts(desk.context.db, query, query.subnet) }),
		}),
		operation({
			method: "GET",
			path: "/subnets/{id}/hosts",
			id: "listSubnetHosts",
			tag: "Subnets",
			summary: "Hosts of one subnet",
			query: FILTERS,
			keeps: true,
			answers: { 200: PAGE_OF_HOSTS },
			refuses: { 404: "There is no such subnet." },
			handle({ id, query }) {
				demandSubnet(desk.context, id);
				return { status: 200, body: pageOfHosts(desk.context.db, query, id) };
			},
		}),
		operation({
			method: "POST",
			path: "/hosts",
			id: "createHost",
			tag: "Hosts",
			summary: "Record a host at an address",
			details:
				"It belongs to the most specific subnet around the address, and is a reservation until it answers.",
			body: NEW_HOST,
			bodyExample: { ip: "10.0.0.14", hostname: "nas.lan", tags: ["storage"] },
			answers: { 201: { ...ONE, headers: { location: "Where it is.", ...ONE.headers } } },
			refuses: { 409: "The address is taken; `extra.host_id` is the host that has it." },
			handle({ request, body: { ip, expires_at: end, snmp_enabled: snmpEnabled, ...rest } }) {
				const empty = { hostname: "", description: "", tags: [], notes: "" };
				const more = { expiresAt: readExpiry(end), snmpEnabled };
				const made = reserveAddress(desk.by(request), ip, { ...empty, ...rest, ...more });
				const headers = { location: `/api/v1/hosts/${made.id}`, etag: tagOf(made.version) };
				return { status: 201, body: hostJson(made), headers };
			},
		}),
	];
}

function oneOperations(desk: Desk): Operation[] {
	return [
		operation({
			method: "GET",
			path: "/hosts/{id}",
			id: "getHost",
			tag: "Hosts",
			summary: "One host",
			headers: ["If-None-Match"],
			keeps: true,
			answers: { 200: ONE },
			refuses: { 404: NO_SUCH },
			handle: ({ id }) => told(demandHost(desk.context, id)),
		}),
		operation({
			method: "PATCH",
			path: "/hosts/{id}",
			id: "updateHost",
			tag: "Hosts",
			summary: "Change what is written about a host",
			details:
				"A hostname that is given here is `typed` from then on; an empty one brings back the name that was " +
				"found out. What changes nothing makes no new version. Without If-Match and `version` the change is made to whatever is there.",
			headers: ["If-Match"],
			body: HOST_CHANGES,
			bodyExample: { description: "Backups of the office", tags: ["storage", "backup"] },
			answers: { 200: ONE },
			refuses: {
				404: NO_SUCH,
				409: "Somebody else changed it since `version`, or an end was named for a host that has answered.",
				412: LATE,
			},
			handle({ request, id, body }) {
				const { version: inBody, expires_at: end, snmp_enabled: snmpEnabled, ...changes } = body;
				const now = demandHost(desk.context, id);
				const version = readVersion(request, now.version, inBody);
				const named = changes.hostname !== undefined;
				const values = { ...now, ...changes, named, expiresAt: readExpiry(end), snmpEnabled };
				return told(underMatch(request, () => editHost(desk.by(request), id, version, values)));
			},
		}),
		deleteOperation(desk),
	];
}

function deleteOperation(desk: Desk): Operation {
	return operation({
		method: "DELETE",
		path: "/hosts/{id}",
		id: "deleteHost",
		tag: "Hosts",
		summary: "Forget a host and its history",
		details: "If it answers again it is new.",
		headers: ["If-Match"],
		answers: {
			200: {
				says: "It is gone.",
				schema: shape({ deleted: t.Integer(), batch_id: BATCH_ID }, { $id: "DeletedHost" }),
				example: { deleted: 5, batch_id: 9 },
			},
		},
		refuses: { 404: NO_SUCH, 412: LATE },
		handle({ request, id }) {
			readVersion(request, demandHost(desk.context, id).version);
			const { host, batchId } = deleteHost(desk.by(request), id);
			return { status: 200, body: { deleted: host.id, batch_id: batchId } };
		},
	});
}

/** What it is called, and whether it is asked for its name. */
function nameOperations(desk: Desk): Operation[] {
	return [
		operation({
			method: "POST",
			path: "/hosts/{id}/name",
			id: "useHostName",
			tag: "Hosts",
			summary: "Call a host by a name that was found out",
			details: "It follows that source from then on.",
			body: shape({ source: t.Union([t.Literal("ptr"), t.Literal("snmp")]) }, { $id: "NameSource" }),
			bodyExample: { source: "ptr" },
			answers: { 200: ONE },
			refuses: { 404: NO_SUCH, 409: "That source knows no name of it." },
			handle: ({ request, id, body }) => told(useName(desk.by(request), id, body.source)),
		}),
		operation({
			method: "PUT",
			path: "/hosts/{id}/snmp",
			id: "switchHostSnmp",
			tag: "Hosts",
			summary: "Ask a host for its name by SNMP, or not",
			body: shape({ enabled: SNMP_ENABLED }, { $id: "HostSwitch" }),
			bodyExample: { enabled: true },
			answers: { 200: ONE },
			refuses: { 404: NO_SUCH },
			handle: ({ request, id, body }) => told(switchHostSnmp(desk.by(request), id, body.enabled)),
		}),
	];
}
