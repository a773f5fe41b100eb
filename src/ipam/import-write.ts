/**
 * Judged rows of a file become hosts and subnets, in one transaction. Takes seconds for large files: run in a thread of
 * its own, on a connection of its own.
 */

import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { type Import, type ImportWatch, UNWATCHED } from "../model/import.ts";
import { compareCidr, formatCidr, lastOf, parseCidr } from "../net/cidr.ts";
import { noteAdded, noteBefore, sealAfter } from "../store/batch-rows.ts";
import { transact } from "../store/database.ts";
import { listSubnetRows } from "../store/import-rows.ts";
import * as writes from "../store/import-writes.ts";
import * as imports from "../store/imports.ts";
import * as subnets from "../store/subnets.ts";
import { closeBatch, openBatch } from "./batches.ts";
import { subnetDefaults } from "./defaults.ts";

/** Hosts in one step. */
const SLICE = 2_000;

/**
 * Writes what was judged, all of it in one transaction, as a batch that can be undone. AppError("conflict") when
 * something changed since, or `watch` wants it to end: nothing is written then.
 */
export function writeImport(asker: Context, id: number, watch: ImportWatch = UNWATCHED): void {
	const { db } = asker;
	transact(db, () => {
		const found = demand(imports.findImport(db, id));
		const context = { ...asker, actor: actorOf(asker, found) };
		const { add, change } = found.counts;
		if (add.hosts + add.subnets + change.hosts + change.subnets === 0) {
			imports.finishImport(db, id, undefined);
			return;
		}
		refuseOutdated(context, id);
		const batchId = openBatch(context, { kind: "import", source: found.name, detail: { import: id } });
		writeSubnets(context, id, batchId, watch);
		writeHosts(context, id, batchId, watch);
		const hosts = add.hosts + change.hosts;
		const detail = { hosts, subnets: add.subnets + change.subnets, import: id };
		closeBatch(context, batchId, { kind: "hosts_imported", label: found.name, detail });
		imports.finishImport(db, id, batchId);
	});
}

/** What the command line asked the server for is the doing of whoever typed it. */
function actorOf({ actor }: Context, { by }: Import): Context["actor"] {
	return actor.kind === "program" && by !== ""
		? { kind: "person", id: undefined, name: by, from: "" }
		: actor;
}

function demand(found: Import | undefined): Import {
	if (found === undefined) throw new AppError("not_found", "There is no such import (any more).");
	if (found.state === "done") throw new AppError("conflict", "This has been imported already.");
	if (found.state === "unread")
		throw new AppError("conflict", "This file could not be read yet: choose its encoding.");
	return found;
}

function refuseOutdated(context: Context, id: number): void {
	const { db } = context;
	if (imports.readSubnetsSeen(db, id) !== writes.subnetsNow(db)) {
		throw new AppError(
			"conflict",
			"Subnets were added or deleted since this was looked at. Look again; nothing was written.",
		);
	}
	writes.adoptFound(db, id);
	const first = writes.findOutdated(db, id);
	if (first === undefined) return;
	const says = `${first.address} (line ${first.line}) was changed since this was looked at. Look again; nothing was written.`;
	throw new AppError("conflict", says, { detail: { line: first.line } });
}

/** Larger blocks first: those inside find them there. */
function writeSubnets(context: Context, id: number, batchId: number, watch: ImportWatch): void {
	const { db, clock } = context;
	const rows = listSubnetRows(db, id).flatMap((row) => {
		const cidr = parseCidr(row.address).value;
		return cidr === undefined ? [] : [{ ...row, cidr }];
	});
	const at = clock.now();
	const preset = subnetDefaults(context);
	const added: number[] = [];
	for (const { cidr, rowId, target } of rows.sort((a, b) => compareCidr(a.cidr, b.cidr))) {
		if (watch.stopped()) throw cancelled();
		const there = rowId === undefined ? undefined : subnets.findSubnet(db, rowId);
		const values = {
			name: target.name ?? there?.name ?? "",
			notes: target.notes ?? there?.notes ?? "",
			gateway: target.gateway === undefined ? there?.gateway : target.gateway || undefined,
			sweepIntervalS: target.sweepIntervalS ?? there?.sweepIntervalS ?? preset.sweepIntervalS,
			sweepEnabled: target.sweepEnabled ?? there?.sweepEnabled ?? true,
		};
		if (there === undefined) {
			const around = subnets.findAround(db, cidr.base, lastOf(cidr));
			const made = subnets.insertSubnet(db, cidr, values, around?.id, at);
			subnets.adopt(db, made, cidr, around?.id);
			switchThese(context, made, { ...preset, ...target });
			added.push(made);
			continue;
		}
		noteBefore(db, batchId, "subnet", [there.id]);
		if (!subnets.updateSubnet(db, there.id, there.version, values, at)) {
			throw new AppError("conflict", `${formatCidr(cidr)} was changed meanwhile. Nothing was written.`);
		}
		switchThese(context, there.id, target);
		sealAfter(db, batchId, "subnet", [there.id]);
	}
	noteAdded(db, batchId, "subnet", added);
}

function cancelled(): AppError {
	return new AppError("conflict", "This was cancelled: nothing was written.");
}

function switchThese(
	context: Context,
	id: number,
	target: { scanEnabled?: boolean; snmpEnabled?: boolean },
): void {
	const { scanEnabled, snmpEnabled } = target;
	writes.switchSubnet(context.db, id, { scanEnabled, snmpEnabled });
}

function writeHosts(context: Context, id: number, batchId: number, watch: ImportWatch): void {
	const { db, clock } = context;
	writes.demandHomes(db, id);
	const changes = writes.listRowNumbers(db, id, "change");
	const additions = writes.listRowNumbers(db, id, "add");
	const total = changes.length + additions.length;
	let done = 0;
	const slices = (numbers: readonly number[], work: (slice: readonly number[]) => void) => {
		for (let from = 0; from < numbers.length; from += SLICE) {
			watch.say({ step: "writing", done, total });
			if (watch.stopped()) throw cancelled();
			const slice = numbers.slice(from, from + SLICE);
			work(slice);
			done += slice.length;
		}
	};
	slices(changes, (slice) => {
		const ids = writes.listHostIds(db, id, slice);
		noteBefore(db, batchId, "host", ids);
		writes.changeHosts(db, id, slice, clock.now());
		sealAfter(db, batchId, "host", ids);
	});
	slices(additions, (slice) => {
		writes.addHosts(db, id, slice, clock.now());
		noteAdded(db, batchId, "host", writes.listHostIds(db, id, slice));
	});
}
