/** Subnets by JSON: the list, one of them, made, edited and deleted, and what is unused in it. Their hosts are in hosts.ts. */

import { type Static, Type as t } from "@sinclair/typebox";
import { subnetDefaults } from "../../ipam/defaults.ts";
import { deleteSubnet } from "../../ipam/deletions.ts";
import { createSubnet, demandSubnet, editSubnet } from "../../ipam/subnets.ts";
import { formatAddress, parseAddress } from "../../net/address.ts";
import { rangeOf, usableRange } from "../../net/cidr.ts";
import { countOf, gapsOf, rangesWithout } from "../../net/ranges.ts";
import { listAddresses } from "../../store/history.ts";
import { listChildren } from "../../store/subnets.ts";
import type { Desk } from "../desk.ts";
import { readSummaries, readSummary } from "../summaries.ts";
import { nullable, type Operation, operation, pageOf, shape } from "./operation.ts";
import { badCursor, CURSOR, LIMIT, PAGE, readCursor, writeCursor } from "./parameters.ts";
import { BATCH_ID, COUNT, count, SUBNET, SUBNET_EXAMPLE, subnetJson } from "./shapes.ts";
import { readVersion, tagOf, underMatch } from "./versions.ts";

/** A text up to a generous bound; the verbs say the exact one in words. */
const text = (maxLength: number) => t.String({ maxLength });
const NO_SUCH = "There is no such subnet.";
const LATE = "Somebody else changed it since the version that If-Match names.";

const FIELDS = {
	name: t.Optional(text(1_000)),
	notes: t.Optional(text(40_000)),
	gateway: t.Optional(nullable(text(64))),
	sweep_interval_s: t.Optional(t.Integer()),
	sweep_enabled: t.Optional(t.Boolean()),
	scan_enabled: t.Optional(t.Boolean()),
	snmp_enabled: t.Optional(t.Boolean()),
};
const NEW_SUBNET = shape({ cidr: text(256), ...FIELDS }, { $id: "NewSubnet" });
const SUBNET_CHANGES = shape(
	{
		...FIELDS,
		version: t.Optional(
			t.Integer({ description: "The version it is based on, where If-Match cannot be sent." }),
		),
	},
	{ $id: "SubnetChanges", description: "What is not named stays as it is." },
);
const DELETED_SUBNET = shape(
	{
		deleted: t.Integer(),
		hosts_deleted: t.Integer({ minimum: 0 }),
		hosts_moved: t.Integer({ minimum: 0 }),
		batch_id: BATCH_ID,
	},
	{ $id: "DeletedSubnet" },
);
const GAP = shape(
	{ first: t.String(), last: t.String(), count: COUNT },
	{ $id: "Gap", description: "A run of usable addresses without a host, both ends included." },
);
const GAP_EXAMPLE: Static<typeof GAP> = { first: "10.0.0.15", last: "10.0.0.19", count: 5 };
const ETAG = { etag: "The version and a digest, for If-Match and If-None-Match." };

export function subnetOperations(desk: Desk): Operation[] {
	return [listOperation(desk), createOperation(desk), ...oneOperations(desk), gapsOperation(desk)];
}

function listOperation(desk: Desk): Operation {
	return operation({
		method: "GET",
		path: "/subnets",
		id: "listSubnets",
		tag: "Subnets",
		summary: "All subnets in the order of a tree",
		details: "By address, the larger block first.",
		query: { limit: LIMIT, cursor: CURSOR },
		keeps: true,
		answers: {
			200: {
				says: "A page of subnets.",
				schema: pageOf(SUBNET),
				example: { items: [SUBNET_EXAMPLE], next_cursor: null },
			},
		},
		handle({ query }) {
			const limit = query.limit ?? PAGE.rows;
			const after = query.cursor === undefined ? undefined : readPlace(query.cursor);
			const rest = readSummaries(desk.context.db)
				.map(({ subnet }) => subnet)
				.filter(({ cidr }) => after === undefined || isAfter(cidr, after));
			const items = rest.slice(0, limit);
			const last = items.at(-1);
			const more = rest.length > limit && last !== undefined;
			const next = more ? writeCursor([formatAddress(last.cidr.base), last.cidr.prefix]) : null;
			return { status: 200, body: { items: items.map(subnetJson), next_cursor: next } };
		},
	});
}

type Place = { readonly base: bigint; readonly prefix: number };

function readPlace(cursor: string): Place {
	const [base, prefix] = readCursor(cursor, ["string", "number"]);
	const address = parseAddress(base).value;
	if (address === undefined) throw badCursor();
	return { base: address, prefix };
}

function isAfter(cidr: Place, after: Place): boolean {
	return cidr.base > after.base || (cidr.base === after.base && cidr.prefix > after.prefix);
}

function createOperation(desk: Desk): Operation {
	return operation({
		method: "POST",
		path: "/subnets",
		id: "createSubnet",
		tag: "Subnets",
		summary: "Add a subnet",
		details:
			"It is swept at once. Subnets and hosts of the block around it that lie inside become its own. Host bits " +
			"behind the prefix are refused; `extra.suggestion` then holds the block that was probably meant.",
		body: NEW_SUBNET,
		bodyExample: { cidr: "10.0.0.0/24", name: "Office LAN", gateway: "10.0.0.1" },
		answers: {
			201: {
				says: "The subnet.",
				schema: SUBNET,
				example: SUBNET_EXAMPLE,
				headers: { location: "Where it is.", ...ETAG },
			},
		},
		refuses: { 409: "This block is here already; `extra.subnet_id` is its number." },
		handle({ request, body }) {
			const by = desk.by(request);
			const made = createSubnet(by, body.cidr, {
				name: body.name ?? "",
				notes: body.notes ?? "",
				gateway: body.gateway ?? "",
				sweepIntervalS: body.sweep_interval_s ?? subnetDefaults(by).sweepIntervalS,
				sweepEnabled: body.sweep_enabled ?? true,
				scanEnabled: body.scan_enabled,
				snmpEnabled: body.snmp_enabled,
			});
			const subnet = subnetJson(readSummary(by.db, made.id));
			const headers = { location: `/api/v1/subnets/${made.id}`, etag: tagOf(subnet.version) };
			return { status: 201, body: subnet, headers };
		},
	});
}

