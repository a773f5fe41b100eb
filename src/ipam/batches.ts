/** Changing many things as one: slices that let pages be answered between them, one line of news, and undo. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { BATCH_LIMITS, type Batch, type BatchKind, type Undone } from "../model/batch.ts";
import type { EventKind } from "../model/event.ts";
import * as rows from "../store/batch-rows.ts";
import * as batches from "../store/batches.ts";
import { transact } from "../store/database.ts";
import * as graves from "../store/graves.ts";
import { deleteSubnet, findSubnet } from "../store/subnets.ts";
import { record } from "./audit.ts";

/** Begins a batch; stands inside the caller's transaction or alone. `source`: what it is made from, in words. */
export function openBatch(
	context: Context,
	batch: { kind: BatchKind; source: string; detail?: Batch["detail"] },
): number {
	const at = context.clock.now();
	return batches.insertBatch(context.db, { ...batch, actor: nameOf(context), at });
}

/**
 * Closes a batch with the one line that tells of it, in the caller's transaction; from now on it can be undone.
 * The batch's id goes into the event's detail.
 */
export function closeBatch(
	context: Context,
	id: number,
	news: {
		kind: EventKind;
		label: string;
		subnetId?: number | undefined;
		detail: Batch["detail"];
		ip?: string;
	},
): void {
	const { kind, label, subnetId, detail, ip } = news;
	const told = { kind, subnetId, hostId: undefined, ip, label };
	const event = record(context, { ...told, detail: { ...detail, batch: id } });
	batches.finishBatch(context.db, id, event.id, context.clock.now());
}

/** Runs `work` on so many ids at a time, each in a transaction of its own; others have a turn between two. */
export async function inSlices(
	context: Context,
	ids: readonly number[],
	work: (slice: readonly number[]) => void,
): Promise<void> {
	for (let from = 0; from < ids.length; from += BATCH_LIMITS.sliceRows) {
		if (from > 0) await context.clock.sleep(0);
		transact(context.db, () => work(ids.slice(from, from + BATCH_LIMITS.sliceRows)));
	}
}

export function demandBatch(context: Ground, id: number): Batch {
	const batch = batches.findBatch(context.db, id);
	if (batch === undefined) {
		throw new AppError("not_found", "There is nothing to undo here (any more): it is too long ago.");
	}
	return batch;
}

/**
 * Takes back what a batch did, and only that: what was changed since stays, and is named. AppError("not_found") when
 * it is forgotten, AppError("conflict") when it is still under way or undone already.
 */
export async function undoBatch(context: Context, id: number): Promise<Undone> {
	transact(context.db, () => {
		const batch = demandBatch(context, id);
		if (batch.state === "undone") throw new AppError("conflict", "This has been undone already.");
		const cutOff = context.clock.now() - batch.madeAt > BATCH_LIMITS.staleMs;
		if (batch.state !== "done" && !cutOff) {
			throw new AppError("conflict", "This is still under way. Try again in a moment.");
		}
		batches.startUndo(context.db, id, nameOf(context));
	});
	await takeBack(context, id);
	const undone = transact(context.db, () => {
		batches.finishUndo(context.db, id, context.clock.now());
		const batch = demandBatch(context, id);
		const detail = { batch: id, kind: batch.kind, kept: batch.kept };
		const nowhere = { subnetId: undefined, hostId: undefined, ip: undefined };
		record(context, { kind: "batch_undone", ...nowhere, label: batch.source, detail });
		return batch;
	});
	tellAll(context);
	return { batch: undone, kept: batches.listKept(context.db, id, BATCH_LIMITS.keptShown) };
}

/** Deleted things first, the blocks before what lies in them; added ones last, the blocks after what lies in them. */
async function takeBack(context: Context, id: number): Promise<void> {
	const { db, clock } = context;
	const each = async (
		what: Parameters<typeof rows.listOpenRows>[2],
		work: (ids: readonly number[]) => void,
	): Promise<void> => {
		for (;;) {
			const more = transact(db, () => {
				const ids = rows.listOpenRows(db, id, what, BATCH_LIMITS.sliceRows);
				if (ids.length > 0) work(ids);
				return ids.length === BATCH_LIMITS.sliceRows;
			});
			if (!more) return;
			await clock.sleep(0);
		}
	};
	await each({ noun: "subnet", act: "deleted" }, (ids) => {
		for (const subnetId of ids) graves.unearthSubnet(db, id, subnetId, clock.now());
	});
	await each({ noun: "host", act: "deleted" }, (ids) => graves.unearthHosts(db, id, ids));
	for (const noun of ["subnet", "host"] as const) {
		await each({ noun, act: "changed" }, (ids) => rows.restoreChanged(db, id, noun, ids, clock.now()));
	}
	await each({ noun: "host", act: "added" }, (ids) => rows.removeAdded(db, id, ids, clock.now()));
	await each({ noun: "subnet", act: "added" }, (ids) => {
		// Blocks inside others were added after them, as a rule; the order only decides where hosts move up to.
		for (const subnetId of [...ids].reverse()) removeSubnet(context, id, subnetId);
	});
	transact(db, () => graves.unearthWebhooks(db, id));
}

/** A block that was added goes, unless somebody changed it or hosts live in it that have nowhere to go. */
function removeSubnet(context: Context, batchId: number, subnetId: number): void {
	const { db } = context;
	if (rows.judgeAdded(db, batchId, subnetId) !== undefined) return;
	const parentId = findSubnet(db, subnetId)?.parentId;
	if (parentId === undefined && graves.listHostIds(db, subnetId, 1).length > 0) {
		rows.writeOutcome(db, batchId, { noun: "subnet", id: subnetId }, "kept", "hosts");
	} else {
		deleteSubnet(db, subnetId, parentId);
	}
}

/** Nobody is named where nobody logs in. */
function nameOf({ actor }: Context): string {
	return actor.kind === "program" ? "" : actor.name;
}

/** So many things may have changed that every open page looks again. */
export function tellAll(context: Context): void {
	const subnetIds = batches.listSubnetIds(context.db);
	context.bus.publish({ kind: "change", change: { subnetIds, hostIds: [], urgent: true } });
}