const ONE = { says: "The subnet.", schema: SUBNET, example: SUBNET_EXAMPLE, headers: ETAG } as const;

function told(desk: Desk, id: number) {
	const subnet = subnetJson(readSummary(desk.context.db, id));
	return { status: 200, body: subnet, headers: { etag: tagOf(subnet.version) } } as const;
}

function oneOperations(desk: Desk): Operation[] {
	return [getOperation(desk), updateOperation(desk), deleteOperation(desk)];
}

function getOperation(desk: Desk): Operation {
	return operation({
		method: "GET",
		path: "/subnets/{id}",
		id: "getSubnet",
		tag: "Subnets",
		summary: "One subnet",
		headers: ["If-None-Match"],
		keeps: true,
		answers: { 200: ONE },
		refuses: { 404: NO_SUCH },
		handle: ({ id }) => told(desk, id),
	});
}

function updateOperation(desk: Desk): Operation {
	return operation({
		method: "PATCH",
		path: "/subnets/{id}",
		id: "updateSubnet",
		tag: "Subnets",
		summary: "Change a subnet",
		details: "Without If-Match and `version` the change is made to whatever is there.",
		headers: ["If-Match"],
		body: SUBNET_CHANGES,
		bodyExample: { name: "Office LAN, 2nd floor", gateway: null },
		answers: { 200: ONE },
		refuses: { 404: NO_SUCH, 409: "Somebody else changed it since `version`.", 412: LATE },
		handle({ request, id, body }) {
			const now = demandSubnet(desk.context, id);
			const version = readVersion(request, now.version, body.version);
			underMatch(request, () =>
				editSubnet(desk.by(request), id, version, {
					name: body.name ?? now.name,
					notes: body.notes ?? now.notes,
					gateway: body.gateway === null ? "" : (body.gateway ?? now.gateway ?? ""),
					sweepIntervalS: body.sweep_interval_s ?? now.sweepIntervalS,
					sweepEnabled: body.sweep_enabled ?? now.sweepEnabled,
					scanEnabled: body.scan_enabled,
					snmpEnabled: body.snmp_enabled,
				}),
			);
			return told(desk, id);
		},
	});
}

function deleteOperation(desk: Desk): Operation {
	return operation({
		method: "DELETE",
		path: "/subnets/{id}",
		id: "deleteSubnet",
		tag: "Subnets",
		summary: "Delete a subnet",
		details:
			"Its subnets and hosts go up to the subnet around it; where there is none, the hosts are deleted with " +
			"their history.",
		headers: ["If-Match"],
		answers: {
			200: {
				says: "What went with it.",
				schema: DELETED_SUBNET,
				example: { deleted: 1, hosts_deleted: 0, hosts_moved: 61, batch_id: 9 },
			},
		},
		refuses: { 404: NO_SUCH, 412: LATE },
		async handle({ request, id }) {
			readVersion(request, demandSubnet(desk.context, id).version);
			const gone = await deleteSubnet(desk.by(request), id);
			const moved = gone.heir === undefined ? 0 : gone.hosts;
			return {
				status: 200,
				body: {
					deleted: gone.subnet.id,
					hosts_deleted: gone.hosts - moved,
					hosts_moved: moved,
					batch_id: gone.batchId,
				},
			};
		},
	});
}

function gapsOperation(desk: Desk): Operation {
	return operation({
		method: "GET",
		path: "/subnets/{id}/gaps",
		id: "listGaps",
		tag: "Subnets",
		summary: "What is unused in a subnet",
		details: "Runs of usable addresses without a host, ascending; blocks of nested subnets are left out.",
		query: { limit: LIMIT, cursor: CURSOR },
		keeps: true,
		answers: {
			200: {
				says: "A page of gaps.",
				schema: pageOf(GAP),
				example: { items: [GAP_EXAMPLE], next_cursor: null },
			},
		},
		refuses: { 404: NO_SUCH },
		handle({ id, query }) {
			const { db } = desk.context;
			const { cidr } = demandSubnet(desk.context, id);
			const limit = query.limit ?? PAGE.rows;
			const from = query.cursor === undefined ? 0n : readPlace(query.cursor).base + 1n;
			const usable = usableRange(cidr);
			const start = from > usable.first ? from : usable.first;
			const free = rangesWithout(
				{ first: start, last: usable.last },
				listChildren(db, id).map((child) => rangeOf(child.cidr)),
			);
			const used = listAddresses(db, id);
			const gaps = start > usable.last ? [] : free.flatMap((range) => gapsOf(range, used));
			const items = gaps.slice(0, limit);
			const last = items.at(-1);
			return {
				status: 200,
				body: {
					items: items.map((gap) => ({
						first: formatAddress(gap.first),
						last: formatAddress(gap.last),
						count: count(countOf(gap)),
					})),
					next_cursor:
						gaps.length > limit && last !== undefined ? writeCursor([formatAddress(last.last), 0]) : null,
				},
			};
		},
	});
}
